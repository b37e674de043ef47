"""The fields of `Query` that do not depend on the model: `node`, `search`, `namespace`, `hub`."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hub.api import reading
from hub.api.common import Entity, Found
from hub.api.context import Info, core
from hub.api.integration.conflicts import ConflictsQuery
from hub.api.integration.connectors import ConnectorsQuery
from hub.api.integration.history import HistoryQuery
from hub.api.integration.letters import LettersQuery
from hub.api.integration.placeholders import PlaceholdersQuery
from hub.api.namespace import Place, read_place
from hub.api.questions.around import AroundQuery
from hub.api.questions.compare import CompareQuery
from hub.api.questions.impact import ImpactQuery
from hub.api.questions.readiness import ReadinessQuery
from hub.api.questions.trace import TraceQuery
from hub.api.status import Hub, read_status

argument = strawberry.argument


async def _node(
    info: Info,
    id: Annotated[strawberry.ID, argument(description="The thing's `globalId`, its kind and id: `MaterialLot:LOT-1`.")],
) -> Found:
    kind, identifier = reading.of_global_id(info.context.model, id)
    request = core(info)
    return await reading.one(request, kind, identifier, request.field_nodes)


async def _search(
    info: Info,
    text: Annotated[str, argument(description="The text; case does not matter.")],
    kinds: Annotated[list[str] | None, argument(description="Only of these kinds; all where it is left out.")] = None,
    first: Annotated[int, argument(description="How many at most.")] = 20,
) -> Found:
    reading.words(text)
    wanted = reading.kinds_named(info.context, kinds)
    limit = reading.page_size(info.context, first)
    if not limit or not wanted:
        return []
    request = core(info)
    return await reading.search(request, text, wanted, limit, request.field_nodes)


async def _namespace(
    info: Info,
    path: Annotated[
        str | None, argument(description="`acme/north/packing`; the whole plant where it is left out.")
    ] = None,
    depth: Annotated[int, argument(description="How many levels of children to give, 0 to 8.")] = 1,
) -> Place | None:
    return await read_place(info.context, path, depth)


async def _hub(info: Info) -> Hub:
    return await read_status(info.context)


@strawberry.type(description="Questions. Every kind of thing has two fields of its own: one thing, and a list.")
class Query(
    PlaceholdersQuery,
    ConflictsQuery,
    ConnectorsQuery,
    LettersQuery,
    HistoryQuery,
    ReadinessQuery,
    CompareQuery,
    ImpactQuery,
    TraceQuery,
    AroundQuery,
):
    node: Entity | None = strawberry.field(
        resolver=_node, description="One thing of any kind; null where there is none."
    )
    search: list[Entity] = strawberry.field(
        resolver=_search, description="Things whose id, name, description or identifiers hold a text, best first."
    )
    namespace: Place | None = strawberry.field(
        resolver=_namespace,
        description="What is where: the locations below one, with the things and the newest tag values at each; null "
        "where there is neither.",
    )
    hub: Hub = strawberry.field(resolver=_hub, description="How the hub is.")
