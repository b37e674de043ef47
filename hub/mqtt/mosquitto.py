"""Mosquitto as a child process of the hub: its configuration, its life, and what an earlier run left behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import pwd
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.wire.address import Address, Url
from connectors.wire.backoff import Backoff
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError
from connectors.wire.identity import Identity
from connectors.wire.messages import Inbound, Outbound
from hub.messages import Accept, BrokerStatus
from hub.mqtt import tether
from hub.mqtt.client import MqttClient
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.processes import check_port, command_of, end, parent_of
from hub.mqtt.room import Room

log = logging.getLogger(__name__)

START_SECONDS = 10.0
STOP_SECONDS = 20.0
STEADY_SECONDS = 60.0
SAVE_SECONDS = 15
EMPTY_SECONDS = 0.5

GUARANTEE = (
    "a QoS 1 or 2 message that it has acknowledged reaches the journal; retained and waiting messages are on disk, "
    f"saved every {SAVE_SECONDS} s and at its end, so that only a crash of the machine or of Mosquitto itself loses "
    f"what it took in the last {SAVE_SECONDS} s and had not handed on"
)


def find() -> Path | None:
    """Where mosquitto is installed, if it is. Debian puts it where users have no PATH to."""
    found = shutil.which(
        "mosquitto", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    )
    return None if found is None else Path(found)


def configuration(listen: Address, folder: Path, limits: BrokerLimits) -> str:
    """The text of mosquitto.conf.

    A save writes the whole store, 60 MB in 0.13 s for 100,000 retained records of 500 bytes, and Mosquitto does nothing
    else meanwhile; so it saves by the clock, and not after so many changes. Queues are unbounded, since a bound would
    drop what is acknowledged; `message_size_limit` is unused, since it acknowledges what it drops.
    """
    lines = [
        "# Written by unshub at every start.",
        f"listener {listen.port} {listen.host}",
        "allow_anonymous true",
        "persistence true",
        f"persistence_location {folder}/",
        f"autosave_interval {SAVE_SECONDS}",
        "autosave_on_changes false",
        "max_queued_messages 0",
        f"max_inflight_messages {limits.in_flight}",
        f"max_packet_size {limits.packet}",
        "set_tcp_nodelay true",
        f"log_dest file {folder / 'mosquitto.log'}",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "connection_messages false",
        "log_timestamp_format %Y-%m-%dT%H:%M:%S",
    ]
    if os.geteuid() == 0:
        # Started by root it would become the user mosquitto, who may not write to the data folder.
        lines.append(f"user {pwd.getpwuid(0).pw_name}")
    return "\n".join(lines) + "\n"


class MosquittoBroker:
    """The `Broker` port on a Mosquitto that lives and dies with the hub."""

    def __init__(self, binary: Path, listen: Address, data: Path, client_id: str, limits: BrokerLimits, prefix: str):
        session = _Session(client_id, f"{prefix}/#", limits.in_flight)
        self._child = _Child(binary, listen, (data / "mosquitto").absolute(), limits, session)
        self._client = MqttClient(
            Url("mqtt", listen.host, listen.port),
            client_id=client_id,
            prefix=prefix,
            limits=limits,
            product=f"{_version(binary)}, child process",
            guarantee=GUARANTEE,
        )

    async def start(self, accept: Accept) -> None:
        await self._child.start()
        await self._client.start(accept)

    async def publish(self, message: Outbound) -> None:
        await self._client.publish(message)

    async def status(self) -> BrokerStatus:
        return await self._client.status()

    async def stop(self) -> None:
        await self._client.stop()
        await self._child.stop()


@dataclass(frozen=True, slots=True)
class _Session:
    """What Mosquitto keeps messages for while the hub is not connected."""

    client_id: str
    topic_filter: str
    receive_maximum: int

    def __str__(self) -> str:
        return f"{self.client_id} {self.topic_filter}"

    async def begin(self, at: Address) -> None:
        """Connects, subscribes and leaves. `BrokerError` says what failed."""
        identity = Identity(self.client_id, None, self.receive_maximum)
        connection = await Connection.open(Url("mqtt", at.host, at.port), identity, _leave_unacknowledged)
        try:
            await connection.subscribe([self.topic_filter])
        finally:
            await connection.close()

    async def end(self, at: Address) -> None:
        """Forgets it, unless messages wait in it. `BrokerError` says what failed."""
        url, waits = Url("mqtt", at.host, at.port), asyncio.Event()
        identity = Identity(self.client_id, None, self.receive_maximum)
        connection = await Connection.open(url, identity, lambda *_: waits.set())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(waits.wait(), EMPTY_SECONDS)
        await connection.close()
        if waits.is_set():
            log.warning(
                "messages wait for this hub under its earlier name %r; start it once with `--name %s` to take them",
                *(self.client_id, self.client_id),
            )
            return
        connection = await Connection.open(url, replace(identity, lasting=False), _leave_unacknowledged)
        await connection.close()
        log.info("ended the session of this hub's earlier name %r, in which nothing waited", self.client_id)


def _leave_unacknowledged(connection: Connection, message: Inbound, identifier: int | None) -> None:
    """The broker keeps the message, and sends it again to the hub's own connection."""


class _Child:
    """The process: started, watched, started again when it dies, and ended.

    Others reach it only once its store has the hub's session: Mosquitto acknowledges also what nobody subscribes to.
    """

    def __init__(self, binary: Path, listen: Address, folder: Path, limits: BrokerLimits, session: _Session) -> None:
        self._binary = binary
        self._listen = listen
        self._folder = folder
        self._limits = limits
        self._config = folder / "mosquitto.conf"
        self._record = folder / "process.json"
        self._session = session
        self._store = folder / "mosquitto.db"
        self._stored_session = folder / "session.txt"
        self._room = Room(folder, self._store)
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when it takes connections."""
        self._folder.mkdir(parents=True, exist_ok=True)
        await self._end_orphan()
        check_port(self._listen.host, self._listen.port)
        process = await self._open()
        self._watching = asyncio.create_task(self._watch(process), name="mosquitto")

    async def stop(self) -> None:
        """Ends it, once it could save its store."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        if self._process is not None and self._process.returncode is None:
            await self._room.for_the_end(self._process.pid)
        await self._end()
        self._room.check_end()
        self._record.unlink(missing_ok=True)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        clock = asyncio.get_running_loop().time
        backoff = Backoff()
        while True:
            began = clock()
            room = asyncio.create_task(self._room.watch(process.pid), name="mosquitto-room")
            try:
                code = await process.wait()
            finally:
                room.cancel()
                await asyncio.gather(room, return_exceptions=True)
            if clock() - began > STEADY_SECONDS:
                backoff.reset()
            pause = backoff.pause()
            log.error("mosquitto has ended (%s); starting it again in %.1f s. %s", code, pause, self._last_words())
            await asyncio.sleep(pause)
            try:
                process = await self._open()
            except (BrokerError, OSError) as error:
                # The old process stays the one that has ended, so that the next try follows its pause.
                log.error("mosquitto can't be started again: %s", error)

    async def _open(self) -> asyncio.subprocess.Process:
        """Starts it for everybody, with the hub's session in its store, and no session of a name that it had before."""
        if not self._has_session():
            await self._store_session()
        return await self._launch(self._listen)

    def _has_session(self) -> bool:
        try:
            return self._store.exists() and self._stored_session.read_text() == str(self._session)
        except (OSError, ValueError):
            return False

    def _earlier(self) -> _Session | None:
        """The session in the store, where that is of another name: nobody would ever take what it collects."""
        try:
            client_id, _, topic_filter = self._stored_session.read_text().partition(" ")
        except (OSError, ValueError):
            return None
        if not client_id or client_id == self._session.client_id:
            return None
        return replace(self._session, client_id=client_id, topic_filter=topic_filter)

    async def _store_session(self) -> None:
        """Runs it where nobody looks for it, until its store has the hub's session."""
        private = Address("127.0.0.1", _free_port())
        await self._launch(private)
        try:
            if (earlier := self._earlier()) is not None:
                await earlier.end(private)
            await self._session.begin(private)
        finally:
            await self._end()
        if not self._store.exists():
            raise BrokerError(f"mosquitto does not save its store {self._store}; make room there. {self._last_words()}")
        self._stored_session.write_text(str(self._session))

    async def _launch(self, listen: Address) -> asyncio.subprocess.Process:
        """Returns when it takes connections."""
        self._config.write_text(configuration(listen, self._folder, self._limits))
        with (self._folder / "console.log").open("wb") as console:
            process = self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", tether.__file__, str(os.getpid())),
                *(str(self._binary), "-c", str(self._config)),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                # A terminal's Ctrl-C goes to the whole group; the hub ends its broker itself, last of all.
                start_new_session=True,
            )
        self._record.write_text(json.dumps({"process": process.pid, "hub": os.getpid()}))
        try:
            await self._until_listening(process, listen)
        except BaseException:
            await self._end()
            raise
        return process

    async def _until_listening(self, process: asyncio.subprocess.Process, listen: Address) -> None:
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while True:
            try:
                _, writer = await asyncio.open_connection(listen.host, listen.port)
            except OSError:
                if process.returncode is not None or asyncio.get_running_loop().time() > deadline:
                    words = self._last_words()
                    raise BrokerError(f"mosquitto does not start on {listen}{self._remedy(words)}. {words}") from None
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        self._room.go_on(process.pid)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            log.error("mosquitto did not end within %.0f s and is killed", STOP_SECONDS)
            process.kill()
            await process.wait()

    async def _end_orphan(self) -> None:
        """Ends a mosquitto that an earlier hub left behind; it saves its store, which the new one then reads."""
        try:
            record = json.loads(self._record.read_text())
            process, hub = int(record["process"]), int(record["hub"])
        except (OSError, ValueError, KeyError, TypeError):
            return
        if str(self._config) not in command_of(process):
            return
        if hub != os.getpid() and parent_of(process) == hub:
            raise BrokerError(
                f"the hub with process id {hub} already runs mosquitto on {self._folder}; "
                "end that hub, or give this one a data folder of its own with `--data`"
            )
        log.warning("ending the mosquitto that an earlier hub left behind (process %d)", process)
        self._room.give_up()
        self._room.go_on(process)
        await end(process, STOP_SECONDS)

    def _remedy(self, words: str) -> str:
        if "restore persistent database" not in words:
            return ""
        return (
            f": its store {self._store} is damaged. Restore it from a backup, or move it away, which loses retained "
            "messages, golden records among them, and what the hub has not taken"
        )

    def _last_words(self) -> str:
        lines: list[str] = []
        for name in ("mosquitto.log", "console.log"):
            with contextlib.suppress(OSError):
                lines += (self._folder / name).read_text(errors="replace").splitlines()[-2:]
        return f"Its last words: {' | '.join(lines)}" if lines else f"See {self._folder / 'mosquitto.log'}"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _version(binary: Path) -> str:
    """`mosquitto 2.0.11`"""
    try:
        said = subprocess.run([binary, "-h"], capture_output=True, text=True, check=False, timeout=START_SECONDS).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrokerError(f"can't run {binary}: {error}; repair it, or choose `--broker amqtt`") from None
    words = said.splitlines()[0].split() if said else []
    return f"mosquitto {words[2]}" if len(words) > 2 else "mosquitto"
