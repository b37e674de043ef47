"""One connection to the other broker after another, in one session, which that broker keeps meanwhile.

A message of QoS 1 is acknowledged when all that it says has arrived, so that it comes again where the hub is killed
before. One of QoS 0 never comes again, and goes into the buffer on disk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from connectors.kinds.mqtt.payload import Reader
from connectors.push.forward import Forwarder
from connectors.push.inbox import Delivery, Inbox, Receipt, Stamps
from connectors.wire.address import Url
from connectors.wire.backoff import Backoff
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError
from connectors.wire.identity import Identity, shown
from connectors.wire.messages import Inbound

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
STEADY_SECONDS = 30.0


class Session:
    """Takes messages from one connection after another."""

    def __init__(
        self,
        url: Url,
        identity: Identity,
        filters: Sequence[str],
        reader: Reader,
        inbox: Inbox,
        trouble: Callable[[str], None],
    ) -> None:
        self._url = url
        self._identity = identity
        self._filters = filters
        self._reader = reader
        self._inbox = inbox
        self._trouble = trouble
        self._stamps = Stamps()
        self._connection: Connection | None = None
        self._under_way: set[Delivery] = set()
        """What came over this connection and has no answer yet."""
        self._held = False
        self.forwarder: Forwarder | None = None

    def hold(self, wait: bool) -> None:
        """Has the broker wait for the disk, or go on."""
        self._held = wait
        if wait and self._connection is not None:
            self._connection.pause()

    async def run(self) -> None:
        """Connects again and again, until cancelled."""
        backoff = Backoff()
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                await self._once()
            except BrokerError as error:
                self._trouble(str(error))
                log.warning("%s", error)
            if clock() - began > STEADY_SECONDS:
                backoff.reset()
            await asyncio.sleep(backoff.pause())

    async def _once(self) -> None:
        connection = self._connection = await Connection.open(self._url, self._identity, self._take)
        try:
            await connection.subscribe(self._filters)
            self._trouble("")
            while not connection.lost.done():
                if not self._held and not self._inbox.full:
                    connection.resume()
                await asyncio.wait({connection.lost}, timeout=LOOK_SECONDS)
            raise BrokerError(f"lost the connection to {shown(self._url)}: {connection.lost.result()}")
        finally:
            self._connection = None
            # All of it comes again, so that what had no turn yet would only fill the memory.
            self._inbox.leave(self._under_way, "the connection to its broker was lost")
            self._under_way = set()
            await asyncio.shield(connection.close())

    def _take(self, connection: Connection, message: Inbound, identifier: int | None) -> None:
        arrivals = self._reader.arrivals(message, self._stamps.next())
        if identifier is None:
            assert self.forwarder is not None
            for arrival in arrivals:
                self.forwarder.put(arrival)
            return
        if not arrivals:
            connection.acknowledge(identifier)
            return
        if connection.lost.done():
            return
        delivery = Delivery(arrivals, patient=True, ordered=True)
        delivery.answer.add_done_callback(partial(_acknowledge, connection, identifier))
        delivery.answer.add_done_callback(partial(_forget, self._under_way, delivery))
        self._under_way.add(delivery)
        self._inbox.push(delivery)
        if self._inbox.full:
            # MQTT 3.1.1 knows no receive maximum: there, TCP makes the broker wait.
            connection.pause()


def _acknowledge(connection: Connection, identifier: int, answer: asyncio.Future[Receipt]) -> None:
    if not answer.cancelled() and answer.exception() is None:
        connection.acknowledge(identifier)


def _forget(under_way: set[Delivery], delivery: Delivery, _answer: asyncio.Future[Receipt]) -> None:
    under_way.discard(delivery)
