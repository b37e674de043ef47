"""The buffer of sources that can't wait: what goes in comes out in order, or is counted."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from connectors.push.buffer import OVERHEAD, Buffer, Counts, counts
from connectors.push.inbox import Arrival

AGE = 3600.0
SIZE = 2000


def arrival(number: int, padding: int = 0) -> Arrival:
    return Arrival("s", "k", {"n": number, "p": "x" * padding}, time.time_ns() // 1000)


def size_of(arrival: Arrival) -> int:
    return len(b'{"n":,"p":""}') + len(str(arrival.record["n"])) + len(str(arrival.record["p"])) + 2 + OVERHEAD


@contextmanager
def opened(file: Path, size: int = SIZE, age: float = AGE) -> Iterator[Buffer]:
    with closing(Buffer(file, size=size, age=age)) as buffer:
        yield buffer


class Machine(RuleBasedStateMachine):
    """A buffer beside a list."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.file = Path(self.folder.name) / "b"
        self.buffer = Buffer(self.file, size=SIZE, age=AGE)
        self.waiting: list[Arrival] = []
        self.on_their_way = 0
        self.last = 0
        self.dropped = 0
        self.put = 0

    @rule(paddings=st.lists(st.integers(0, 400), min_size=1, max_size=8))
    def append(self, paddings: list[int]) -> None:
        new = [arrival(self.put + index, padding) for index, padding in enumerate(paddings)]
        self.put += len(new)
        self.waiting += new
        dropped = 0
        while len(self.waiting) > self.on_their_way and sum(map(size_of, self.waiting)) > SIZE:
            del self.waiting[self.on_their_way]
            dropped += 1
        assert self.buffer.append(new) == dropped
        self.dropped += dropped

    @rule(limit=st.integers(1, 10))
    def look(self, limit: int) -> None:
        found = self.buffer.first(limit)
        assert [entry.arrival for entry in found] == self.waiting[:limit]
        self.on_their_way = max(self.on_their_way, len(found))
        if found:
            self.last = max(self.last, found[-1].number)

    @precondition(lambda self: self.on_their_way)
    @rule(limit=st.integers(1, 10))
    def arrive(self, limit: int) -> None:
        found = self.buffer.first(limit)
        self.on_their_way = max(self.on_their_way, len(found))
        self.buffer.remove(found[-1].number)
        del self.waiting[: len(found)]
        self.on_their_way -= len(found)

    @rule()
    def open_anew(self) -> None:
        self.buffer.close()
        self.buffer = Buffer(self.file, size=SIZE, age=AGE)
        self.on_their_way = 0

    @invariant()
    def it_says_what_it_holds(self) -> None:
        found = counts(self.file)
        oldest = self.waiting[0].received if self.waiting else None
        assert found == Counts(len(self.waiting), sum(map(size_of, self.waiting)), oldest, self.dropped)

    def teardown(self) -> None:
        self.buffer.close()
        self.folder.cleanup()


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)


def test_what_is_too_old_is_dropped_and_counted(tmp_path: Path) -> None:
    old = time.time_ns() // 1000 - int(AGE * 1e6)
    with opened(tmp_path / "b") as buffer:
        assert buffer.append([arrival(1)._replace(received=old - number) for number in (2, 1)]) == 2
        assert buffer.append([arrival(3)]) == 0
        assert [entry.arrival.record["n"] for entry in buffer.first(10)] == [3]
        assert buffer.counts().dropped == 2


def test_what_is_on_its_way_is_not_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    with opened(tmp_path / "b") as buffer:
        buffer.append([arrival(1)])
        assert len(buffer.first(10)) == 1
        buffer.append([arrival(2)])
        now += 2 * AGE
        assert buffer.append([arrival(3)]) == 2
        assert [entry.arrival.record["n"] for entry in buffer.first(10)] == [1]
        assert buffer.counts().dropped == 2


def test_one_that_is_too_large_for_it_is_dropped_and_counted(tmp_path: Path) -> None:
    with opened(tmp_path / "b") as buffer:
        assert buffer.append([arrival(1, 5000)]) == 1
        assert buffer.counts() == Counts(dropped=1)


def test_its_counts_are_told_while_it_is_written(tmp_path: Path) -> None:
    """And by what is counted along: a look at very many records would hold up what is written."""
    with opened(tmp_path / "b", size=2**20) as buffer:
        buffer.append([arrival(1), arrival(2)])
        with closing(sqlite3.connect(tmp_path / "b", isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("DELETE FROM entry WHERE number > 1")
            writer.execute("COMMIT")
            writer.execute("BEGIN IMMEDIATE")
            assert counts(tmp_path / "b").waiting == 2
            writer.execute("ROLLBACK")


def test_one_of_before_there_was_a_count_is_counted(tmp_path: Path) -> None:
    with opened(tmp_path / "b") as buffer:
        buffer.append([arrival(1), arrival(2)])
    with closing(sqlite3.connect(tmp_path / "b", isolation_level=None)) as writer:
        writer.execute("DELETE FROM total WHERE name = 'waiting'")
    with opened(tmp_path / "b") as buffer:
        assert buffer.counts().waiting == 2


def test_the_file_stays_bounded(tmp_path: Path) -> None:
    with opened(tmp_path / "b", size=100_000) as buffer:
        for begin in range(0, 20_000, 500):
            buffer.append([arrival(begin + n, 100) for n in range(500)])
    assert (tmp_path / "b").stat().st_size < 400_000


WRITER = """
import sys
import time
from pathlib import Path
from connectors.push.buffer import Buffer
from connectors.push.inbox import Arrival
buffer = Buffer(Path(sys.argv[1]), size=20_000, age=3600)
number = 0
while True:
    arrivals = [Arrival("s", "k", {"n": number + n}, time.time_ns() // 1000) for n in range(7)]
    dropped = buffer.append(arrivals)
    number += 7
    print(number, dropped, flush=True)
"""


def test_kill_9_loses_nothing_that_was_kept_and_no_count(tmp_path: Path) -> None:
    file = tmp_path / "b"
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = [process.stdout.readline().split() for _ in range(300)]
    os.kill(process.pid, signal.SIGKILL)
    told += [line.split() for line in process.stdout if len(line.split()) == 2]
    process.wait()
    process.stdout.close()
    kept, dropped = int(told[-1][0]), sum(int(each[1]) for each in told)
    assert dropped > 0
    with closing(Buffer(file, size=20_000, age=2**40)) as buffer:
        numbers = [entry.arrival.record["n"] for entry in buffer.first(10_000)]
        found = buffer.counts()
    # A commit that was not told any more may be there too, whole.
    assert isinstance(numbers[-1], int) and numbers[-1] in (kept - 1, kept + 6)
    assert numbers == list(range(numbers[-1] + 1 - found.waiting, numbers[-1] + 1))
    assert found.dropped == numbers[-1] + 1 - found.waiting >= dropped
