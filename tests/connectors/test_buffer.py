"""The buffer of sources that can't wait: what goes in comes out in order, or is counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
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
    with opened(tmp_path / "b", age=0.05) as buffer:
        buffer.append([arrival(1), arrival(2)])
        time.sleep(0.1)
        assert buffer.append([arrival(3)]) == 2
        assert [entry.arrival.record["n"] for entry in buffer.first(10)] == [3]
        time.sleep(0.1)
        assert buffer.append([arrival(4)]) == 0, "what is on its way is not dropped"
        assert buffer.counts().dropped == 2


def test_one_that_is_too_large_for_it_is_dropped_and_counted(tmp_path: Path) -> None:
    with opened(tmp_path / "b") as buffer:
        assert buffer.append([arrival(1, 5000)]) == 1
        assert buffer.counts() == Counts(dropped=1)


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
