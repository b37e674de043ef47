"""How long a read may take is measured by a clock that nobody sets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph.errors import ReadTimeout
from graph.ladybug.store import LadybugStore
from tests.contracts.graph_store import ALL
from tests.contracts.graph_world import WORLD, many_gadgets, tell
from tests.servers.faketime import Clock

HOUR = 3600

_READING = """
import asyncio, sys
from pathlib import Path
from graph.ladybug.store import LadybugStore
from tests.contracts.graph_world import WORLD

async def read() -> None:
    store = await LadybugStore.open(Path(sys.argv[1]), WORLD)
    print("open", flush=True)
    stop = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    while not stop.done():
        async for _ in store.dump():
            pass
    await store.close()

asyncio.run(read())
"""


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "graph"
    store = await LadybugStore.open(path, WORLD)
    await store.migrate()
    await tell(store, many_gadgets(3000))
    await store.close()
    return path


async def test_a_read_ends_at_its_limit_and_the_next_goes_on(path: Path) -> None:
    store = await LadybugStore.open(path, WORLD, read_timeout=0.001, readers=1)
    for _ in range(3):
        with pytest.raises(ReadTimeout, match="longer than its limit"):
            await store.read(ALL, {"first": 100_000})
    await store.close()
    store = await LadybugStore.open(path, WORLD, readers=1)
    assert len((await store.read(ALL, {"first": 100_000}))["all"]["rows"]) == 3000
    await store.close()


def test_setting_the_time_of_day_ends_no_read(path: Path, tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    reading = subprocess.Popen(
        [sys.executable, "-c", _READING, str(path)],
        env=os.environ | clock.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reading.stdout is not None
    assert reading.stdout.readline() == "open\n"
    for fast in (HOUR, 0, -HOUR, 0) * 5:
        clock.set(fast)
        assert reading.poll() is None, reading.communicate()[1]
        try:
            reading.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    _, errors = reading.communicate("")
    assert reading.returncode == 0, errors
