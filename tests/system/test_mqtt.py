"""Another broker from outside: a hub that is killed and a broker of the hub that goes away lose nothing."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Mosquitto
from tests.servers import mosquitto as start_mosquitto
from tests.system.hub_process import HubProcess
from tests.system.test_webhook import shell
from tests.test_docs import blocks

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "connectors" / "mqtt.md"
LINE = """
kind: mqtt
system: line
broker: {url}
location: acme/north
streams:
  lots:
    topics: lots/{{id}}
    changed: at
    map: [{{kind: MaterialLot, id: _path.id, set: {{name: name}}}}]
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Mosquitto]:
    """The broker of others."""
    with start_mosquitto(tmp_path / "other") as broker:
        yield broker


def configure(folder: Path, other: Mosquitto) -> list[str]:
    connectors = folder / "connectors"
    connectors.mkdir()
    (connectors / "line.yaml").write_text(LINE.format(url=other.url))
    return ["--connectors", str(connectors)]


def publish(broker: Mosquitto, numbers: range, qos: int) -> None:
    """Publishes lots as any other client does."""
    payloads = "".join(
        f"-t lots/L{n} -m '{json.dumps({'name': f'lot {n}', 'at': '2026-03-01T10:00:00Z'})}'\n" for n in numbers
    )
    script = f"while read -r line; do eval mosquitto_pub -h 127.0.0.1 -p {broker.port} -q {qos} $line; done"
    subprocess.run(["bash", "-c", script], input=payloads, text=True, check=True, timeout=90)


async def subscribed(hub: HubProcess, other: Mosquitto) -> None:
    """Returns when the hub hears what is published."""
    sent = 0

    async def heard() -> bool:
        nonlocal sent
        await asyncio.to_thread(publish, other, range(-1, 0), 1)
        sent += 1
        return await total(hub) > 0

    await hub.until(heard, "the hub hears what is published")


async def total(hub: HubProcess) -> int:
    found = await hub.ask("{ materialLots(first: 1) { totalCount } }")
    return int(found["materialLots"]["totalCount"])


async def test_a_hub_that_is_killed_loses_nothing_of_qos_1(
    mosquitto: Mosquitto, other: Mosquitto, tmp_path: Path
) -> None:
    async with HubProcess(tmp_path / "hub", mosquitto.url, *configure(tmp_path, other)) as hub:
        await subscribed(hub, other)
        publishing = asyncio.create_task(asyncio.to_thread(publish, other, range(60), 1))
        for _ in range(2):
            before = await total(hub)

            async def more(before: int = before) -> bool:
                return await total(hub) > before + 5

            await hub.until(more, "lots come in")
            hub.kill()
            await asyncio.sleep(0.3)
            hub.start()
            await hub.ready()
        await publishing

        async def all_in() -> bool:
            return await total(hub) == 61

        await hub.until(all_in, "all lots are in the graph")
        await hub.settled()
        assert (await hub.get("/api/status"))["accepted"] == 61


async def test_qos_0_waits_on_disk_while_the_hubs_broker_is_away(
    mosquitto: Mosquitto, other: Mosquitto, tmp_path: Path
) -> None:
    flags = configure(tmp_path, other)
    listing = f"unshub connectors list --json {' '.join(flags)}"
    async with HubProcess(tmp_path / "hub", mosquitto.url, *flags) as hub:
        await subscribed(hub, other)
        mosquitto.stop()
        await asyncio.to_thread(publish, other, range(60), 0)

        async def waiting(count: int) -> bool:
            listed = await asyncio.to_thread(shell, f"{listing} --data {hub.data}", tmp_path)
            told: dict[str, Any] = json.loads(listed)
            assert told["dropped"] == 0
            return bool(told["buffered"] == count)

        await hub.until(lambda: waiting(60), "all of it waits on disk")
        hub.kill()
        hub.start()
        mosquitto.start()
        await hub.ready()

        async def all_in() -> bool:
            return await total(hub) == 61

        await hub.until(all_in, "all lots are in the graph")
        await hub.until(lambda: waiting(0), "nothing waits any more")


def test_the_page_on_other_brokers_works(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    connectors = tmp_path / "connectors"
    connectors.mkdir()
    with start_mosquitto(tmp_path / "broker") as broker:
        shown = next(blocks(text, "yaml"))
        (connectors / "scada.yaml").write_text(shown.replace("1884", str(broker.port)))
        (tmp_path / "unshub.yaml").write_text("connectors: connectors\n")
        topic, payload = "plant/north/l1/mixer/speed", '{"v": 118.5, "t": 1772359200000}'
        command = ["mosquitto_pub", "-p", str(broker.port), "-h", "127.0.0.1", "-r", "-t", topic, "-m", payload]
        subprocess.run(command, check=True)
        _start, look, sample, *_ = blocks(text, "sh")
        said = shell(look, tmp_path)
        assert "tags: may subscribe to plant/+/+/#" in said
        assert f"# {topic}: v float, t int" in said
        assert "scada.yaml: no faults, 1 test" in said
        assert json.loads(shell(sample, tmp_path))["name"] == "mixer/speed"
        waiting = subprocess.Popen(
            [sys.executable, "-m", "hub.cli", "connectors", "preview", "scada", "--limit", "1"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )
        while waiting.poll() is None:
            subprocess.run([each for each in command if each != "-r"], check=True)
        assert waiting.stdout is not None
        assert json.loads(waiting.stdout.read())["value"] == 118.5
        waiting.stdout.close()
