"""A webhook from outside: a hub, a broker, and a sender that sends on while the hub is killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.servers import Mosquitto, free_port
from tests.system.hub_process import HubProcess, unshub
from tests.test_docs import blocks

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "connectors" / "webhook.md"
HOOK = """
kind: webhook
system: mes
location: acme/north
auth:
  token: {header: X-Token, secretFile: token}
streams:
  lots:
    changed: at
    map: [{kind: MaterialLot, id: lot, set: {name: name}}]
"""
SENDERS = 4
KILLS = 3


def configure(folder: Path) -> Path:
    """A folder of connectors with one in it."""
    connectors = folder / "connectors"
    connectors.mkdir()
    (connectors / "mes.yaml").write_text(HOOK)
    (connectors / "token").write_text("geheim\n")
    return connectors


class Sender:
    """Sends one lot after another, each until it has a 2xx."""

    def __init__(self, hub: HubProcess, name: str) -> None:
        self._hub = hub
        self._name = name
        self.sent: list[str] = []
        self.stop = False

    async def run(self) -> None:
        number = 0
        while not self.stop:
            number += 1
            await self._send(f"{self._name}-{number}")

    async def _send(self, lot: str) -> None:
        body = {"lot": lot, "name": lot.lower(), "at": "2026-03-01T10:00:00Z"}
        while True:
            try:
                answer = await self._hub.client.post("/hooks/mes", json=body, headers={"X-Token": "geheim"})
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if answer.is_success:
                self.sent.append(lot)
                return
            assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.05)


async def test_every_2xx_is_in_the_journal_once(mosquitto: Mosquitto, tmp_path: Path) -> None:
    flags = ["--connectors", str(configure(tmp_path))]
    async with HubProcess(tmp_path / "hub", mosquitto.url, *flags) as hub:
        senders = [Sender(hub, f"S{n}") for n in range(SENDERS)]
        tasks = [asyncio.create_task(sender.run()) for sender in senders]
        for _ in range(KILLS):
            before = sum(len(sender.sent) for sender in senders)

            async def more(before: int = before) -> bool:
                return sum(len(sender.sent) for sender in senders) > before + 20

            await hub.until(more, "lots are taken")
            hub.kill()
            hub.start()
            await hub.ready()
        for sender in senders:
            sender.stop = True
        await asyncio.gather(*tasks)
        sent = [lot for sender in senders for lot in sender.sent]

        async def all_in() -> bool:
            # What the broker has acknowledged may still be on its way to the hub.
            return len(await hub.every("materialLots", "id")) >= len(sent)

        await hub.until(all_in, "all lots are in the graph")
        await hub.settled()
        lots = await hub.every("materialLots", "id name")
        assert {lot["id"]: lot["name"] for lot in lots} == {lot: lot.lower() for lot in sent}
        assert (await hub.get("/api/status"))["accepted"] == len(sent)
        assert len(sent) == len(set(sent))


async def test_while_the_broker_is_away_it_is_to_be_sent_again(mosquitto: Mosquitto, tmp_path: Path) -> None:
    flags = ["--connectors", str(configure(tmp_path))]
    async with HubProcess(tmp_path / "hub", mosquitto.url, *flags) as hub:
        sender = Sender(hub, "S")
        mosquitto.stop()
        headers = {"X-Token": "geheim", "Host": "hub.example"}
        answer = await hub.client.post("/hooks/mes", json={"lot": "L"}, headers=headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        task = asyncio.create_task(sender.run())
        await asyncio.sleep(0.5)
        assert sender.sent == []
        mosquitto.start()

        async def more() -> bool:
            return len(sender.sent) > 5

        await hub.until(more, "lots are taken")
        sender.stop = True
        await task


async def test_the_page_on_webhooks_works(mosquitto: Mosquitto, tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    connectors = tmp_path / "connectors"
    connectors.mkdir()
    (connectors / "shop.yaml").write_text(next(blocks(text, "yaml")))
    (tmp_path / "unshub.yaml").write_text("connectors: connectors\n")
    look, send = blocks(text, "sh")
    said = shell(look, tmp_path)
    assert '"id": "LOT-1"' in said and "shop.yaml: no faults, 1 test" in said
    async with HubProcess(tmp_path, mosquitto.url, "--connectors", str(connectors)) as hub:
        places = f"--data {hub.data} --connectors connectors"
        send = send.replace(":8080", f":{hub.http}").replace("connectors list", f"connectors list {places}")

        async def at_work() -> bool:
            return (await hub.client.post("/hooks/shop", json={})).status_code == 401

        await hub.until(at_work, "the connector is at work")
        said = await asyncio.to_thread(shell, send, tmp_path)
        assert '{"taken":1,"unchanged":0}' in said
        assert "shop: webhook, speaks as shop" in said


def shell(script: str, folder: Path) -> str:
    """Runs commands as the page has them."""
    script = script.replace("unshub ", f"{sys.executable} -m hub.cli ")
    ran = subprocess.run(["bash", "-euc", script], cwd=folder, capture_output=True, text=True, timeout=90, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_preview_shows_what_comes_and_has_it_sent_again(tmp_path: Path) -> None:
    flags = ["--connectors", str(configure(tmp_path)), "--http", f"127.0.0.1:{free_port()}"]
    command = unshub("connectors", "preview", "mes", "--limit", "1", *flags)
    looking = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    answers = set()
    while looking.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            url, headers = f"http://{flags[-1]}/hooks/mes", {"X-Token": "geheim"}
            answers.add(httpx.post(url, json={"lot": "L1"}, headers=headers, trust_env=False).status_code)
    assert looking.stdout is not None
    assert json.loads(looking.stdout.read())["id"] == "L1"
    looking.stdout.close()
    assert answers == {503}
