"""Messages of a connection on their way into the journal: bounded in number and bytes, acknowledged once accepted."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from connectors.wire.connection import Connection
from connectors.wire.messages import Inbound
from hub.messages import Accept
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.poison import Poison
from hub.mqtt.topics import for_hub

log = logging.getLogger(__name__)

DRAIN_SECONDS = 30.0


class Intake:
    """Takes the messages of one connection after another. What an earlier one brought counts towards the bound."""

    def __init__(self, accept: Accept, prefix: str, limits: BrokerLimits) -> None:
        self._accept = accept
        self._prefix = prefix
        self._limits = limits
        self._bytes = 0
        self._poison = Poison()
        self._under_way: set[asyncio.Task[None]] = set()
        self._failed = asyncio.Event()
        self._closed = False
        self._paused: Connection | None = None

    def begin(self) -> None:
        """Makes ready for a new connection."""
        self._failed.clear()
        self._closed = False

    def take(self, connection: Connection, message: Inbound, identifier: int | None) -> None:
        """Begins to accept a message. While closed it leaves it to come again on the next connection."""
        if self._closed or (self._failed.is_set() and identifier is not None):
            # What comes behind a message that was not accepted comes again with it, and in its order.
            return
        if not for_hub(message.topic, self._prefix):
            if identifier is not None:
                connection.acknowledge(identifier)
            return
        task = asyncio.create_task(self._hand_over(connection, message, identifier))
        self._under_way.add(task)
        self._bytes += len(message.payload)
        task.add_done_callback(partial(self._done, len(message.payload)))
        # Bytes, QoS 0 and MQTT 3.1.1 know no receive maximum: there, TCP makes the broker wait.
        if len(self._under_way) > self._limits.in_flight or self._bytes > self._limits.memory:
            self._paused = connection
            connection.pause()

    @property
    def busy(self) -> bool:
        """Whether something that was taken is not accepted yet."""
        return bool(self._under_way)

    async def until_over(self, connection: Connection) -> bool:
        """Waits until the connection is lost (False) or a message was not accepted (True)."""
        failed = asyncio.ensure_future(self._failed.wait())
        try:
            ends: set[asyncio.Future[Any]] = {failed, connection.lost}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            return not connection.lost.done()
        finally:
            failed.cancel()

    async def drain(self) -> None:
        """Takes nothing more, and waits until what was taken is accepted or has failed."""
        self._closed = True
        self._resume()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()

    async def _hand_over(self, connection: Connection, message: Inbound, identifier: int | None) -> None:
        if self._failed.is_set() and identifier is not None:
            return
        try:
            await self._accept(message)
        except Exception as error:
            if identifier is None:
                log.warning("lost a QoS 0 message on %r, which could not be accepted: %s", message.topic, error)
            elif self._poison.given_up(message, error):
                connection.acknowledge(identifier)
            elif not self._failed.is_set() and not connection.lost.done():
                log.warning("could not accept the message on %r, which will come again: %s", message.topic, error)
                self._failed.set()
        else:
            if identifier is not None:
                connection.acknowledge(identifier)

    def _done(self, size: int, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._bytes -= size
        if len(self._under_way) <= self._limits.in_flight // 2 and self._bytes <= self._limits.memory // 2:
            self._resume()

    def _resume(self) -> None:
        paused, self._paused = self._paused, None
        if paused is not None:
            paused.resume()
