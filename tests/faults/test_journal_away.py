"""PostgreSQL is killed, loses a backend, or hangs under load: the broker keeps what the journal can't take."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.books import Places
from tests.faults.scene import AWAY, Scene, Tell, flags, local, under_load, whole
from tests.servers import Mosquitto
from tests.servers.postgres import Postgres
from tests.system.hub_process import HubProcess

pytestmark = pytest.mark.slow


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@asynccontextmanager
async def journaling(folder: Path, broker: Mosquitto, database: str, tell: Tell) -> AsyncIterator[Scene]:
    places = Places(database, local(folder).graph)
    async with under_load(HubProcess(folder, broker.url, *flags(places)), broker.port, places, tell) as scene:
        yield scene


async def test_postgresql_is_killed(
    tmp_path: Path, mosquitto: Mosquitto, postgres: Postgres, database: str, tell: Tell
) -> None:
    async with journaling(tmp_path, mosquitto, database, tell) as scene:
        async with scene.fault():
            postgres.kill()
            await asyncio.sleep(AWAY)
            await asyncio.to_thread(postgres.start)
        await scene.caught_up()
        whole(await scene.finish(f"kill -9 of PostgreSQL, {AWAY:.0f} s away"))
        scene.told("journal")


async def test_a_backend_of_postgresql_is_killed(
    tmp_path: Path, mosquitto: Mosquitto, postgres: Postgres, database: str, tell: Tell
) -> None:
    """The server then ends all the others too, and starts anew by itself."""
    async with journaling(tmp_path, mosquitto, database, tell) as scene:
        async with scene.fault():
            backends = postgres.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'unshub' ORDER BY query_start DESC LIMIT 1"
            )
            ((pid,),) = backends
            os.kill(int(str(pid)), signal.SIGKILL)
        await scene.caught_up()
        whole(await scene.finish("kill -9 of one PostgreSQL backend"))


async def test_sessions_are_ended_one_by_one(
    tmp_path: Path, mosquitto: Mosquitto, postgres: Postgres, database: str, tell: Tell
) -> None:
    """As by an administrator or a proxy: one session goes, and the next commit may already find a new one."""
    async with journaling(tmp_path, mosquitto, database, tell) as scene:
        async with scene.fault():
            for _ in range(40):
                postgres.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'unshub' "
                    "AND query LIKE '%keep%' ORDER BY random() LIMIT 1"
                )
                await asyncio.sleep(0.1)
        await scene.caught_up()
        whole(await scene.finish("sessions of PostgreSQL ended, 40 times"))


async def test_postgresql_hangs(
    tmp_path: Path, mosquitto: Mosquitto, postgres: Postgres, database: str, tell: Tell
) -> None:
    async with journaling(tmp_path, mosquitto, database, tell) as scene:
        async with scene.fault():
            with postgres.paused():
                await asyncio.sleep(AWAY)
        await scene.caught_up()
        whole(await scene.finish(f"PostgreSQL hangs for {AWAY:.0f} s"))
        scene.told("journal")
