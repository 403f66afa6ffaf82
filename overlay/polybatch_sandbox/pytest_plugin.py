"""The pytest fixture `polybatch_sandbox`: a sandbox that runs for one test, to try one's own pipeline without a key.

pytest imports this module wherever polybatch is installed; whatever it needs besides is imported when the fixture is
used. How to use it: overlay/README.md, "Testing your own pipeline".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from polybatch_sandbox.server import Server

NAME = "polybatch_sandbox"
"""Of the fixture, of its marker and of the section in a failing test's report."""
OPTIONS = ("speed", "seed", "modes", "lenient_ids", "chaos")
"""What the marker takes; all of them are options of `Sandbox`."""
SPEED = 100_000.0
"""Sandbox seconds in a real one, unless the marker says otherwise: a batch has ended at the first look at it."""


class RunningSandbox:
    """All vendors on two ports of this machine; empty at the start of each test."""

    def __init__(self, server: Server) -> None:
        self.server = server
        """The sandbox behind its ports, for whatever this class does not cover."""

    def __repr__(self) -> str:
        return f"<polybatch sandbox {self.server.url}: {'; '.join(self._booked()) or 'no batches'}>"

    def base_url(self, vendor: str) -> str:
        """What a client of that vendor takes as its base URL. Raises ValueError for an unknown vendor."""
        self.server.sandbox.mount(vendor)
        return self.server.base_url(vendor)

    def advance(self, seconds: float) -> None:
        """Move the sandbox's time forward; a batch ends 60 seconds after its create."""
        self.server.sandbox.clock.advance(seconds)

    def script(self, vendor: str, operation: str, *words: str) -> None:
        """Trouble for the next calls of an operation, one word a call; the words stand in `polybatch_sandbox.faults`.

        Raises ValueError for what does not exist, with the list of what does.
        """
        self.server.sandbox.script(vendor, operation, words)

    def ledger(self, vendor: str) -> list[dict[str, Any]]:
        """Every batch that was accepted, whether or not its reply arrived: id, items, cancelled, deleted, billed …"""
        return self._ledgers(vendor)[vendor]

    def accepted(self, vendor: str) -> int:
        """How many requests were accepted, in all batches together."""
        return sum(batch["items"] for batch in self.ledger(vendor))

    def billed(self, vendor: str) -> int:
        """How many requests the vendor would charge for by now."""
        return sum(batch["billed"] for batch in self.ledger(vendor))

    def story(self) -> str:
        """What happened, for the report of a test that failed."""
        lines = [repr(self)]
        for vendor, batches in self._ledgers().items():
            lines += [f"{vendor}: {batch}" for batch in batches]
        for vendor, scripts in self.server.sandbox.faults.document().items():
            lines += [f"{vendor}: scripted on {name}, not met: {', '.join(words)}" for name, words in scripts.items()]
        return "\n".join(lines)

    def _ledgers(self, *vendors: str) -> dict[str, list[dict[str, Any]]]:
        for vendor in vendors:
            self.server.sandbox.mount(vendor)  # ValueError names the known ones
        return self.server.sandbox.ledger(requests=False)

    def _booked(self) -> list[str]:
        return [
            f"{vendor} {len(batches)} batches, {sum(each['items'] for each in batches)} requests,"
            f" {sum(each['billed'] for each in batches)} billed"
            for vendor, batches in self._ledgers().items()
            if batches
        ]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", f"{NAME}({', '.join(f'{name}=…' for name in OPTIONS)}): of the fixture {NAME}.")


@pytest.fixture(name=NAME)
def running_sandbox(request: pytest.FixtureRequest) -> Iterator[RunningSandbox]:
    """All of polybatch's vendors, imitated on this machine, for one test; see `RunningSandbox`.

    Each vendor's VENDOR_API_KEY holds a key that the sandbox takes, VENDOR_BASE_URL its address. The test's runs are
    not among those that `polybatch runs` lists.
    """
    from polybatch_sandbox.server import serve  # noqa: PLC0415 - see the module's docstring

    try:
        server = serve(**_options(request.node))
    except (TypeError, ValueError) as wrong:
        pytest.fail(f"@pytest.mark.{NAME}: {wrong}", pytrace=False)
    state = request.getfixturevalue("tmp_path_factory").mktemp(NAME)
    # A context of its own: the test may undo what it has patched.
    with server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_STATE_HOME", str(state))  # what the test runs is not among the user's runs
        for name, value in server.environment().items():
            environment.setenv(name, value)
        running = RunningSandbox(server)
        yield running
        request.node.add_report_section("teardown", NAME, running.story())  # shown where the test failed


def _options(node: pytest.Item) -> Mapping[str, Any]:
    """Those of the test's markers; the closest one wins. Raises TypeError for what is none."""
    options: dict[str, Any] = {"speed": SPEED}
    for mark in reversed([*node.iter_markers(NAME)]):
        wrong = [repr(value) for value in mark.args] + [name for name in mark.kwargs if name not in OPTIONS]
        if wrong:
            raise TypeError(f"it takes {', '.join(f'{name}=' for name in OPTIONS)}, not {wrong[0]}")
        options |= mark.kwargs
    return options
