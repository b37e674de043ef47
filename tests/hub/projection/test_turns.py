"""Announcing in the order of commits, and how far everything is done."""

from __future__ import annotations

import asyncio

from hub.projection.turns import InFlight, Turns


async def test_a_turn_comes_when_all_before_it_are_closed() -> None:
    turns, came = Turns(), list[int]()

    async def announce(ticket: int) -> None:
        await turns.come(ticket)
        came.append(ticket)
        turns.close(ticket)

    first, second, third, fourth = (turns.take() for _ in range(4))
    waiting = [asyncio.create_task(announce(ticket)) for ticket in (fourth, third)]
    await asyncio.sleep(0)
    turns.close(second)
    await asyncio.sleep(0)
    assert came == []
    turns.close(first)
    await asyncio.gather(*waiting)
    assert came == [third, fourth]


async def test_a_ticket_has_its_turn_at_once_where_none_is_open() -> None:
    turns = Turns()
    for _ in range(2):
        ticket = turns.take()
        await asyncio.wait_for(turns.come(ticket), 1)
        turns.close(ticket)


def test_all_is_announced_up_to_the_first_that_is_not() -> None:
    flight = InFlight()
    flight.take([1, 2, 3])
    flight.take([4, 5])
    for sequences, through in (([4, 5], 0), ([1, 3], 1), ([2], 5)):
        assert flight.through(sequences) == through
        flight.announced(sequences)
    assert set(flight.taken) == {1, 2, 3, 4, 5}, "they stay taken until they are marked"
    flight.give_back([1, 2, 3, 4, 5])
    assert not flight.taken


def test_what_is_taken_late_takes_back_how_far_all_is_announced() -> None:
    flight = InFlight()
    flight.take([7, 8])
    flight.announced([7, 8])
    flight.give_back([7, 8])
    flight.take([3])
    flight.take([9])
    assert flight.through([9]) == 2
    flight.announced([9])
    assert flight.through([3]) == 9


def test_what_is_in_the_journal_is_told_but_for_what_waits_here() -> None:
    flight = InFlight()
    assert flight.told(7) == 7, "what other hubs put into the graph is none of this one's"
    flight.take([5, 9])
    assert flight.told(7) == 4
    assert flight.told(3) == 3
    flight.announced([5])
    assert (flight.told(7), flight.told(20)) == (7, 8)
