"""Hooks of pytest, taken into tests/conftest.py: all traffic of all tests is judged, and what was judged is told.

A test tells its own line at the end of a session with `request.node.user_properties.append((SAID, line))`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator

import pytest

from tests.contract.traffic import JUDGED, Traffic, watched

TRAFFIC = Traffic()
"""All exchanges with sandboxes in this process."""
SAID, SEEN = "said", "traffic"


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Generator[None, object, object]:
    with watched(TRAFFIC):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test in which a request or a reply left the vendor's document has failed."""
    TRAFFIC.test = getattr(item, "originalname", item.name)
    yield
    counted, left = TRAFFIC.taken()
    if counted:
        item.user_properties.append((SEEN, counted))
    if left:
        pytest.fail("traffic left the document:\n" + "\n".join(left), pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What single tests have to say, and what the judge saw, added up over all workers."""
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    told = [told for report in reports if report.when == "call" for told in report.user_properties]
    total: Counter[str] = Counter()
    for name, value in told:
        if name == SEEN:
            total.update(value)
        elif name == SAID:
            terminalreporter.write_line(value)
    if total:
        excused = ", ".join(f"{reason} {count}" for reason, count in total.most_common() if reason != JUDGED)
        judged = f"traffic: {total[JUDGED]} requests and replies judged"
        terminalreporter.write_line(f"{judged}; excused: {excused or 'none'}")
