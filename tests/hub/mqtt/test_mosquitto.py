from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from connectors.wire import connection
from connectors.wire.address import Address
from connectors.wire.errors import BrokerError, PublishError
from connectors.wire.messages import Outbound
from hub.messages import Broker
from hub.mqtt import client
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.mosquitto import MosquittoBroker, configuration
from hub.mqtt.processes import command_of, parent_of
from tests.contracts.broker import GOLDEN, LOT, BrokerContract, BrokerForm, BurstContract, LargeContract, Taker, started
from tests.hub.mqtt.packets import PUBLISH, Wire
from tests.hub.mqtt.test_client import until_connected
from tests.servers import free_port, mosquitto_path, wait_for_port

HUB = Path(__file__).parent / "mosquitto_process.py"


def child(
    folder: Path,
    port: int,
    limits: BrokerLimits | None = None,
    binary: str | None = None,
    client_id: str = "hub-1",
) -> MosquittoBroker:
    where = Path(binary or mosquitto_path())
    return MosquittoBroker(where, Address("127.0.0.1", port), folder, client_id, limits or BrokerLimits(), "uns/v1")


def process_of(folder: Path) -> int:
    return int(json.loads((folder / "mosquitto" / "process.json").read_text())["process"])


async def until_gone(process: int) -> None:
    async with asyncio.timeout(10):
        while command_of(process):
            await asyncio.sleep(0.01)


class Child(BrokerForm):
    @asynccontextmanager
    async def fresh(self, folder: Path, limits: BrokerLimits) -> AsyncIterator[tuple[Broker, int]]:
        port = free_port()
        yield child(folder / "a data folder", port, limits), port


class TestMosquittoBroker(Child, BrokerContract):
    pass


class TestBurstAtMosquittoBroker(Child, BurstContract):
    pass


class TestLargeAtMosquittoBroker(Child, LargeContract):
    pass


@pytest.fixture
def take() -> Taker:
    return Taker()


@pytest.fixture
def port() -> int:
    return free_port()


async def test_a_killed_mosquitto_is_started_again_and_the_hub_comes_back(
    tmp_path: Path, port: int, take: Taker, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(child(tmp_path, port), take) as broker:
        for round in (1, 2):
            os.kill(process_of(tmp_path), signal.SIGKILL)
            await until_connected(broker, False)
            with pytest.raises(PublishError):
                await broker.publish(Outbound(GOLDEN, b"{}"))
            await until_connected(broker)
            async with Wire(port) as system:
                await system.published(LOT, b"{}")
            await take.until(round)
    assert "mosquitto has ended (-9); starting it again" in caplog.text


async def test_a_mosquitto_that_stands_still_is_told(
    tmp_path: Path, port: int, take: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ASK_SECONDS", 0.1)
    monkeypatch.setattr(client, "SILENT_SECONDS", 0.5)
    async with started(child(tmp_path, port), take) as broker:
        process = process_of(tmp_path)
        os.kill(process, signal.SIGSTOP)
        try:
            await until_connected(broker, False)
            assert "no sign of life" in (await broker.status()).problem
        finally:
            os.kill(process, signal.SIGCONT)
        await until_connected(broker)


async def test_a_damaged_store_is_told_with_its_remedy(tmp_path: Path, port: int, take: Taker) -> None:
    async with started(child(tmp_path, port), take):
        pass
    (tmp_path / "mosquitto" / "mosquitto.db").write_bytes(b"no store of anybody")
    broker = child(tmp_path, port)
    with pytest.raises(BrokerError, match=r"mosquitto\.db is damaged\. Restore it from a backup, or move it away"):
        await broker.start(take)
    await broker.stop()


async def test_all_that_is_acknowledged_from_the_first_moment_on_is_accepted(
    tmp_path: Path, port: int, take: Taker
) -> None:
    sender = asyncio.create_task(hammer(port))
    async with started(child(tmp_path, port), take):
        await accepted(take, await sender)


async def test_the_same_after_a_crash_that_left_no_store(tmp_path: Path, port: int, take: Taker) -> None:
    async with started(child(tmp_path, port), take) as broker:
        (tmp_path / "mosquitto" / "mosquitto.db").unlink()
        os.kill(process_of(tmp_path), signal.SIGKILL)
        await until_connected(broker, False)
        await accepted(take, await hammer(port))


@pytest.mark.parametrize(("name", "prefix"), [("hub-0", "uns/v1"), ("hub-1", "plant")])
async def test_the_same_where_the_store_is_of_another_name_or_prefix(
    tmp_path: Path, port: int, take: Taker, name: str, prefix: str
) -> None:
    earlier = MosquittoBroker(
        Path(mosquitto_path()), Address("127.0.0.1", port), tmp_path, name, BrokerLimits(), prefix
    )
    async with started(earlier, Taker()):
        pass
    sender = asyncio.create_task(hammer(port))
    async with started(child(tmp_path, port), take):
        await accepted(take, await sender)


async def test_a_store_with_the_session_is_opened_for_everybody_at_once(
    tmp_path: Path, port: int, take: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(child(tmp_path, port), take):
        pass
    listened: list[Address] = []

    def seen(listen: Address, folder: Path, limits: BrokerLimits) -> str:
        listened.append(listen)
        return configuration(listen, folder, limits)

    monkeypatch.setattr("hub.mqtt.mosquitto.configuration", seen)
    async with started(child(tmp_path, port), take):
        assert listened == [Address("127.0.0.1", port)]


async def hammer(port: int, count: int = 300) -> list[bytes]:
    """Sends from the first moment that the port is open. The payloads, all acknowledged."""
    async with asyncio.timeout(15):
        while True:
            try:
                async with Wire(port) as system:
                    payloads = [b'{"n":%d}' % number for number in range(count)]
                    for payload in payloads:
                        await system.published(LOT, payload)
                    return payloads
            except ConnectionRefusedError:
                await asyncio.sleep(0)


async def accepted(take: Taker, payloads: list[bytes]) -> None:
    assert [message.payload for message in await take.until(len(payloads))] == payloads


async def test_golden_records_are_still_there_after_a_restart(tmp_path: Path, port: int, take: Taker) -> None:
    async with started(child(tmp_path, port), take) as broker:
        await broker.publish(Outbound(GOLDEN, b"{}", retain=True))
    async with started(child(tmp_path, port), take), Wire(port) as dashboard:
        await dashboard.subscribe("uns/v1/acme/#")
        assert (await dashboard.receive(PUBLISH)).topic == GOLDEN


async def test_nothing_is_left_after_stopping(tmp_path: Path, port: int, take: Taker) -> None:
    async with started(child(tmp_path, port), take):
        process = process_of(tmp_path)
        assert str(tmp_path) in command_of(process) and parent_of(process) == os.getpid()
    assert not command_of(process)
    assert not (tmp_path / "mosquitto" / "process.json").exists()


async def test_kill_9_of_the_hub_ends_its_mosquitto_which_saves_its_store(
    tmp_path: Path, port: int, take: Taker
) -> None:
    hub = await other_hub(tmp_path, port)
    process = process_of(tmp_path)
    async with Wire(port) as system:
        await system.published(LOT, b"{}")
    hub.kill()
    await hub.wait()
    await until_gone(process)
    async with started(child(tmp_path, port), take):
        # The killed hub accepts nothing; what Mosquitto acknowledged was still its own to deliver.
        await take.until(1)


async def test_a_mosquitto_that_an_earlier_hub_left_behind_is_ended(
    tmp_path: Path, port: int, take: Taker, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    config = folder / "mosquitto.conf"
    config.write_text(configuration(Address("127.0.0.1", port), folder, BrokerLimits()))
    orphan = await asyncio.create_subprocess_exec(mosquitto_path(), "-c", str(config))
    (folder / "process.json").write_text(json.dumps({"process": orphan.pid, "hub": 2**22 + 1}))
    wait_for_port(port)
    async with Wire(port) as system:
        system.publish(GOLDEN, b"{}", retain=True)
        await system.receive()
    async with started(child(tmp_path, port), take), Wire(port) as dashboard:
        await dashboard.subscribe("uns/v1/acme/#")
        assert (await dashboard.receive(PUBLISH)).topic == GOLDEN
    assert await orphan.wait() == 0
    assert f"left behind (process {orphan.pid})" in caplog.text


@pytest.mark.parametrize("record", ["", "[]", '{"process": 1, "hub": 1}', '{"process": "x"}'])
async def test_a_record_that_means_nothing_is_no_hindrance(tmp_path: Path, port: int, take: Taker, record: str) -> None:
    (tmp_path / "mosquitto").mkdir()
    (tmp_path / "mosquitto" / "process.json").write_text(record)
    async with started(child(tmp_path, port), take) as broker:
        assert (await broker.status()).connected


async def test_the_mosquitto_of_a_hub_that_runs_is_left_alone(tmp_path: Path, port: int, take: Taker) -> None:
    hub = await other_hub(tmp_path, port)
    with pytest.raises(BrokerError, match=rf"process id {hub.pid} already runs mosquitto .*`--data`"):
        await child(tmp_path, free_port()).start(take)
    assert command_of(process_of(tmp_path))
    hub.terminate()
    await hub.wait()


async def test_a_port_in_use_is_told_with_its_holder_and_the_remedy(tmp_path: Path, take: Taker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            BrokerError, match=rf"127.0.0.1:{port}: .* held by process {os.getpid()} .*--mqtt HOST:PORT"
        ):
            await child(tmp_path, port).start(take)


async def test_a_port_that_another_hubs_mosquitto_has_is_told_with_that_hub(
    tmp_path: Path, port: int, take: Taker
) -> None:
    async with started(child(tmp_path / "first", port), Taker()):
        with pytest.raises(BrokerError) as raised:
            await child(tmp_path / "second", port).start(take)
    told = str(raised.value)
    assert f"the broker of the hub on {tmp_path / 'first'}; end that hub, or choose another port" in told
    assert "--broker" not in told


async def test_a_mosquitto_that_can_not_be_started_again_for_a_while_is_tried_on(
    tmp_path: Path, port: int, take: Taker, caplog: pytest.LogCaptureFixture
) -> None:
    config = tmp_path / "mosquitto" / "mosquitto.conf"
    async with started(child(tmp_path, port), take) as broker:
        config.unlink()
        config.mkdir()
        os.kill(process_of(tmp_path), signal.SIGKILL)
        async with asyncio.timeout(15):
            while "mosquitto can't be started again: " not in caplog.text:
                await asyncio.sleep(0.01)
        config.rmdir()
        await until_connected(broker)


async def test_the_session_of_an_earlier_name_is_ended_where_nothing_waits_in_it(
    tmp_path: Path, port: int, take: Taker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with started(child(tmp_path, port, client_id="hub-0"), Taker()):
        pass
    async with started(child(tmp_path, port), take):
        pass
    assert "ended the session of this hub's earlier name 'hub-0'" in caplog.text


async def test_what_waits_under_an_earlier_name_is_kept_and_told(
    tmp_path: Path, port: int, take: Taker, caplog: pytest.LogCaptureFixture
) -> None:
    never = Taker()
    never.failing = True
    async with started(child(tmp_path, port, client_id="hub-0"), never), Wire(port) as system:
        await system.published(LOT, b"{}")
        await never.tried(1)
    async with started(child(tmp_path, port), take):
        assert "start it once with `--name hub-0`" in caplog.text
    async with started(child(tmp_path, port, client_id="hub-0"), take):
        await take.until(1)


async def test_a_program_that_is_no_mosquitto_is_told(tmp_path: Path, port: int, take: Taker) -> None:
    with pytest.raises(BrokerError, match="mosquitto does not start on"):
        await child(tmp_path, port, binary="/bin/false").start(take)
    with pytest.raises(BrokerError, match=r"can't run .*/missing.*`--broker amqtt`"):
        child(tmp_path, port, binary=str(tmp_path / "missing"))


async def test_a_failed_start_leaves_nothing_and_can_be_repeated(
    tmp_path: Path, port: int, take: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.mqtt.mosquitto.configuration", lambda *_: "nonsense true\n")
    with pytest.raises(BrokerError, match="Unknown configuration variable"):
        await child(tmp_path, port).start(take)
    monkeypatch.undo()
    async with started(child(tmp_path, port), take) as broker:
        assert (await broker.status()).product.startswith("mosquitto 2.")


async def other_hub(folder: Path, port: int) -> asyncio.subprocess.Process:
    hub = await asyncio.create_subprocess_exec(
        *(sys.executable, str(HUB), mosquitto_path(), str(folder), str(port)), stdout=asyncio.subprocess.PIPE
    )
    assert hub.stdout is not None
    assert await asyncio.wait_for(hub.stdout.readline(), 15) == b"started\n"
    return hub
