"""The recipe for backup and restore in docs/operating.md, as it stands there, while a hub takes messages."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from connectors.wire.address import Address, Url
from hub.app import open_hub
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion
from hub.settings import Settings
from schema.assertion import Assertion, Stamp
from tests.contracts.journal import contents, everything, refusal, tag
from tests.servers import free_port, missing
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.slow

TEXT = (Path(__file__).parents[2] / "docs/operating.md").read_text(encoding="utf-8")
RECIPE = TEXT[TEXT.index("### Backup and restore") : TEXT.index("### Upgrade", TEXT.index("### Backup and restore"))]


def step(program: str) -> str:
    """The line of the recipe that begins with a program."""
    (line,) = re.findall(rf"^{program} .*$", RECIPE, re.MULTILINE)
    return str(line)


def shell(line: str, folder: Path) -> None:
    program = line.split()[0]
    if shutil.which(program) is None:
        missing(program, f"run `apt-get install {'sqlite3' if program == 'sqlite3' else 'postgresql-client'}`")
    done = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def settings(folder: Path, **parts: Url) -> Settings:
    return Settings(data=folder / "unshub-data", broker="amqtt", mqtt=Address("127.0.0.1", free_port()), **parts)


def said(number: int) -> AcceptedAssertion:
    one = Assertion("mes", "MaterialLot", f"LOT-{number}", Stamp(number, "m"), {"name": f"lot {number}"})
    return AcceptedAssertion(one, "uns/v1/x", number, number.to_bytes(8))


async def taken_while_it_runs(place: Settings, backup: str, folder: Path) -> int:
    """Runs a hub that takes messages without a pause, with a backup in the middle; gives how many came before it."""
    number = 0

    async with open_hub(place) as hub:

        async def take() -> None:
            nonlocal number
            while True:
                lots = [said(n) for n in range(number, number + 20)]
                await hub.journal.append(lots, [tag(number, number + 1)], [refusal(number)])
                number += 20
                hub.projector.wake()
                await asyncio.sleep(0)

        taking = asyncio.create_task(take())
        while number < 500:
            await asyncio.sleep(0.01)
        before = number
        await asyncio.to_thread(shell, backup, folder)
        assert number > before, "the hub went on meanwhile"
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
        await asyncio.wait_for(hub.settled(), 60)
    return before


async def check_restored(place: Settings, before: int) -> None:
    """A hub on what was restored has the first messages, all up to some moment, in journal and graph."""
    async with open_hub(place) as hub:
        await asyncio.wait_for(hub.settled(), 60)
        kept = contents(await everything(hub.journal))
        status = await hub.journal.status()
        assert kept == [said(n) for n in range(len(kept))]
        assert len(kept) >= before and len(kept) % 20 == 0
        assert (status.accepted, status.pending) == (len(kept), 0)
        assert status.events == status.refused == len(kept) // 20
        assert (await hub.store.counts())["MaterialLot"] == len(kept)
        # What is sent again is known, what is new goes on from there.
        await hub.journal.append([said(0), said(10**6)])
        assert (await hub.journal.status()).accepted == len(kept) + 1


async def test_files_are_backed_up_while_the_hub_runs_and_restored(tmp_path: Path) -> None:
    place = settings(tmp_path)
    before = await taken_while_it_runs(place, step("sqlite3"), tmp_path)
    shell(step("rm"), tmp_path)
    shell(step("cp"), tmp_path)
    await check_restored(place, before)


async def test_a_server_is_backed_up_while_the_hub_runs_and_restored(tmp_path: Path, postgres: Postgres) -> None:
    documented = "postgresql://unshub@db.example/unshub"
    with postgres.database() as was, postgres.database() as restored:
        place = settings(tmp_path, journal=Url.parse(was))
        before = await taken_while_it_runs(place, step("pg_dump").replace(documented, was), tmp_path)
        shell(step("pg_restore").replace(documented, restored), tmp_path)
        (tmp_path / "unshub-data/graph").unlink()
        await check_restored(settings(tmp_path, journal=Url.parse(restored)), before)
        journal = await open_journal(was)
        assert (await journal.status()).accepted >= before
        await journal.close()
