"""Requests that are sent again: they are cut into new shards, which know their parents and have the last word.

Of a repair round (`--retries`) after everything else has ended, and of a batch that the vendor finds too large.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import attrs
from attrs import define

from polybatch.flow import Flow, Warn
from polybatch.model import Result

from .desk import Desk
from .machine import Shard, State
from .opening import cutter_for
from .plan import Cut, Member, token_of
from .reconcile import bit, repeatable


@define
class Repairs:
    """Cuts shards anew."""

    desk: Desk

    def policy(self, shard: Shard) -> Callable[[Result], bool]:
        """Which results of a shard are not its last word, as rounds and `--max-requests` allow."""
        settings, shards = self.desk.settings, self.desk.shards
        left = math.inf
        if settings.max_requests is not None:
            sent = sum(each.items for each in shards if each.sent)
            left = settings.max_requests - sent - sum(each.moved for each in shards if not each.repaired)

        def again(result: Result) -> bool:
            nonlocal left
            if shard.round >= settings.retries or left <= 0 or not repeatable(result):
                return False
            left -= 1
            return True

        return again

    def next_round(self) -> Flow[None]:
        """Cut what is to be sent again, once nothing else of the run goes on."""
        waiting = [shard for shard in self.desk.shards if shard.moved and not shard.repaired]
        if not waiting or any(_goes_on(shard) for shard in self.desk.shards):
            return
        count = sum(shard.moved for shard in waiting)
        more = f"; {self.desk.profile.again}" if self.desk.profile.again else ""
        self._cut([attrs.evolve(shard) for shard in waiting], "repair")
        yield Warn(f"{count:,} requests did not succeed and are sent again{more}")

    def split(self, shard: Shard) -> None:
        """Cut a shard in two whose batch the vendor finds too large."""
        given_up = attrs.evolve(shard, state=State.DONE, moved=shard.items, batch_id=None, provisional=False)
        self._cut([given_up], "split", shard.size)

    def _cut(self, parents: Sequence[Shard], kind: str, too_large: int | None = None) -> None:
        """Cut the moved requests of copies of shards, which become the shards once that is journaled."""
        desk, rounds = self.desk, int(too_large is None)
        most_bytes = None if too_large is None else math.ceil(too_large / 2)
        # A batch that is done is known by its id; one that may come late is known by its size only.
        taken = (shard.items for shard in desk.shards if shard.watched or (shard.sent and _goes_on(shard)))
        cutter = cutter_for(desk.vendor, desk.settings, taken, most_bytes=most_bytes)
        origins: dict[int, int] = {}
        generation = max(shard.generation for shard in parents) + 1
        made: list[Shard] = []

        def add(cuts: Iterable[Cut]) -> None:
            for cut in cuts:
                number = len(desk.shards) + len(made)
                desk.folder.save_members(number, cut)
                token = token_of(desk.facts["run_id"], number, generation)
                made.append(Shard(
                    number, generation, len(cut), cut.size, cut.group, token=token,
                    round=max(shard.round for shard in parents) + rounds,
                    parents=sorted({origins[line] for line in cut.numbers}),
                ))  # fmt: skip

        for parent in parents:
            for member in self._moved(parent):
                origins[member.line] = parent.number
                add(cutter.add(member))
            parent.repaired = True
        add(cutter.finish())
        desk.folder.sync_plan()
        desk.journal.extend(made, parents, kind)
        for parent in parents:
            desk.shards[parent.number] = parent
        desk.shards.extend(made)

    def _moved(self, parent: Shard) -> Iterator[Member]:
        """The requests of a shard that are sent again."""
        desk = self.desk
        offsets, numbers, marks = desk.folder.members(parent.number, parent.items)
        moved = desk.journal.maps(parent)[1]
        encoded_ones = chain.from_iterable(desk.contents.encoded(parent))
        both = zip(desk.contents.requests(parent), encoded_ones, strict=True)
        for place, (request, encoded) in enumerate(both):
            if parent.moved == parent.items or bit(moved, place):
                mark, alone = marks[place] if marks else 0, desk.vendor.alone(request)
                yield Member(offsets[place], numbers[place], len(encoded), parent.group, alone, mark)


def _goes_on(shard: Shard) -> bool:
    """Whether something may still come of a shard without anybody's decision."""
    return not (shard.state in {State.DONE, State.HELD} or shard.parked or shard.gated)
