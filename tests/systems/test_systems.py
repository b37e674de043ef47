"""Every system, read by a real hub while it, or the hub, is changed and killed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Mosquitto
from tests.system.hub_process import HubProcess, run
from tests.systems import cases
from tests.systems.relay import Relay
from tests.systems.story import Case, Tell, all_there, balance, comes, total

pytestmark = pytest.mark.slow


@pytest.fixture(params=["tryton", "mes", "sap", "lims", "cmms"])
def case(request: pytest.FixtureRequest) -> Case:
    system: Any = request.getfixturevalue(request.param)
    parts = system if isinstance(system, tuple) else (system,)
    made: Case = getattr(cases, f"of_{request.param}")(*parts)
    return made


async def test_what_is_there_what_changes_and_what_goes(
    case: Case, mosquitto: Mosquitto, tell: Tell, tmp_path: Path
) -> None:
    connectors = case.write(tmp_path)
    async with HubProcess(tmp_path / "hub", mosquitto.url, "--connectors", str(connectors)) as hub:
        began = time.monotonic()
        await all_there(hub, case)
        await balance(hub, case, "first load", began, tell)
        began = time.monotonic()
        await comes(hub, case.change())
        await balance(hub, case, "a change", began, tell)
        began = time.monotonic()
        await comes(hub, case.delete())
        await balance(hub, case, "a deletion", began, tell)


def test_wrong_credentials_are_told_plainly(case: Case, tmp_path: Path) -> None:
    connectors = case.write(tmp_path, password="geheim-und-falsch")
    ran = run("connectors", "check", case.name, "--connectors", str(connectors), cwd=tmp_path, code=1)
    assert case.refused in ran.stderr
    assert "geheim" not in ran.stdout + ran.stderr


async def test_a_system_killed_in_mid_page_is_read_to_its_end(
    case: Case, mosquitto: Mosquitto, tell: Tell, tmp_path: Path
) -> None:
    relay = Relay(case.system.port)
    relay.cut_after(100_000, case.system.kill)
    connectors = case.write(tmp_path, relay.port)
    async with HubProcess(tmp_path / "hub", mosquitto.url, "--connectors", str(connectors)) as hub:
        began = time.monotonic()

        async def cut() -> bool:
            return relay.cut.is_set()

        await hub.until(cut, "the system was killed in the middle of a page")
        case.system.start()
        await all_there(hub, case)
        await balance(hub, case, "system killed in mid-page", began, tell)
    relay.close()


async def test_a_hub_killed_in_mid_load_reads_the_rest(
    case: Case, mosquitto: Mosquitto, tell: Tell, tmp_path: Path
) -> None:
    relay = Relay(case.system.port)
    relay.pause = 0.05
    connectors = case.write(tmp_path, relay.port)
    plural, ids = list(case.holds().items())[-1]
    async with HubProcess(tmp_path / "hub", mosquitto.url, "--connectors", str(connectors)) as hub:
        began = time.monotonic()

        async def some() -> bool:
            return await total(hub, plural) > 0

        await hub.until(some, f"the first {plural} are in the graph")
        assert await total(hub, plural) < len(ids)
        hub.kill()
        relay.pause = 0.0
        hub.start()
        await hub.ready()
        await all_there(hub, case)
        await balance(hub, case, "hub killed in mid-load", began, tell)
    relay.close()
