"""`conflicts`: where systems disagree, whose word counts, and why."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from graph.issues import Issue, word_of
from graph.questions.facts import Fact
from graph.state import conflicts_from_json
from graph.thing import Conflict
from hub.api import walk
from hub.api.common import Entity, Found, PageInfo, Said
from hub.api.context import ApiContext, Info
from hub.api.integration import troubled
from hub.api.integration.paging import AFTER, CURSOR, FIRST, NO_TOTAL
from hub.api.questions.selected import shown
from hub.api.scalars import DateTime
from hub.clock import instant
from hub.settings.types import scope_text
from schema import merge
from schema.registry import Kind

argument = strawberry.argument


@strawberry.enum(description="Why one system's word counts, and not another's.")
class ConflictRule(Enum):
    AUTHORITY = strawberry.enum_value(
        "AUTHORITY", description="The order of authority in the settings ranks its system higher."
    )
    NEWEST = strawberry.enum_value("NEWEST", description="No system ranks higher; its event time is the later one.")
    NAME = strawberry.enum_value(
        "NAME", description="Neither ranks higher and the event times are equal: its system's name is first in order."
    )


@strawberry.type(
    description="Systems say different things of one attribute or link to one. Have the system that is wrong say it "
    "anew; or, where another should be believed, change `authority` in the hub's settings and start it again: the "
    "graph is then made anew under that order."
)
class Disagreement:
    attribute: str = strawberry.field(description="The attribute or link; or `properties/` and a name.")
    winner: Said = strawberry.field(description="The word that counts.")
    said: list[Said] = strawberry.field(description="Every system's word, the one that counts first.")
    rule: ConflictRule = strawberry.field(description="Why it counts before the next word that contradicts it.")
    authority: str | None = strawberry.field(
        description="The entry of the setting `authority` that ranks the winner, as `MaterialLot.status`, "
        "`MaterialLot` or `default`; null where none names it."
    )
    order: list[str] | None = strawberry.field(description="The order of systems in that entry, the highest first.")
    since: DateTime = strawberry.field(
        description="Since when they disagree, by event times: when the later one of the winner's word and the next "
        "that contradicts it was so."
    )


def _thing(found: strawberry.Parent[DisputedThing], info: Info) -> Found:
    return shown(info, found.fact)


@strawberry.type(description="A thing of which systems disagree.")
class DisputedThing:
    fact: strawberry.Private[Fact]
    kind: str = strawberry.field(description="The thing's kind.")
    id: strawberry.ID = strawberry.field(description="The thing's id.")
    conflicts: list[Disagreement] = strawberry.field(
        description="On what they disagree, in order of name; of an attribute or a system alone where it was asked for."
    )
    thing: Entity = strawberry.field(resolver=_thing, description="The thing.")


@strawberry.type(description="A thing of which systems disagree, in a list.")
class DisputedEdge:
    cursor: str = strawberry.field(description=CURSOR)
    node: DisputedThing = strawberry.field(description="The thing.")


@strawberry.type(description=f"A page of the things of which systems disagree, in order of kind and id. {NO_TOTAL}")
class DisputedConnection:
    nodes: list[DisputedThing] = strawberry.field(description="The things on this page.")
    edges: list[DisputedEdge] = strawberry.field(description="The same things, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")


async def _conflicts(
    info: Info,
    kinds: Annotated[
        list[str] | None, argument(description="Only of these kinds; of all where it is left out.")
    ] = None,
    attribute: Annotated[
        str | None, argument(description="Only on this attribute or link, as `status`, or `properties/colour`.")
    ] = None,
    system: Annotated[str | None, argument(description="Only those in which this system has a word.")] = None,
    first: Annotated[int | None, argument(description=FIRST)] = None,
    after: Annotated[str | None, argument(description=AFTER)] = None,
) -> DisputedConnection:
    word = word_of(attribute, system)
    given = {"only": word} if word else {}
    page = await troubled.read(info, "DisputedConnection", Issue.CONFLICT, kinds, first, after, given)
    nodes = [_disputed(info.context, each, attribute, system) for each in page.found]
    return DisputedConnection(
        nodes=nodes,
        edges=[
            DisputedEdge(cursor=page.pages.cursor(each.place), node=node)
            for each, node in zip(page.found, nodes, strict=True)
        ],
        page_info=page.info,
    )


def _disputed(
    context: ApiContext, found: troubled.Troubled, attribute: str | None, system: str | None
) -> DisputedThing:
    kind = context.model.kind(found.fact.kind)
    return DisputedThing(
        fact=found.fact,
        kind=kind.name,
        id=strawberry.ID(found.fact.id),
        conflicts=[
            _disagreement(context, kind, conflict)
            for conflict in conflicts_from_json(found.conflicts or ())
            if attribute in (None, "", conflict.cell)
            and (not system or system in {said.system for said in conflict.said})
        ],
    )


def _disagreement(context: ApiContext, kind: Kind, conflict: Conflict) -> Disagreement:
    first = conflict.said[0]
    rule, rival = merge.decided(kind, conflict.cell, conflict.said, context.authority)
    scope = context.authority.scope(first.system, kind.name, conflict.cell)
    said: list[Found] = [walk.said(kind, conflict.cell, each) for each in conflict.said]
    return Disagreement(
        attribute=conflict.cell,
        winner=said[0],
        said=said,
        rule=ConflictRule[rule.name],
        authority=None if scope is None else scope_text(*scope),
        order=None if scope is None else list(context.authority.orders[scope]),
        since=DateTime(instant(max(first.time, rival.time))),
    )


@strawberry.type
class ConflictsQuery:
    conflicts: DisputedConnection = strawberry.field(
        resolver=_conflicts,
        description="Where systems disagree: on what, what each says, since when, whose word counts and by which rule.",
    )
