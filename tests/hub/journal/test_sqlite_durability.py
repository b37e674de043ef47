"""What was acknowledged survives kill -9 at any moment."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from hub.journal.sqlite import SqliteJournal
from tests.contracts.journal import contents, everything

APPENDER = """
import asyncio, sys
from pathlib import Path
from hub.journal.sqlite import SqliteJournal
from tests.contracts.journal import accepted

async def main(path, first):
    journal = await SqliteJournal.open(path)
    await journal.migrate()

    async def append(number):
        while True:
            await journal.append([accepted(number), accepted(number + 1)])
            print(number, flush=True)
            number += 20

    await asyncio.gather(*(append(first + 2 * lane) for lane in range(10)))

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.parametrize("seed", range(3))
async def test_acknowledged_rows_survive_kill_9(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "journal.db"
    pick = random.Random(seed)
    acknowledged: set[int] = set()
    for first in (0, 1_000_000, 2_000_000):
        acknowledged |= _append_until_killed(path, first, lines=pick.randrange(1, 400))
    journal = await SqliteJournal.open(path)
    await journal.migrate()
    numbers = [_number(entry.assertion.stamp.message) for entry in contents(await everything(journal))]
    await journal.close()
    kept = set(numbers)
    assert len(kept) == len(numbers)
    assert acknowledged <= kept
    assert {number ^ 1 for number in kept} == kept, "an append was kept in part"


def _append_until_killed(path: Path, first: int, lines: int) -> set[int]:
    """Runs the appender, kills it after so many acknowledgements, and gives every number acknowledged."""
    with subprocess.Popen([sys.executable, "-c", APPENDER, str(path), str(first)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        output = b"".join(process.stdout.readline() for _ in range(lines))
        process.kill()
        output += process.stdout.read()
    complete = output[: output.rfind(b"\n") + 1]
    assert complete.count(b"\n") >= lines
    return {int(line) for line in complete.split()}


def _number(message: str) -> int:
    return int(message.removeprefix("message-"))
