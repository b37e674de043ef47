"""Requests to a connector, looked at in the hub's place: each is answered that it has to be sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from connectors.kind import PushSource, Reception
from connectors.push.doors import Doors
from connectors.push.inbox import Arrival, Inbox, refuse
from connectors.records import Record
from connectors.wire.address import Address, SocketFile
from hub.http import hooks
from hub.http.serve import listening

MOST = 100


def requests_to(connector: str, source: PushSource, http: Address | SocketFile) -> Iterator[tuple[str, Record]]:
    """The records of requests as they come; `HubError` where the address is taken, as by a hub that runs."""
    inbox = Inbox(MOST)
    with asyncio.Runner() as runner:
        door = _door(connector, source, http, inbox)
        runner.run(door.__aenter__())
        try:
            while True:
                for arrival in runner.run(_next(inbox)):
                    yield arrival.stream, arrival.record
        finally:
            runner.run(door.__aexit__(None, None, None))


async def _as_made(name: str) -> str:
    return name


async def _next(inbox: Inbox) -> list[Arrival]:
    batch = await inbox.some()
    for delivery in batch:
        refuse(delivery, "somebody only looks at what comes")
    # The answers go out before the loop stands still again.
    await asyncio.sleep(0.1)
    return [arrival for delivery in batch for arrival in delivery.arrivals]


@asynccontextmanager
async def _door(connector: str, source: PushSource, http: Address | SocketFile, inbox: Inbox) -> AsyncIterator[None]:
    doors = Doors([connector])
    reception = Reception(connector, inbox, doors, Path(), lambda trouble: None, _as_made)
    receiving = asyncio.create_task(source.receive(reception))
    try:
        async with listening(http, hooks.routes(lambda: doors)):
            yield
    finally:
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
