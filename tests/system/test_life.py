"""The whole hub from outside, on each of its own broker forms: real processes, real clients."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.hub.mqtt.packets import PUBLISH, Wire
from tests.servers import Mosquitto, free_port, mosquitto_path
from tests.system.hub_process import PATIENCE, HubProcess, processes_below, rebuild, run, running, unshub
from tests.system.sender import Sender, retained

pytestmark = pytest.mark.slow

FORMS = ["mosquitto", "amqtt"]
AT = "uns/v1/acme/north"
LOT = f"{AT}/_source/mes/material-lot/LOT-1"
GOLDEN = f"{AT}/_material-lot/LOT-1"


@pytest.fixture(params=FORMS)
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[HubProcess]:
    if request.param == "mosquitto":
        mosquitto_path()
    async with running(tmp_path, request.param) as hub:
        yield hub


async def publish(hub: HubProcess, topic: str, payload: Any, *, qos: int = 1) -> None:
    """Returns when the broker has acknowledged; None withdraws."""
    body = payload if isinstance(payload, bytes) else b"" if payload is None else json.dumps(payload).encode()
    async with Wire(hub.mqtt) as wire:
        await wire.published(topic, body, qos)


async def lot(hub: HubProcess, id_: str = "LOT-1") -> Any:
    found = await hub.ask("query ($id: ID!) { materialLot(id: $id) { id name status path } }", {"id": id_})
    return found["materialLot"]


async def until_lot(hub: HubProcess, expected: Any, id_: str = "LOT-1") -> None:
    async def holds() -> bool:
        return bool(await lot(hub, id_) == expected)

    await hub.until(holds, f"{id_} is {expected}")


class Listener:
    """A subscription over graphql-transport-ws."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def begin(cls, socket: ClientConnection, query: str) -> Listener:
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
        return cls(socket)

    async def next(self) -> Any:
        async with asyncio.timeout(PATIENCE):
            while (message := json.loads(await self._socket.recv()))["type"] == "ping":
                await self._socket.send(json.dumps({"type": "pong"}))
        assert message["type"] == "next", message
        return message["payload"]["data"]


def socket_to(hub: HubProcess) -> connect:
    return connect(f"ws://127.0.0.1:{hub.http}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None)


async def listeners(hub: HubProcess, count: int) -> None:
    async def holds() -> bool:
        return bool((await hub.get("/api/status"))["listeners"] == count)

    await hub.until(holds, f"{count} listeners")


async def test_what_is_published_is_answered_retained_and_told(hub: HubProcess) -> None:
    query = "subscription { changes { kind id change changed path systems entity { id name } } }"
    async with Wire(hub.mqtt) as wire, socket_to(hub) as socket:
        await wire.subscribe("uns/v1/_hub/change/#")
        listener = await Listener.begin(socket, query)
        await listeners(hub, 1)
        said = {"name": "A lot", "status": "RELEASED", "observedAt": "2026-03-01T10:00:00Z"}
        await publish(hub, LOT, said)

        await until_lot(hub, {"id": "LOT-1", "name": "A lot", "status": "RELEASED", "path": "acme/north"})
        change = {
            "kind": "MaterialLot",
            "id": "LOT-1",
            "change": "CREATED",
            "path": "acme/north",
            "systems": ["mes"],
        }
        told = (await listener.next())["changes"]
        assert told.pop("entity") == {"id": "LOT-1", "name": "A lot"}
        assert {"name", "status"} <= set(told.pop("changed"))
        assert told == change
        packet = await wire.receive(PUBLISH)
        assert packet.topic == "uns/v1/_hub/change/material-lot"
        assert json.loads(packet.payload).items() >= change.items()
        await hub.settled()
        (record,) = (json.loads(body) for body in (await retained(hub.mqtt, GOLDEN)).values())
        assert record["status"] == "RELEASED"
        assert record["updatedAt"].startswith("2026-03-01T10:00:00")

        await publish(hub, LOT, None)
        await until_lot(hub, None)
        assert (await listener.next())["changes"]["change"] == "DELETED"
        assert json.loads((await wire.receive(PUBLISH)).payload)["change"] == "DELETED"
        await hub.settled()
        assert await retained(hub.mqtt, GOLDEN) == {}
    await listeners(hub, 0)


async def test_a_bad_message_is_told_listed_and_tried_again(hub: HubProcess) -> None:
    future = {"name": "too early", "observedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))}
    async with Wire(hub.mqtt) as wire:
        await wire.subscribe("uns/v1/_hub/dead-letter")
        await publish(hub, LOT, future)
        told = json.loads((await wire.receive(PUBLISH)).payload)
    assert told["topic"] == LOT
    (reason,) = told["reasons"]
    assert reason["path"] == "$.observedAt"
    (letter,) = (await hub.get("/api/dead-letters"))["deadLetters"]
    assert letter["reasons"] == [reason]
    assert json.loads(letter["payload"]) == future
    listed = run("dead-letters", "list", "--json", *hub.places, cwd=hub.data.parent).stdout
    assert json.loads(listed)["number"] == letter["number"]

    number = str(letter["number"])
    refused = run("dead-letters", "replay", number, *hub.places, cwd=hub.data.parent, code=1)
    assert "$.observedAt" in refused.stderr
    assert hub.stop() == 0
    # With the hub stopped, and a rule that allows more: what was wrong is set right.
    places = ["--data", str(hub.data), "--http", f"127.0.0.1:{hub.http}", "--future-tolerance", "2h"]
    assert "accepted" in run("dead-letters", "replay", number, *places, cwd=hub.data.parent).stdout
    hub.start()
    await hub.ready()
    await hub.settled()
    assert (await lot(hub))["name"] == "too early"
    assert (await hub.get("/api/dead-letters"))["deadLetters"] == []
    (again,) = (await hub.get("/api/dead-letters?all=true"))["deadLetters"]
    assert again["replayed"]


BAD = (
    (LOT, b"\xff\xfe"),
    (LOT, b'{"name": '),
    (LOT, b'{"quantity": {"value": NaN, "unit": "kg"}}'),
    (LOT, b'{"status": "LOST"}'),
    (LOT, b'{"observedAt": "2026-03-01T10:00:00"}'),
    (LOT, b'{"properties": {"n": 99999999999999999999}}'),
    (LOT, b'{"properties": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
    (LOT, b'{"name": "' + b"x" * 1_048_576 + b'"}'),
    (f"{AT}/_source/mes/unicorn/U-1", b"{}"),
    (f"{AT}/_source/MES/material-lot/LOT-1", b"{}"),
    (f"{AT}/_source/mes/material-lot/{'x' * 10_000}", b"{}"),
    (f"{AT}//material-lot", b"{}"),
    (f"{AT}/_tag/speed", b"{"),
    ("uns/v1/_source/mes/material-lot/LOT-1", b"{}"),
)


async def test_a_thousand_bad_messages_leave_the_hub_healthy(hub: HubProcess) -> None:
    def bad(number: int) -> tuple[str, bytes]:
        # The large one once, so that the test is not about the disk.
        topic, payload = BAD[number % len(BAD)]
        return (topic, payload) if number < len(BAD) or len(payload) < 20_000 else (LOT, b"[]")

    sender = Sender(hub.mqtt, "bad", bad, rate=2000)
    sending = asyncio.create_task(sender.run())
    while sender.sent < 1000:
        await asyncio.sleep(0.01)
    await sender.finished()
    await sending
    assert sender.connections == 1
    await publish(hub, LOT, {"status": "RELEASED"})
    await until_lot(hub, {"id": "LOT-1", "name": None, "status": "RELEASED", "path": "acme/north"})
    status = await hub.get("/api/status")
    assert status["ready"]
    assert status["refused"] == sender.sent
    letters = (await hub.get("/api/dead-letters?limit=14"))["deadLetters"]
    assert all(reason["expected"] for letter in letters for reason in letter["reasons"])
    assert "Traceback" not in hub.words()


async def test_a_restart_keeps_everything_and_leaves_nothing_behind(hub: HubProcess) -> None:
    await publish(hub, LOT, {"name": "kept", "assembledFrom": ["LOT-0"]})
    await publish(hub, f"{AT}/_tag/speed", {"value": 7, "timestamp": "2026-03-01T10:00:00Z"})
    await publish(hub, LOT, b"{")

    async def taken() -> bool:
        # Mosquitto acknowledges before it hands on, so that the hub may not have begun yet.
        status = await hub.get("/api/status")
        return bool(status["accepted"] and status["events"] and status["refused"])

    await hub.until(taken, "all three messages are in the journal")
    before = await everything(hub)
    query = "subscription { changes { id } }"
    async with Wire(hub.mqtt) as wire, socket_to(hub) as socket, socket_to(hub) as idle:
        # Clients that are connected don't hold it up.
        await wire.subscribe("uns/v1/#", qos=1)
        await Listener.begin(socket, query)
        await listeners(hub, 1)
        began = time.monotonic()
        assert hub.stop() == 0
        assert time.monotonic() - began < PATIENCE / 3
        await asyncio.wait_for(idle.wait_closed(), PATIENCE)
    assert processes_below(hub.data) == []
    assert "Traceback" not in hub.words()
    assert rebuild(hub)["differences"] == []
    hub.start()
    await hub.ready()
    assert await everything(hub) == before


async def everything(hub: HubProcess) -> Any:
    """What the hub shows of itself once all is settled."""
    await hub.settled()
    shown = await hub.ask(
        """{ materialLots { nodes { id name placeholder updatedAt assembledFrom { nodes { id } } } }
             namespace { path total children { path children { path tags { name value time } } } } }"""
    )
    status = await hub.get("/api/status")
    counts = {name: status[name] for name in ("accepted", "pending", "events", "refused")}
    golden = {
        topic: json.loads(body)
        for topic, body in (await retained(hub.mqtt, "uns/v1/#")).items()
        if "/_hub/" not in topic and "/_source/" not in topic
    }
    assert golden.keys() == {GOLDEN}
    return shown, counts, golden, (await hub.get("/api/dead-letters"))["deadLetters"]


async def test_without_its_broker_it_answers_and_catches_up(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with running(tmp_path, mosquitto.url) as hub:
        hub.mqtt = mosquitto.port
        await publish(hub, LOT, {"name": "kept"})
        await hub.settled()
        mosquitto.stop()
        assert (await lot(hub))["name"] == "kept"
        assert hub.stop() == 0
        hub.start()
        await hub.until(partial(running_without_broker, hub), "the hub runs without its broker")
        assert (await lot(hub))["name"] == "kept"
        mosquitto.start()
        await hub.ready()
        await publish(hub, LOT, {"name": "changed"})
        await until_lot(hub, {"id": "LOT-1", "name": "changed", "status": None, "path": "acme/north"})
        await hub.settled()
        assert json.loads((await retained(hub.mqtt, GOLDEN))[GOLDEN])["name"] == "changed"


async def running_without_broker(hub: HubProcess) -> bool:
    try:
        return (await hub.client.get("/readyz")).json().get("broker", {}).get("ok") is False
    except httpx.TransportError:
        return False


async def test_a_second_hub_on_the_same_data_is_refused(hub: HubProcess) -> None:
    ended = await refused(hub, "--data", str(hub.data), "--http", port(), "--mqtt", port())
    assert "in use by process" in ended
    assert "data folder of its own" in ended
    assert await hub.get("/readyz")


async def test_a_port_in_use_is_told(hub: HubProcess, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    http, mqtt = f"127.0.0.1:{hub.http}", f"127.0.0.1:{hub.mqtt}"
    assert "--http" in await refused(hub, "--data", other, "--http", http, "--mqtt", port())
    assert "--mqtt" in await refused(hub, "--data", other, "--http", port(), "--mqtt", mqtt)
    assert processes_below(tmp_path / "other") == []
    assert await hub.get("/readyz")


def port() -> str:
    return f"127.0.0.1:{free_port()}"


async def refused(hub: HubProcess, *flags: str) -> str:
    """What a hub says that can't start: one line and an exit code."""
    command = unshub("up", "--broker", hub.broker, *flags)
    ran = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=PATIENCE, cwd=hub.data.parent
    )
    assert ran.returncode == 1, (ran.returncode, ran.stderr)
    assert "Traceback" not in ran.stderr
    lines = [line for line in ran.stderr.splitlines() if line.startswith("unshub: ")]
    assert len(lines) == 1, ran.stderr
    return lines[0]


async def test_an_interrupt_in_the_middle_of_the_start_ends_it(tmp_path: Path) -> None:
    """Also before it is ready, it ends at once and leaves nothing behind."""
    hub = HubProcess(tmp_path, "auto")
    hub.start()

    async def alive() -> bool:
        try:
            return (await hub.client.get("/livez")).status_code == 200
        except httpx.TransportError:
            return False

    try:
        await hub.until(alive, "the hub answers")
        assert hub.stop() == 0
        assert processes_below(hub.data) == []
        assert "Traceback" not in hub.words()
    finally:
        hub.kill()
        await hub.client.aclose()


if sys.platform != "linux":
    pytest.skip("looks for processes in /proc", allow_module_level=True)
