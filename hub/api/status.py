"""How the hub is, as its parts say."""

from __future__ import annotations

import asyncio

import strawberry

from hub.api.context import ApiContext
from hub.api.scalars import Json


@strawberry.type(description="What the journal holds.")
class JournalCounts:
    accepted: int = strawberry.field(description="Accepted assertions.")
    pending: int = strawberry.field(description="Accepted assertions that are not yet in the graph.")
    events: int = strawberry.field(description="Tag values, state changes and counts.")
    refused: int = strawberry.field(description="Messages that were refused, and wait to be replayed.")
    bytes: Json = strawberry.field(description="Its size on disk.")
    detail: str = strawberry.field(description="Product, version and place.")


@strawberry.type(description="How many things of a kind there are.")
class KindCount:
    kind: str = strawberry.field(description="The kind.")
    count: int = strawberry.field(description="How many, placeholders left out.")


@strawberry.type(description="The knowledge graph.")
class GraphStatus:
    ok: bool = strawberry.field(description="Whether it answers.")
    detail: str = strawberry.field(description="Product, version and place.")
    counts: list[KindCount] = strawberry.field(description="How many things there are of each kind that has any.")


@strawberry.type(description="What carries the messages.")
class BrokerState:
    connected: bool = strawberry.field(description="Whether the hub is connected to it.")
    product: str = strawberry.field(description="Product, version and form: `mosquitto 2.0.11, child process`.")
    address: str = strawberry.field(description="Where it listens.")
    guarantee: str = strawberry.field(description="What may be lost, and when.")


@strawberry.type(description="How the hub is.")
class Hub:
    version: str = strawberry.field(description="The hub's version.")
    pending: int = strawberry.field(description="Accepted assertions that are not yet in the graph.")
    journal: JournalCounts = strawberry.field(description="What was accepted, for good.")
    graph: GraphStatus = strawberry.field(description="The knowledge graph.")
    broker: BrokerState = strawberry.field(description="What carries the messages.")


async def read_status(context: ApiContext) -> Hub:
    """Asks every part at once."""
    journal, health, counts, broker = await asyncio.gather(
        context.journal.status(), context.store.health(), context.store.counts(), context.broker()
    )
    return Hub(
        version=context.version,
        pending=journal.pending,
        journal=JournalCounts(
            accepted=journal.accepted,
            pending=journal.pending,
            events=journal.events,
            refused=journal.refused,
            bytes=Json(journal.bytes),
            detail=journal.detail,
        ),
        graph=GraphStatus(
            ok=health.ok,
            detail=health.detail,
            counts=[KindCount(kind=kind, count=count) for kind, count in sorted(counts.items()) if count],
        ),
        broker=BrokerState(
            connected=broker.connected, product=broker.product, address=broker.address, guarantee=broker.guarantee
        ),
    )
