"""What waits at the broker for a hub that is gone: another hub of its group takes it, and ends the session.

A broker goes on giving a share of the messages to the session of a member that is away, and keeps them for it. Where
that member does not come back, nobody would ever take them.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from connectors.wire.address import Url
from connectors.wire.connection import Connection
from connectors.wire.identity import Identity
from connectors.wire.messages import Inbound
from connectors.wire.tls import Tls
from hub.messages import Accept
from hub.mqtt.intake import Intake
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.topics import filters, taken

log = logging.getLogger(__name__)

QUIET_SECONDS = 30.0
"""A session from which nothing has come for as long, with all acknowledged, is taken for empty. Nobody waits for it."""


class Inheritance:
    """The session of a client that is gone, at the broker of its group."""

    def __init__(
        self, url: Url, client_id: str, group: str, *, prefix: str, limits: BrokerLimits, tls: Tls | None = None
    ) -> None:
        self._url = url
        self._filters = [*filters(prefix, group), *taken(prefix), *filters(prefix, None)]
        self._prefix = prefix
        self._limits = limits
        self._identity = Identity(client_id, None, limits.in_flight, maximum_packet=limits.packet, tls=tls or Tls())

    async def take(self, accept: Accept) -> bool:
        """Accepts all that waits, and has the broker add nothing more; False where it could not be ended.

        A client of this name that comes back ends it, and takes the rest itself. `BrokerError` says what failed.
        """
        loop = asyncio.get_running_loop()
        intake = Intake(accept, self._prefix, self._limits)
        intake.begin()
        last = loop.time()
        count = 0

        def arrive(connection: Connection, message: Inbound, identifier: int | None) -> None:
            nonlocal last, count
            last, count = loop.time(), count + 1
            intake.take(connection, message, identifier)

        connection = await Connection.open(self._url, self._identity, arrive)
        try:
            await connection.unsubscribe(self._filters)
            last = loop.time()
            over = asyncio.ensure_future(intake.until_over(connection))
            while not over.done() and (intake.busy or loop.time() - last < QUIET_SECONDS):
                await asyncio.wait({over}, timeout=QUIET_SECONDS / 10)
            ended = not over.done()
            over.cancel()
        finally:
            await intake.drain()
            await connection.close()
        log.info("took %d messages that waited for %r, which is gone", count, self._identity.client_id)
        return ended

    async def end(self) -> None:
        """Has the broker forget the session, of which everything was taken. `BrokerError` says what failed."""
        last = replace(self._identity, lasting=False)
        connection = await Connection.open(self._url, last, lambda *_: None)
        await connection.close()
