"""Messages on their way to the broker: coalesced, tried again, and given up."""

from __future__ import annotations

import asyncio

from connectors.wire.messages import Outbound
from hub.announcing.outbox import Outbox
from tests.hub.announcing.plant import Plant, Wire


async def test_while_the_broker_is_slow_the_newest_of_each_topic_waits(wire: Wire, outbox: Outbox) -> None:
    wire.open.clear()
    outbox.push(Outbound("first", b"0", retain=True))
    await asyncio.sleep(0)
    for number in range(9):
        outbox.push(Outbound("a", b"%d" % number, retain=True))
        outbox.push(Outbound("b", b"%d" % number, retain=True))
    assert outbox.waiting <= 3
    wire.open.set()
    await asyncio.wait_for(outbox.drained(), 5)
    assert wire.retained["a"] == wire.retained["b"] == 8


async def test_what_the_broker_does_not_take_is_tried_again(wire: Wire, outbox: Outbox) -> None:
    wire.refusals = 3
    for number in range(3):
        outbox.push(Outbound(f"t{number}", b"1", retain=True))
    await asyncio.wait_for(outbox.drained(), 5)
    assert set(wire.retained) == {"t0", "t1", "t2"}


async def test_what_the_broker_will_never_take_is_given_up(wire: Wire, outbox: Outbox) -> None:
    """Nor does an older record stay in its place."""
    outbox.push(Outbound("large", b"1", retain=True))
    await asyncio.wait_for(outbox.drained(), 5)
    outbox.push(Outbound("large", b"1" * 1001, retain=True))
    outbox.push(Outbound("news", b"1" * 1001))
    outbox.push(Outbound("small", b"1", retain=True))
    await asyncio.wait_for(outbox.drained(), 5)
    assert wire.retained == {"large": None, "small": 1}


async def test_too_many_waiting_hold_the_sender_back(wire: Wire, outbox: Outbox) -> None:
    wire.open.clear()
    for number in range(14):
        outbox.push(Outbound(f"t{number}", b"1", retain=True))

    async def put_where_there_is_room() -> None:
        await outbox.room()
        outbox.push(Outbound("late", b"1", retain=True))

    putting = asyncio.create_task(put_where_there_is_room())
    await asyncio.sleep(0.01)
    assert not putting.done()
    wire.open.set()
    await asyncio.wait_for(putting, 5)
    await asyncio.wait_for(outbox.drained(), 5)
    assert len(wire.retained) == 15


async def test_the_position_is_kept_while_messages_keep_coming(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    """The outbox need not be empty: what was taken before is published, that is enough."""
    wire.open.clear()
    outbox.push(Outbound("first", b"1", retain=True))
    mark = outbox.mark
    await asyncio.sleep(0)
    for number in range(6):
        outbox.push(Outbound(f"later{number}", b"1", retain=True))
    passed = asyncio.create_task(outbox.passed(mark))
    await asyncio.sleep(0.01)
    assert not passed.done()
    wire.open.set()
    await asyncio.wait_for(passed, 5)
    await asyncio.wait_for(outbox.passed(outbox.mark), 5)
    assert outbox.waiting == 0


async def test_what_was_not_taken_has_not_passed(wire: Wire, outbox: Outbox) -> None:
    wire.refusals = 3
    for number in range(8):
        outbox.push(Outbound(f"t{number}", b"%d" % number, retain=True))
    outbox.push(Outbound("t0", b"9", retain=True))
    await asyncio.wait_for(outbox.passed(outbox.mark), 5)
    assert wire.retained == {"t0": 9} | {f"t{number}": number for number in range(1, 8)}


async def test_what_the_broker_has_not_acknowledged_still_waits(wire: Wire, outbox: Outbox) -> None:
    wire.open.clear()
    for number in range(3):
        outbox.push(Outbound(f"t{number}", b"1", retain=True))
    outbox.push(Outbound("news", b"1"))
    await asyncio.sleep(0.01)
    assert (outbox.waiting, wire.retained) == (4, {})
    wire.open.set()
    await asyncio.wait_for(outbox.drained(), 5)
    assert outbox.waiting == 0
