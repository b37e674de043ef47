"""Listening to a topic beside the taking of messages: nothing is kept while the hub is away, nothing waits for it.

It is a connection of its own, so that a hub that holds the broker back until the journal has its messages still hears.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from connectors.wire.address import Url
from connectors.wire.backoff import Backoff
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError
from connectors.wire.identity import Identity, shown
from connectors.wire.messages import Inbound
from connectors.wire.tls import Tls

log = logging.getLogger(__name__)

IN_FLIGHT = 1000


class Hearing:
    """Hears what is published on a topic filter, for as long as it runs."""

    def __init__(self, url: Url, client_id: str, topic_filter: str, tls: Tls | None = None) -> None:
        """`client_id` differs from that of every other client, this hub's own first one too."""
        self._url = url
        self._filter = topic_filter
        self._identity = Identity(client_id, will=None, receive_maximum=IN_FLIGHT, lasting=False, tls=tls or Tls())
        self.began = asyncio.Event()
        """Set once what is published is heard."""

    async def run(self, hear: Callable[[Inbound], None], began: Callable[[], None], missed: Callable[[], None]) -> None:
        """Hands each message to `hear`, until cancelled.

        Calls `began` when it first hears, and `missed` when it hears again and may have missed some.
        """
        backoff = Backoff()
        while True:
            try:
                await self._once(hear, began, missed)
                backoff.reset()
            except BrokerError as error:
                log.warning("listening to %s: %s", self._filter, error)
            except Exception:
                log.exception("unexpected failure of listening to %s", self._filter)
            await asyncio.sleep(backoff.pause())

    async def _once(
        self, hear: Callable[[Inbound], None], began: Callable[[], None], missed: Callable[[], None]
    ) -> None:
        def take(connection: Connection, message: Inbound, identifier: int | None) -> None:
            hear(message)
            if identifier is not None:
                connection.acknowledge(identifier)

        connection = await Connection.open(self._url, self._identity, take)
        try:
            await connection.subscribe([self._filter])
            (missed if self.began.is_set() else began)()
            self.began.set()
            reason = await asyncio.shield(connection.lost)
            log.warning("no longer listening to %s on %s: %s", self._filter, shown(self._url), reason)
        finally:
            await connection.close()
