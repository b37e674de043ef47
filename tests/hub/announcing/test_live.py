"""Changes to those who listen: in order, bounded, and told where some were missed."""

from __future__ import annotations

import asyncio

from hub.announcing.live import Change, Changes, ChangeType
from hub.announcing.waiting import Lagged


def change(number: int) -> Change:
    return Change("MaterialLot", f"LOT-{number}", ChangeType.UPDATED, None, None, (), (), number)


async def test_every_listener_gets_every_change_in_order() -> None:
    changes = Changes()
    one, two = changes.subscribe(), changes.subscribe()
    changes.publish(change(n) for n in range(3))
    for stream in (one, two):
        assert [await anext(stream) for _ in range(3)] == [change(n) for n in range(3)]


async def test_a_slow_listener_loses_the_oldest_and_is_told_how_many() -> None:
    changes = Changes(limit=2)
    stream = changes.subscribe()
    changes.publish(change(n) for n in range(5))
    assert [await anext(stream) for _ in range(3)] == [Lagged(3), change(3), change(4)]


async def test_a_waiting_listener_is_woken() -> None:
    changes = Changes()
    stream = changes.subscribe()
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    changes.publish([change(1)])
    assert await asyncio.wait_for(waiting, 1) == change(1)


async def test_one_that_leaves_is_forgotten() -> None:
    changes = Changes()
    stream = changes.subscribe()
    assert changes.listeners == 1
    changes.leave(stream)
    assert changes.listeners == 0


async def test_closing_ends_the_stream_of_one_who_waits() -> None:
    changes = Changes()
    stream = changes.subscribe()
    waiting = asyncio.ensure_future(anext(stream, None))
    await asyncio.sleep(0)
    changes.leave(stream)
    assert await asyncio.wait_for(waiting, 1) is None


async def test_a_closed_stream_gives_nothing_more() -> None:
    changes = Changes()
    stream = changes.subscribe()
    changes.publish([change(1)])
    changes.leave(stream)
    assert [told async for told in stream] == []
