"""F01: `kill -9` whenever the vendor is called, before it acts and after; then the plain command again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.process_lab import FINISHED, HELD, PLACES, Moment, Reference, each, open_lab

References = Callable[[str], Reference]
OFTEN = 2
"""So many calls of each operation are moments of death; the further ones are polls like the others."""
SECOND_LIFE = 4
"""So many calls of the process that takes the run up again are moments of its own death."""


def deaths(calls: list[str]) -> list[Moment]:
    counted = Counter(calls)
    return [
        Moment(when, word, nth)
        for word in sorted(counted)
        for nth in range(1, min(counted[word], OFTEN) + 1)
        for when in ("before", "after")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACES)
def test_f01_killed_at_any_call_of_the_vendor(name: str, tmp_path: Path, reference: References) -> None:
    undisturbed = reference(name)

    def trial(moment: Moment) -> None:
        with open_lab(tmp_path / str(moment).replace(" ", "-"), PLACES[name]) as lab:
            died = lab.run(at=moment)
            assert died.code == -9, str(died)
            lab.judge(lab.run(), undisturbed)

    each(deaths(undisturbed.calls), trial)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACES)
def test_f01_killed_again_while_it_looks_for_a_lost_create(name: str, tmp_path: Path, reference: References) -> None:
    """The second process dies too, at each of its first calls; where it makes none, it holds the run."""
    undisturbed = reference(name)
    lost = (Moment("before", "create", 1), Moment("after", "create", 2))
    points = [
        (first, Moment(when, "any", nth))
        for nth in range(1, SECOND_LIFE + 1)
        for first, when in [(lost[nth % 2], ("before", "after")[nth // 2 % 2])]
    ]

    def trial(point: tuple[Moment, Moment]) -> None:
        first, second = point
        with open_lab(tmp_path / f"{first}-{second}".replace(" ", "-"), PLACES[name]) as lab:
            assert lab.run(at=first).code == -9
            died = lab.run(at=second)
            assert died.code in {-9, FINISHED, HELD}, str(died)
            lab.judge(lab.run(), undisturbed)

    each(points, trial)


@pytest.mark.parametrize("name", ["anthropic", pytest.param("onerouter", marks=pytest.mark.slow)])
def test_f01_killed_before_the_reply_of_a_create(name: str, tmp_path: Path, reference: References) -> None:
    """The most expensive moment, once, in every test run."""
    with open_lab(tmp_path / "lab", PLACES[name]) as lab:
        assert lab.run(at=Moment("after", "create", 1)).code == -9
        assert len(lab.live()) == 1
        lab.judge(lab.run(), reference(name))
