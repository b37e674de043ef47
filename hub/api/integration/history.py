"""`history`: what each system asserted of a thing, and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum
from typing import Annotated

import strawberry

from graph.plan import Lookup, Own, Plan, Select, Value
from hub.api import reading, walk
from hub.api.common import PageInfo
from hub.api.context import ApiContext, Info
from hub.api.integration.paging import AFTER, CURSOR, FIRST, NO_TOTAL, Pages, size
from hub.api.scalars import DateTime, Json
from hub.clock import instant
from hub.journal import port
from hub.journal.port import Entry
from schema.assertion import PATH, Assertion
from schema.identifier import PLACEHOLDER_MARK, id_of
from schema.registry import Kind

argument = strawberry.argument


@strawberry.enum(description="Which message of a history comes first.")
class HistoryOrder(Enum):
    NEWEST_FIRST = strawberry.enum_value("NEWEST_FIRST", description="The one that was taken in last.")
    OLDEST_FIRST = strawberry.enum_value("OLDEST_FIRST", description="The one that was taken in first.")


@strawberry.enum(description="How far an assertion is.")
class AssertionState(Enum):
    PENDING = strawberry.enum_value("PENDING", description="It was accepted, and is not yet in the graph.")
    APPLIED = strawberry.enum_value(
        "APPLIED", description="It is in the graph, where a newer one of its system may have taken its place."
    )
    FAILED = strawberry.enum_value(
        "FAILED", description="It was accepted and could not be put into the graph: `deadLetters` has why."
    )


@strawberry.type(description="What an assertion says of one attribute, link, identifier or property.")
class AssertedValue:
    attribute: str = strawberry.field(
        description="The attribute or link by name; `path`; or `identifiers/` or `properties/` and a name."
    )
    value: Json | None = strawberry.field(
        description="The value; of a link the references; null where it was taken back."
    )


@strawberry.type(
    description="An assertion: what one system said of a thing in one message. Its words on an attribute count until "
    "the same system's next word on it, by event time; `sources` of the thing has what counts of each system now."
)
class Asserted:
    number: strawberry.ID = strawberry.field(description="Its number in the journal; a later one was taken in later.")
    system: str = strawberry.field(description="The system that said it.")
    id: strawberry.ID = strawberry.field(description="The id by which the system called the thing.")
    topic: str = strawberry.field(description="The topic that it came on.")
    path: str | None = strawberry.field(description="The location in the topic.")
    event_time: DateTime = strawberry.field(
        description="When it was so, as the message says, or else when it came; 1970-01-01T00:00:00Z of a retained "
        "message whose age nobody knows."
    )
    received: DateTime = strawberry.field(description="When it came.")
    message_id: str = strawberry.field(description="The message's id; of equal event times the greater one counts.")
    withdrawal: bool = strawberry.field(description="Whether it took back all that the system had said of the thing.")
    replaces: bool = strawberry.field(
        description="Whether it is all that the system says of the thing: what it does not name was taken back."
    )
    state: AssertionState = strawberry.field(description="How far it is.")
    values: Json = strawberry.field(
        description="What it says, as `sources` has it: attributes and links by name, `identifiers` and `properties` "
        "by theirs. Null where one was taken back."
    )
    cells: list[AssertedValue] = strawberry.field(description="The same, one by one, in order of name.")


@strawberry.type(description="An assertion in a list.")
class AssertedEdge:
    cursor: str = strawberry.field(description=CURSOR)
    node: Asserted = strawberry.field(description="The assertion.")


@strawberry.type(description=f"A page of the assertions of a thing. {NO_TOTAL}")
class HistoryConnection:
    nodes: list[Asserted] = strawberry.field(description="The assertions on this page.")
    edges: list[AssertedEdge] = strawberry.field(description="The same assertions, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")


async def _history(
    info: Info,
    kind: Annotated[str, argument(description="The thing's kind: `MaterialLot`.")],
    id: Annotated[strawberry.ID, argument(description="The thing's id in the plant, or any system's of it.")],
    order: Annotated[HistoryOrder, argument(description="Which comes first.")] = HistoryOrder.NEWEST_FIRST,
    first: Annotated[int | None, argument(description=FIRST)] = None,
    after: Annotated[str | None, argument(description=AFTER)] = None,
) -> HistoryConnection:
    context = info.context
    reading.kinds_named(context, [kind])
    found, most, pages = context.model.kind(kind), size(context, first), Pages(f"history {order.name}")
    place = pages.number(after)
    ids = await _ids(context, found, id)
    oldest = order is HistoryOrder.OLDEST_FIRST
    entries = await context.journal.history(
        kind, ids, most + 1, None if oldest else place, after=(place or 0) if oldest else None
    )
    shown = entries[:most]
    states = await context.journal.states([entry.sequence for entry in shown])
    context.budget.give(len(shown))
    nodes = [_asserted(found, entry, states[entry.sequence]) for entry in shown]
    edges = [AssertedEdge(cursor=pages.cursor(node.number), node=node) for node in nodes]
    ends = _ends(shown)
    return HistoryConnection(nodes=nodes, edges=edges, page_info=pages.info(*ends, after, more=len(entries) > most))


async def _ids(context: ApiContext, kind: Kind, id_: str) -> Collection[str]:
    """The ids by which systems call a thing, and the one by which it was asked for."""
    thing = Lookup("thing", "identifier", Select(kind, (Value("names", Own.IDENTIFIERS),)))
    row = (await context.read(Plan((thing,), "history"), {"identifier": reading.by_id(id_)}))["thing"]
    named = {name for text in (row or {}).get("names") or () if (name := id_of(text)) is not None}
    return named if id_.startswith(PLACEHOLDER_MARK) else named | {id_}


def _ends(entries: Sequence[Entry]) -> tuple[int | None, int | None]:
    return (entries[0].sequence, entries[-1].sequence) if entries else (None, None)


def _asserted(kind: Kind, entry: Entry, state: port.State) -> Asserted:
    accepted = entry.accepted
    said: Assertion = accepted.assertion
    place = said.cells.get(PATH)
    return Asserted(
        number=strawberry.ID(str(entry.sequence)),
        system=said.system,
        id=strawberry.ID(said.id),
        topic=accepted.topic,
        path=None if place is None else str(place),
        event_time=DateTime(instant(said.stamp.time)),
        received=DateTime(instant(accepted.received)),
        message_id=said.stamp.message,
        withdrawal=said.withdraw,
        replaces=said.replace,
        state=AssertionState[state.name],
        values=Json(walk.members(kind, said.cells)),
        cells=[
            AssertedValue(attribute="path" if name == PATH else name, value=Json(walk.spoken(kind, name, value)))
            for name, value in sorted(said.cells.items())
        ],
    )


@strawberry.type
class HistoryQuery:
    history: HistoryConnection = strawberry.field(
        resolver=_history,
        description="What each system asserted of a thing, message by message, from the journal: under the id given, "
        "and under every id by which systems call the thing now. What was said under an id that its system has taken "
        "back is told where that id is asked for. Empty where nothing was said.",
    )
