"""A source that pushes, at work: what goes wrong on the way, and what becomes of what was set aside."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from connectors.errors import SourceError, StateError
from connectors.kind import PushSource, Reception
from connectors.load import Connector
from connectors.mapping.messages import Message
from connectors.push import prepare
from connectors.push.doors import Doors
from connectors.push.inbox import Arrival, Away, Delivery, Inbox, Receipt, Stamps
from connectors.push.receiver import Receiver
from connectors.state import State, Step
from connectors.state.stream import StreamState
from connectors.wire.errors import Unpublishable
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules
from tests.connectors.pushed import until
from tests.connectors.running import Taken

TOLD = """
kind: mqtt
system: scada
broker: mqtt://127.0.0.1:1
location: acme/north
streams:
  lots: {topics: lots/#, map: [{kind: MaterialLot, id: lot, set: {status: {from: state, enum: {F: RELEASED}}}}]}
  orders: {topics: orders/#, map: [{kind: JobOrder, id: number}]}
"""
GOOD: dict[str, Any] = {"lot": "L1", "state": "F"}
BAD: dict[str, Any] = {"lot": "L1", "state": "X"}

Made = Callable[[str], Connector]


@dataclass
class Telling:
    """A source that tells what a test has it tell."""

    inbox: Inbox | None = None
    error: Exception | None = None
    stamps: Stamps = field(default_factory=Stamps)

    async def receive(self, reception: Reception) -> None:
        if self.error is not None:
            raise self.error
        self.inbox = reception.inbox
        await asyncio.get_running_loop().create_future()

    def arrival(self, record: dict[str, Any], key: str = "k", stream: str = "lots") -> Arrival:
        return Arrival(stream, key, record, self.stamps.next())

    def push(self, *arrivals: Arrival, patient: bool = True, name: str | None = None) -> asyncio.Future[Receipt]:
        assert self.inbox is not None
        delivery = Delivery(arrivals, name, patient=patient)
        self.inbox.push(delivery)
        return delivery.answer


@dataclass
class At:
    """A receiver at work, with its state."""

    source: Telling
    receiver: Receiver
    state: State

    def letters(self) -> list[str]:
        return sorted(letter.key for letter in self.state.letters("mes"))

    def stream(self, name: str = "lots") -> StreamState:
        return self.state.stream("mes", name)


@asynccontextmanager
async def telling(connector: Connector, folder: Path, taken: Taken, source: Telling | None = None) -> AsyncIterator[At]:
    source = source or Telling()
    with closing(State(folder / "state.db")) as state, ThreadPoolExecutor(1) as thread:
        contract = Contract(MODEL, Rules())
        receiver = Receiver(
            connector, cast(PushSource, source), state, contract, "uns/v1", taken.publish, thread, Doors(), folder
        )
        task = asyncio.create_task(receiver.run())
        try:
            await until(lambda: source.inbox is not None or source.error is not None)
            yield At(source, receiver, state)
            assert not task.done()
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def told(connector: Made) -> Connector:
    return connector(TOLD)


def failing(patched: pytest.MonkeyPatch, on: type, method: str, when: Callable[..., bool], times: int = 1) -> list[str]:
    """Has a method fail that reaches the disk; gives what has failed."""
    works = getattr(on, method)
    failed: list[str] = []

    def fails(self: Any, *arguments: Any) -> Any:
        if len(failed) < times and when(self, *arguments):
            failed.append(method)
            raise StateError("the disk is full")
        return works(self, *arguments)

    patched.setattr(on, method, fails)
    return failed


async def test_where_no_more_can_be_set_aside_the_good_records_count(
    told: Connector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "MAX_LETTERS", 2)
    taken = Taken()
    async with telling(told, tmp_path, taken) as at:
        arrival = at.source.arrival
        receipt = await at.source.push(*(arrival(BAD, key) for key in "abc"), arrival(GOOD, "d"), arrival(BAD, "e"))
        assert (receipt.taken, receipt.refused, len(receipt.letters)) == (1, (), 4)
        assert (await at.source.push(arrival(BAD, "a"))).refused == ()
        assert at.letters() == ["a", "b"]
        assert at.receiver.tally.lost == 2
        refused = await at.source.push(arrival(BAD, "f"), patient=False)
        assert refused.refused[-1].endswith("are kept, and no more")
        await until(lambda: (last := at.stream().last()) is not None and last.dropped == 2)
    assert len(taken.messages) == 1


async def test_of_what_the_broker_never_takes_one_record_is_set_aside(told: Connector, tmp_path: Path) -> None:
    async def never(message: Message) -> None:
        if b"L7" in message.payload:
            raise Unpublishable("too large")

    taken = Taken(breaks=never)
    async with telling(told, tmp_path, taken) as at:
        others = at.source.push(*(at.source.arrival({"lot": f"M{n}"}) for n in range(3)))
        arrivals = [at.source.arrival({"lot": f"L{n}"}, f"lots/{n}") for n in range(20)]
        receipt = await at.source.push(*arrivals, name="d1")
        assert (receipt.taken, receipt.letters) == (19, ("too large",))
        assert (await others).taken == 3
        assert at.letters() == ["lots/7"]
        assert (await at.source.push(*arrivals, name="d1")).unchanged == 20
    assert {id_ for _, id_ in taken.records} == {f"L{n}" for n in range(20) if n != 7} | {"M0", "M1", "M2"}


async def test_a_part_that_must_come_again_has_all_come_again(told: Connector, tmp_path: Path) -> None:
    async def never(message: Message) -> None:
        if b"L7" in message.payload:
            raise Unpublishable("too large")
        if b"L9" in message.payload:
            raise ConnectionError("away")

    taken = Taken(breaks=never)
    async with telling(told, tmp_path, taken) as at:
        arrivals = [at.source.arrival({"lot": f"L{n}"}) for n in (7, 8, 9)]
        with pytest.raises(Away, match="away"):
            await at.source.push(*arrivals, patient=False, name="d1")
        taken.breaks = None
        assert (await at.source.push(*arrivals, patient=False, name="d1")).taken >= 1
    assert ("MaterialLot", "L9") in taken.records


async def test_what_goes_wrong_in_task_groups_is_told_in_its_own_words(told: Connector, tmp_path: Path) -> None:
    error = ExceptionGroup("outer", [ExceptionGroup("inner", [SourceError("the disk is full")])])
    async with telling(told, tmp_path, Taken(), Telling(error=error)) as at:
        await until(lambda: (last := at.stream().last()) is not None and last.error == "the disk is full")


@pytest.mark.parametrize(
    ("on", "method", "when"),
    [
        (State, "paused", lambda *_: True),
        (StreamState, "ran", lambda *_: True),
        (StreamState, "checkpoint", lambda *_: True),
        (StreamState, "keep", lambda _, step: bool(step.letters)),
    ],
)
async def test_a_disk_that_fails_for_a_while_ends_nothing(
    told: Connector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on: type, method: str, when: Callable[..., bool]
) -> None:
    async with telling(told, tmp_path, Taken(breaks=never)) as at:
        failed = failing(monkeypatch, on, method, when, times=2)
        while len(failed) < 2:
            answer = at.source.push(at.source.arrival({"lot": "L1"}))
            assert (await answer).letters == ("too large",)
            await asyncio.sleep(0.05)
        assert (await at.source.push(at.source.arrival({"lot": "L2"}))).letters == ("too large",)


async def test_a_delivery_is_known_by_its_name_when_all_of_it_is_kept(
    told: Connector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_of_orders(stream: StreamState, _step: Step) -> bool:
        return stream.stream == "orders"

    async with telling(told, tmp_path, Taken()) as at:
        failing(monkeypatch, StreamState, "keep", is_of_orders)
        bad = at.source.arrival({"number": None}, "k", "orders")
        first = at.source.push(at.source.arrival(GOOD), patient=False, name="d1")
        second = at.source.push(bad, patient=False, name="d2")
        for answer in (first, second):
            with pytest.raises(Away):
                await answer
        assert len((await at.source.push(bad, patient=False, name="d2")).letters) == 1
        assert at.letters() == ["k"]


async def never(_message: Message) -> None:
    raise Unpublishable("too large")


async def set_aside(at: At) -> None:
    """Has a record set aside, when what was set aside before has been looked at."""
    await until(lambda: at.stream().checkpoint().position is not None)
    await at.source.push(at.source.arrival(GOOD, "a"))
    assert at.letters() == ["a"]


async def test_a_reset_counts_also_where_much_comes(told: Connector, tmp_path: Path) -> None:
    taken = Taken(breaks=never)
    async with telling(told, tmp_path, taken) as at:
        await set_aside(at)
        taken.breaks = None
        at.stream().reset()
        for number in range(20):
            await at.source.push(at.source.arrival({"lot": f"M{number}"}, "b"))
        await until(lambda: at.letters() == [])
    assert ("MaterialLot", "L1") in taken.records


async def test_a_stop_while_records_are_tried_again_has_them_tried_later(told: Connector, tmp_path: Path) -> None:
    entered = asyncio.Event()

    async def away(_message: Message) -> None:
        entered.set()
        raise ConnectionError("away")

    taken = Taken(breaks=never)
    async with telling(told, tmp_path, taken) as at:
        await set_aside(at)
        taken.breaks = away
        at.stream().reset()
        await entered.wait()
        await asyncio.to_thread(at.letters)
    taken.breaks = None
    async with telling(told, tmp_path, taken) as at:
        await until(lambda: at.letters() == [])


async def test_a_reset_while_records_are_tried_again_has_them_tried_once_more(told: Connector, tmp_path: Path) -> None:
    async with telling(told, tmp_path, Taken()) as at:
        await until(lambda: at.stream().checkpoint().position is not None)
        at.stream().reset()
        since = at.stream().checkpoint()
        at.stream().reset()
        at.stream().tried(since)
        assert at.stream().checkpoint().position is None
