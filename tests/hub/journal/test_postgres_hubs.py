"""Several hubs on one journal: nothing is given to two, nothing is kept twice, nothing is missed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from typing import IO

import pytest

from connectors.wire.address import Url
from hub.journal.port import Entry, Journal
from hub.journal.postgres import PostgresJournal
from tests.contracts.journal import REASON, accepted, contents, everything, some, tag
from tests.servers.postgres import Postgres


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    with postgres.schema() as url:
        yield url


@pytest.fixture
async def hubs(url: str) -> AsyncIterator[list[PostgresJournal]]:
    """The journal as three hubs have it open."""
    async with AsyncExitStack() as stack:
        journals = [await PostgresJournal.open(Url.parse(url)) for _ in range(3)]
        for journal in journals:
            stack.push_async_callback(journal.close)
            await journal.migrate()
        yield journals


class Process:
    """A child that runs one of the modules beside this one."""

    def __init__(self, name: str, *arguments: object) -> None:
        command = [sys.executable, "-m", f"tests.hub.journal.{name}", *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    async def line(self) -> list[str]:
        return (await asyncio.to_thread(self._output.readline)).decode().split()

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")

    def kill(self) -> bytes:
        """Kills it; gives what it had still said."""
        self.process.kill()
        rest = self._output.read()
        self.process.wait()
        return rest

    @property
    def _output(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout


@contextmanager
def process(name: str, *arguments: object) -> Iterator[Process]:
    child = Process(name, *arguments)
    with ExitStack() as stack:
        stack.enter_context(child.process)
        stack.callback(child.process.kill)
        yield child


def numbers(entries: list[Entry]) -> list[int]:
    return [entry.sequence for entry in entries]


async def taken(journal: Journal, count: int) -> list[int]:
    """The numbers of so many rows, as soon as they are free: the server sees a process end a moment after it did."""
    async with asyncio.timeout(2):
        while len(entries := list(await journal.pending(1000))) < count:
            await asyncio.sleep(0.01)
    return numbers(entries)


# -- the queue ---------------------------------------------------------------------------------------------------------


async def test_hubs_are_given_different_rows_until_they_are_applied(hubs: list[PostgresJournal]) -> None:
    await hubs[0].append(some(9))
    shares = [list(await journal.pending(3)) for journal in hubs]
    assert [contents(share) for share in shares] == [some(3), some(3, first=4), some(3, first=7)]
    assert [list(await journal.pending(3)) for journal in hubs] == shares
    await hubs[1].applied(shares[1])
    assert await hubs[1].pending(10) == []
    assert (await hubs[0].status()).pending == 6


async def test_a_share_that_is_applied_in_part_stays_with_its_hub(hubs: list[PostgresJournal]) -> None:
    await hubs[0].append(some(6))
    first, second, third, *rest = await hubs[0].pending(6)
    await hubs[0].applied([second])
    await hubs[0].failed(third, REASON)
    assert await hubs[1].pending(10) == []
    assert await hubs[0].pending(10) == [first, *rest]


async def test_a_reset_by_one_hub_is_seen_by_all(hubs: list[PostgresJournal]) -> None:
    await hubs[0].append(some(6))
    await hubs[0].applied(await hubs[0].pending(5))
    assert contents(await hubs[0].pending(1)) == some(1, first=6)
    assert await hubs[1].reset() == 6
    assert contents(await hubs[0].pending(10)) == some(6)


async def test_a_hub_that_closes_leaves_its_share(hubs: list[PostgresJournal]) -> None:
    await hubs[0].append(some(5))
    share = await hubs[0].pending(3)
    await hubs[0].close()
    assert (await hubs[1].pending(5))[:3] == share


async def test_takers_at_the_same_time_are_given_each_row_once(hubs: list[PostgresJournal]) -> None:
    taken: list[int] = []

    async def work(journal: Journal) -> None:
        while entries := await journal.pending(7):
            taken.extend(numbers(list(entries)))
            await journal.applied(entries)

    await hubs[0].append(some(1000))
    await asyncio.gather(*map(work, hubs))
    assert len(taken) == 1000
    assert len(set(taken)) == 1000


async def test_two_processes_share_the_work_and_a_killed_ones_share_is_free_at_once(
    hubs: list[PostgresJournal], url: str
) -> None:
    journal = hubs[0]
    await journal.append(some(300))
    everyone = numbers(list(await everything(journal)))
    with process("taker", url, 100) as one, process("taker", url, 100) as other:
        shares = [[int(word) for word in (await child.line())[1:]] for child in (one, other)]
        one.kill()
        rest = await taken(journal, 200)
        assert sorted([*shares[1], *rest]) == everyone
        other.go_on()
        assert await other.line() == ["done"]
        assert (await journal.status()).pending == 200


async def test_what_the_dead_held_is_found_by_those_who_come_later(hubs: list[PostgresJournal], url: str) -> None:
    await hubs[0].append(some(10))
    with process("taker", url, 10) as child:
        await child.line()
        assert await hubs[1].pending(10) == []
        child.kill()
        await taken(hubs[1], 10)
    await hubs[1].close()
    for _ in range(3):
        late = await PostgresJournal.open(Url.parse(url))
        assert contents(await late.pending(10)) == some(10)
        await late.close()


# -- names -------------------------------------------------------------------------------------------------------------


async def test_a_name_is_held_by_one_hub(hubs: list[PostgresJournal]) -> None:
    one, other, _ = hubs
    assert await one.hold("hub-1")
    assert await one.hold("hub-1")
    assert not await other.hold("hub-1")
    assert await other.hold("hub-2")
    await other.release("hub-1")
    assert not await other.hold("hub-1")
    await one.release("hub-1")
    assert await other.hold("hub-1")
    await other.close()
    async with asyncio.timeout(2):
        while not await one.hold("hub-2"):
            await asyncio.sleep(0.01)


async def test_names_of_two_journals_in_one_database_are_apart(hubs: list[PostgresJournal], postgres: Postgres) -> None:
    assert await hubs[0].hold("hub-1")
    with postgres.schema() as url:
        elsewhere = await PostgresJournal.open(Url.parse(url))
        await elsewhere.migrate()
        assert await elsewhere.hold("hub-1")
        await elsewhere.close()


# -- appends -----------------------------------------------------------------------------------------------------------


async def test_hubs_keep_a_message_once(hubs: list[PostgresJournal]) -> None:
    messages = [accepted(n, digest=bytes([n])) for n in range(50)]
    events = [tag(1, n, name=str(n)) for n in range(3)]
    await asyncio.gather(*(journal.append([one], events) for one in messages for journal in hubs))
    status = await hubs[0].status()
    assert (status.accepted, status.events) == (50, 450)
    assert sorted(one.received for one in contents(await everything(hubs[1]))) == [m.received for m in messages]


async def test_a_reader_who_goes_on_from_the_last_number_misses_nothing(hubs: list[PostgresJournal]) -> None:
    async def append(journal: Journal, first: int) -> None:
        for number in range(first, first + 60):
            await journal.append(some(5, first=10 * number))

    seen: list[Entry] = []
    appending = asyncio.gather(*(append(journal, 1000 * n) for n, journal in enumerate(hubs)))
    while not appending.done():
        seen += await everything(hubs[0], after=seen[-1].sequence if seen else 0)
    seen += await everything(hubs[0], after=seen[-1].sequence)
    assert numbers(seen) == numbers(await everything(hubs[0]))
    assert len(seen) == 900


async def test_processes_that_append_the_same_and_die_keep_each_message_once(
    hubs: list[PostgresJournal], url: str
) -> None:
    acknowledged: set[int] = set()
    with process("appender", url, 0) as one, process("appender", url, 0) as other:
        for child in (one, other):
            for _ in range(100):
                acknowledged.add(int((await child.line())[0]))
        for child in (one, other):
            rest = child.kill()
            acknowledged |= {int(line) for line in rest[: rest.rfind(b"\n") + 1].split()}
    kept = [one.received for one in contents(await everything(hubs[0]))]
    assert len(kept) == len(set(kept))
    assert {accepted(number + n).received for number in acknowledged for n in (0, 1)} <= set(kept)


# -- waking ------------------------------------------------------------------------------------------------------------


async def test_an_append_wakes_the_other_hubs(hubs: list[PostgresJournal]) -> None:
    woken = asyncio.Event()
    watching = asyncio.ensure_future(hubs[0].watch(woken.set))
    try:
        await asyncio.wait_for(woken.wait(), 10)
        for number in range(3):
            woken.clear()
            await hubs[1].append([accepted(number)])
            await asyncio.wait_for(woken.wait(), 4)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
