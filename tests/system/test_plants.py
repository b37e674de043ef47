"""A hub for each plant and one for the enterprise, as the guide on growing shows it: a bridge between the brokers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.hub.mqtt.packets import PUBACK, Wire
from tests.servers import Mosquitto, mosquitto
from tests.system.hub_process import HubProcess
from tests.test_docs import ROOT, blocks

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "growing.md").read_text(encoding="utf-8")
BRIDGE, *_ = blocks(PAGE, "conf")
SETTINGS, *_ = (block for block in blocks(PAGE, "yaml") if block.startswith("systems:"))
LOTS = "uns/v1/acme/{plant}/packing/_source/{system}/material-lot/{id}"


@pytest.fixture
def enterprise(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path / "enterprise") as broker:
        yield broker


@pytest.fixture
def north(tmp_path: Path, enterprise: Mosquitto) -> Iterator[Mosquitto]:
    """A plant's broker, with the bridge of the page but for the other side's place, its certificate and password."""
    changes = {"address enterprise.example:8883": f"address 127.0.0.1:{enterprise.port}"}
    left_out = ("bridge_cafile", "remote_username", "remote_password")
    lines = [changes.get(line, line) for line in BRIDGE.splitlines() if not line.startswith(left_out)]
    assert changes.keys() <= set(BRIDGE.splitlines())
    with mosquitto(tmp_path / "north", *lines, "restart_timeout 1") as broker:
        yield broker


@pytest.fixture
async def hubs(tmp_path: Path, north: Mosquitto, enterprise: Mosquitto) -> AsyncIterator[tuple[HubProcess, HubProcess]]:
    """The hub of the plant and that of the enterprise, with the settings of the page."""
    settings = tmp_path / "unshub.yaml"
    settings.write_text(SETTINGS)
    async with AsyncExitStack() as stack:
        found = [
            await stack.enter_async_context(HubProcess(tmp_path / name, broker.url, "--config", str(settings)))
            for name, broker in (("hub-north", north), ("hub-enterprise", enterprise))
        ]
        yield found[0], found[1]


async def say(broker: Mosquitto, plant: str, system: str, id_: str, body: dict[str, object]) -> None:
    async with Wire(broker.port) as wire:
        topic = LOTS.format(plant=plant, system=system, id=id_)
        wire.publish(topic, json.dumps(body | {"observedAt": "2026-05-04T08:00:00Z"}).encode())
        await wire.receive(PUBACK)


async def lots(hub: HubProcess) -> set[str]:
    return {lot["id"] for lot in await hub.every("materialLots", "id")}


async def test_a_plants_messages_reach_the_enterprise_and_wait_for_it(
    hubs: tuple[HubProcess, HubProcess], north: Mosquitto, enterprise: Mosquitto
) -> None:
    plant, above = hubs
    await say(north, "north", "mes-north", "L-1", {"status": "BLOCKED"})
    # What comes to the enterprise from another plant has an id of its own, though both systems count from one.
    await say(enterprise, "south", "mes-south", "L-1", {"status": "RELEASED"})

    async def arrived() -> bool:
        return await lots(above) == {"NORTH-L-1", "SOUTH-L-1"}

    await above.until(arrived, "the plants' lots are in the enterprise's graph")
    assert await lots(plant) == {"NORTH-L-1"}

    enterprise.stop()
    for number in range(2, 1502):
        await say(north, "north", "mes-north", f"L-{number}", {"status": "BLOCKED"})
    enterprise.start()
    wanted = {f"NORTH-L-{number}" for number in range(1, 1502)}

    async def all_arrived() -> bool:
        count = (await above.ask("{ materialLots { totalCount } }"))["materialLots"]["totalCount"]
        return count == len(wanted) + 1 and await lots(above) == wanted | {"SOUTH-L-1"}

    await above.until(all_arrived, "what waited for the link is in the enterprise's graph")
    await plant.settled()
    assert await lots(plant) == wanted
    assert (await above.get("/api/status"))["refused"] == 0
