"""Driving a run: waiting, iterating, cancelling, also from several places at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from polybatch import AsyncBatchClient, Outcome, RunHeld
from polybatch.flow import Flow
from polybatch.run import AsyncRun
from polybatch.wire import AsyncWire
from tests.sandbox.run_lab import KEY, Call, Lab, Stop, files, rows, stop_if
from tests.sandbox.test_run import limit


class TestDriving:
    def test_status_only_reads(self, lab: Lab) -> None:
        lab.write(rows(5))
        with lab.run(max_items_per_batch=2) as run:
            before = files(lab.run_dir())
            status = run.status()
            assert (status.total, status.settled, status.shards, status.finished) == (5, 0, {"planned": 3}, False)
            assert status.run_dir == str(lab.run_dir())
            assert files(lab.run_dir()) == before
        assert lab.transport.calls == []
        assert not lab.out().exists()

    def test_the_first_look_comes_at_once_and_then_ever_later(self, lab: Lab) -> None:
        lab.write(rows(1))
        looks: list[float] = []
        begun = lab.time.now
        lab.transport.before = lambda call: looks.append(lab.time.now - begun) if "batch_" in call.path else None
        lab.finish(poll=4)
        assert looks[:4] == [0, 4, 10, 19]
        assert looks[-1] < 180

    def test_results_drive_and_stop_where_their_reader_stops(self, lab: Lab) -> None:
        lab.write(rows(6))
        lab.script("create", "stuck", "ok", "ok")
        with lab.run(max_items_per_batch=2) as run:
            found = run.results()
            got = [next(found) for _ in range(4)]
            assert {result.outcome for result in got} == {Outcome.SUCCEEDED}
            assert run.status().shards["submitted"] == 1
            run.cancel()
            got += list(found)
        assert sorted(result.custom_id for result in got) == sorted(f"row-{index}" for index in range(6))
        assert Counter(result.outcome.value for result in got) == lab.outcomes()

    def test_results_of_a_finished_run_send_nothing(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.finish(max_items_per_batch=2)
        sent, written = len(lab.transport.calls), lab.out().read_bytes()
        with lab.run(max_items_per_batch=2) as run:
            results = {result.custom_id: result.text for result in run.results()}
            assert run.wait().all_succeeded
        assert results == {f"row-{index}": f"question {index}" for index in range(5)}
        assert len(lab.transport.calls) == sent
        assert lab.out().read_bytes() == written

    def test_results_come_even_if_somebody_else_drove_in_between(self, lab: Lab) -> None:
        lab.write(rows(6))
        with lab.run(max_items_per_batch=2) as run:
            found = run.results()
            got = [next(found)]
            run.wait()
            got += list(found)
        assert sorted(result.custom_id for result in got) == sorted(f"row-{index}" for index in range(6))

    def test_a_listener_hears_of_every_step(self, lab: Lab) -> None:
        lab.write(rows(4))
        heard: list[tuple[int, int]] = []
        with lab.run(max_items_per_batch=2) as run:
            run.wait(lambda status: heard.append((status.settled, status.total)))
        assert heard[0] == (0, 4)
        assert heard[-1] == (4, 4)
        assert heard == sorted(heard)

    @pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
    def test_goes_on_in_the_same_process_after_an_interruption_in_mid_create(self, lab: Lab, vendor: str) -> None:
        lab.write(rows(4, vendor))

        def interrupt(call: Call) -> None:
            if len(lab.creates) == 2:
                lab.transport.after = lambda _: None
                raise Stop

        lab.transport.after = interrupt
        with lab.run(vendor, max_items_per_batch=2) as run:
            with pytest.raises(Stop):
                run.wait()
            assert run.status().shards == {"submitted": 1, "submitting": 1}
            if vendor == "onerouter":
                with pytest.raises(RunHeld, match="shard 1"):
                    run.wait()
                assert run.status().shards == {"done": 1, "held": 1}
            else:
                assert run.wait().all_succeeded, "it was found in the list"
        assert len(lab.creates) == 2
        assert set(lab.accepted(vendor).values()) == {1}


class TestCancelling:
    def test_keeps_what_was_answered_and_sends_nothing_more(self, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        limit(monkeypatch, open_batches=1)
        lab.write(rows(12))
        with lab.run(max_items_per_batch=6, poll=10) as run:
            begun = lab.time.now

            def weary(_: object) -> None:
                if lab.time.now > begun + 30:
                    raise Stop

            with pytest.raises(Stop):
                run.wait(weary)
            status = run.cancel()
        assert status.finished
        assert len(lab.creates) == 1
        assert [entry["cancelled"] for entry in lab.ledger()] == [True]
        outcomes = lab.outcomes()
        assert outcomes.total() == 12
        assert 0 < outcomes["succeeded"] < 6
        assert outcomes["succeeded"] + outcomes["cancelled"] == 12
        never = [line for line in lab.lines() if line["batch_id"] is None]
        assert len(never) == 6
        assert {(line["outcome"], line["error"]["code"]) for line in never} == {("cancelled", "never_sent")}

    def test_before_anything_was_sent(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(5))
        with lab.run(max_items_per_batch=2) as run:
            assert run.cancel().outcomes == {"cancelled": 5}
        assert lab.transport.calls == []
        assert lab.outcomes() == {"cancelled": 5}

    def test_is_remembered(self, lab: Lab) -> None:
        lab.write(rows(4))
        with lab.run(max_items_per_batch=2) as run:
            lab.transport.before = lambda call: stop_if(call.path.endswith("cancel"))
            with pytest.raises(Stop):
                run.wait(lambda status: stop_if(status.shards.get("submitted") == 2))
            with pytest.raises(Stop):
                run.cancel()
        lab.transport.before = lambda _: None
        assert lab.finish().outcomes == {"cancelled": 4}
        assert [entry["cancelled"] for entry in lab.ledger()] == [True, True]

    @pytest.mark.parametrize("words", [["status:500"] * 12, ["drop_before"] * 12, ["html"]], ids=lambda words: words[0])
    def test_goes_on_where_the_vendor_has_trouble(self, sync_lab: Lab, words: list[str]) -> None:
        lab = sync_lab
        lab.script("create", "stuck")
        lab.script("cancel", *words)
        lab.write(rows(2))
        with lab.run() as run:
            with pytest.raises(Stop):
                run.wait(lambda status: stop_if(status.shards.get("submitted") == 1))
            assert run.cancel().outcomes == {"cancelled": 2}

    def test_where_the_vendor_refuses_watches_to_the_end(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("cancel", "status:400")
        lab.write(rows(2))
        with lab.run() as run:
            with pytest.raises(Stop):
                run.wait(lambda status: stop_if(status.shards.get("submitted") == 1))
            assert run.cancel().outcomes == {"succeeded": 2}

    def test_a_batch_that_kept_no_results_leaves_all_its_requests_cancelled(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "stuck")
        lab.script("results", "status:404")
        lab.write(rows(3))
        with lab.run() as run:
            with pytest.raises(Stop):
                run.wait(lambda status: stop_if(status.shards.get("submitted")))
            assert run.cancel().outcomes == {"cancelled": 3}
        assert {line["error"]["code"] for line in lab.lines()} == {"batch_cancelled"}

    def test_a_finished_run_changes_nothing(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        lab.finish()
        sent = len(lab.transport.calls)
        with lab.run() as run:
            assert run.cancel().all_succeeded
        assert len(lab.transport.calls) == sent


class TestDrivingFromSeveralTasks:
    """An event loop invites it, so it must not fetch or send anything twice."""

    def drive(self, lab: Lab, *doing: Any, **settings: Any) -> list[Any]:
        async def all_at_once() -> list[Any]:
            async with (
                AsyncBatchClient(
                    "anthropic",
                    api_key=KEY,
                    base_url=lab.base_url("anthropic"),
                    transport=lab.transport,
                    timer=lab.time.timer,
                ) as client,
                client.run(lab.input, max_items_per_batch=2, **settings) as run,
            ):
                return await asyncio.gather(*(do(run) for do in doing))

        return asyncio.run(all_at_once())

    def test_does_everything_once(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(8))

        async def collect(run: AsyncRun) -> list[str]:
            return [result.custom_id async for result in run.results()]

        first, second, found = self.drive(lab, AsyncRun.wait, AsyncRun.wait, collect)
        assert first.all_succeeded
        assert second.all_succeeded
        assert sorted(found) == sorted(f"row-{index}" for index in range(8))
        assert set(lab.accepted().values()) == {1}
        paths = Counter(call.path for call in lab.transport.calls if call.path.endswith("results"))
        assert set(paths.values()) == {1}
        assert len(lab.lines()) == 8

    def test_who_leaves_results_early_leaves_nothing_going(
        self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ended: list[bool] = []
        iterate = AsyncWire.iterate

        async def followed(wire: AsyncWire, flow: Flow[Any]) -> AsyncGenerator[Any, None]:
            async with aclosing(iterate(wire, flow)) as steps:
                try:
                    async for step in steps:
                        yield step
                finally:
                    ended.append(True)

        async def leave(run: AsyncRun) -> list[bool]:
            async with aclosing(run.results()) as results:
                await anext(results)
            return [*ended]

        sync_lab.write(rows(8))
        monkeypatch.setattr(AsyncWire, "iterate", followed)
        assert self.drive(sync_lab, leave) == [[True]]

    def test_can_cancel_what_another_waits_for(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(4))
        lab.script("create", "stuck", "stuck")

        both = asyncio.Event()

        async def wait(run: AsyncRun) -> Any:
            return await run.wait(listener=lambda status: both.set() if status.shards.get("submitted") == 2 else None)

        async def weary(run: AsyncRun) -> Any:
            await both.wait()
            return await run.cancel()

        waited, cancelled = self.drive(lab, wait, weary)
        assert waited.outcomes == cancelled.outcomes == {"cancelled": 4}
