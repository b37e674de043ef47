"""The hub as a client of a broker: a persistent session, kept connected for as long as the hub runs.

A message is acknowledged when `accept` has returned, never before. Where `accept` raises, nothing is acknowledged. A
broker sends such a message again only on a new connection, so the hub then lets the messages under way end,
disconnects, waits, and connects anew; the pauses grow while `accept` goes on failing. What has come twice is the
journal's to know.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from connectors.wire.address import Url
from connectors.wire.backoff import Backoff
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError, PublishError
from connectors.wire.identity import Identity, shown
from connectors.wire.messages import Outbound
from connectors.wire.tls import Tls
from hub.messages import Accept, BrokerStatus
from hub.mqtt.intake import Intake
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.topics import filters, status_topic, taken

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 5.0
ANNOUNCE_SECONDS = 5.0
SHORT_SECONDS = 5.0
SILENT_SECONDS = 12.0
STEADY_SECONDS = 30.0

ONLINE = b'{"status":"online"}'
OFFLINE = b'{"status":"offline"}'

GUARANTEE = (
    "a QoS 1 or 2 message that the broker has acknowledged reaches the journal, also after either was down, "
    "as far as that broker keeps its sessions"
)


class MqttClient:
    """The `Broker` port to a broker that runs elsewhere, or beside the hub."""

    def __init__(
        self,
        url: Url,
        *,
        client_id: str,
        prefix: str,
        limits: BrokerLimits,
        product: str = "external broker",
        guarantee: str = GUARANTEE,
        tls: Tls | None = None,
        group: str | None = None,
        takes: bool = True,
    ) -> None:
        """Of the clients of a `group`, each message reaches one. One that takes none only publishes."""
        self._group = group
        self._takes = takes
        self._url = url
        self._prefix = prefix
        self._limits = limits
        self._product = product
        self._guarantee = guarantee
        self._status_topic = status_topic(client_id, prefix)
        will = Outbound(self._status_topic, OFFLINE, retain=True)
        self._identity = Identity(
            client_id, will, limits.in_flight, lasting=takes, maximum_packet=limits.packet, tls=tls or Tls()
        )
        self._connection: Connection | None = None
        self._intake: Intake | None = None
        self._ready = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._problem = "not started"
        self._returning = False

    async def start(self, accept: Accept) -> None:
        """Returns when messages are taken, or after five seconds, then to go on trying in the background."""
        self._problem = "not connected yet"
        self._intake = Intake(accept, self._prefix, self._limits)
        self._running = asyncio.create_task(self._run(self._intake), name="mqtt-client")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._ready.wait()
        if not self._ready.is_set():
            log.warning("going on without a broker for now: %s", self._problem)

    async def publish(self, message: Outbound) -> None:
        connection = self._connection
        if connection is None:
            raise PublishError(
                f"can't publish on {message.topic!r}: not connected to {shown(self._url)} ({self._problem}); "
                "publish again when the broker is back"
            )
        await connection.publish(message)

    async def status(self) -> BrokerStatus:
        connection = self._connection
        product = self._product if connection is None else f"{self._product}, MQTT {connection.version}"
        problem = "" if self._ready.is_set() else self._problem
        if connection is not None and connection.silent > SILENT_SECONDS:
            problem = f"it has given no sign of life for {connection.silent:.0f} s"
        return BrokerStatus(
            not problem, product, shown(self._url), self._guarantee, problem=problem, returning=self._returning
        )

    async def stop(self) -> None:
        if self._running is None:
            return
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        self._running = None
        await self._leave()
        self._problem = "stopped"

    async def _run(self, intake: Intake) -> None:
        reconnects, retries = Backoff(), Backoff(0.5)
        clock = asyncio.get_running_loop().time
        before = False
        while True:
            pause = reconnects.pause()
            try:
                began = clock()
                refused = await self._serve(intake, before)
                before = True
                if clock() - began > STEADY_SECONDS:
                    retries.reset()
                    reconnects.reset()
                    pause = reconnects.pause()
                if refused:
                    pause = retries.pause()
            except BrokerError as error:
                self._problem, self._returning = str(error), False
                log.warning("%s; trying again in %.1f s", error, pause)
            except Exception as error:
                self._problem, self._returning = repr(error), False
                log.exception("unexpected failure of the connection to %s", shown(self._url))
            await self._drop()
            await asyncio.sleep(pause)

    async def _serve(self, intake: Intake, before: bool) -> bool:
        """One connection from beginning to end. True where it was given up because `accept` failed."""
        intake.begin()
        connection = self._connection = await Connection.open(self._url, self._identity, intake.take)
        if self._takes and before and not connection.session_present:
            log.warning(
                "%s has forgotten the hub's session; what was published while the hub was not connected may be lost",
                shown(self._url),
            )
        if self._takes:
            await self._subscribe(connection)
        await self._announce(ONLINE)
        self._returning = False
        self._ready.set()
        log.info("connected to %s with MQTT %s", shown(self._url), connection.version)
        began = asyncio.get_running_loop().time()
        failed = await intake.until_over(connection)
        short = asyncio.get_running_loop().time() - began < SHORT_SECONDS
        self._ready.clear()
        if failed:
            self._returning = True
            self._problem = "reconnecting, so that messages that were not accepted come again"
            await self._leave()
        else:
            self._problem = f"connection lost: {connection.lost.result()}"
            hint = f"; if this goes on, another client may have the id {self._identity.client_id!r}" if short else ""
            log.warning("lost the connection to %s: %s%s", shown(self._url), connection.lost.result(), hint)
        return failed

    async def _subscribe(self, connection: Connection) -> None:
        own = filters(self._prefix, self._group)
        if self._group is None:
            await connection.subscribe(own)
            return
        # A shared subscription brings no retained messages, so that a new member takes those once by itself.
        alone = taken(self._prefix)
        if not connection.session_present:
            await connection.subscribe(alone)
        await connection.subscribe(own)
        await connection.unsubscribe([*alone, *filters(self._prefix, None)])

    async def _announce(self, payload: bytes) -> None:
        if self._connection is None:
            return
        try:
            async with asyncio.timeout(ANNOUNCE_SECONDS):
                await self._connection.publish(Outbound(self._status_topic, payload, retain=True))
        except (PublishError, TimeoutError) as error:
            log.warning("could not publish the hub's status: %s", error or "the broker doesn't answer")

    async def _leave(self) -> None:
        """Lets what is under way end, says goodbye, and disconnects."""
        self._ready.clear()
        if self._intake is not None:
            await self._intake.drain()
        await self._announce(OFFLINE)
        await self._drop()

    async def _drop(self) -> None:
        self._ready.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
