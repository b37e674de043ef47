"""`placeholders`: things that were only referred to, with who refers to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from graphql import FieldNode

from graph.columns import placeholder_identifier
from graph.issues import Issue
from graph.plan import Row
from graph.questions.facts import Fact, Word
from graph.state import records_from_json
from hub.api import walk
from hub.api.common import Entity, Found, Identifier, PageInfo
from hub.api.context import ApiContext, Budget, Info, core
from hub.api.errors import RequestError
from hub.api.integration import troubled
from hub.api.integration.paging import AFTER, CURSOR, FIRST, NO_TOTAL
from hub.api.questions.selected import shown
from hub.api.questions.words import Statement, statement
from hub.api.selections import Document
from schema.registry import Model

argument = strawberry.argument

FEW = 10
"""Referrers of a placeholder where it is not said how many."""

MANY = 100
"""Referrers of a placeholder at most."""


@strawberry.type(description="A thing that refers to a placeholder.")
class Referrer:
    kind: str = strawberry.field(description="The referring thing's kind.")
    id: strawberry.ID = strawberry.field(description="The referring thing's id; `node` takes `kind:id`.")
    link: str = strawberry.field(description="The link by which it refers to the placeholder.")
    said: list[Statement] = strawberry.field(
        description="The systems that say so, with the references, and since when."
    )


def _thing(found: strawberry.Parent[Undescribed], info: Info) -> Found:
    return shown(info, found.fact)


def _referrers(
    found: strawberry.Parent[Undescribed],
    first: Annotated[int, argument(description=f"How many at most, up to {MANY}.")] = FEW,
) -> list[Referrer]:
    return found.found[:first]


@strawberry.type(
    description="A thing that was referred to, and that no system has described. Its description may be still to come: "
    "have the system that should describe it publish it. It may have been refused: `deadLetters` tells that. Or the "
    "reference is wrong: have the system that made it say it anew."
)
class Undescribed:
    fact: strawberry.Private[Fact]
    found: strawberry.Private[list[Referrer]]
    kind: str = strawberry.field(description="The kind that it must be of, since the links that lead to it lead there.")
    id: strawberry.ID = strawberry.field(
        description="The id by which it is referred to; `~` and another identifier where that is all that is known."
    )
    identifier: Identifier = strawberry.field(description="The identifier by which it is referred to.")
    expected_from: list[str] = strawberry.field(
        description="The systems that the settings let describe things of this kind by name; none where they name none."
    )
    referrer_count: int = strawberry.field(description="How many links lead to it.")
    referrers: list[Referrer] = strawberry.field(
        resolver=_referrers, description="Those that refer to it, in order of kind, link and id."
    )
    thing: Entity = strawberry.field(resolver=_thing, description="The placeholder itself, by which to follow links.")


@strawberry.type(description="A placeholder in a list.")
class UndescribedEdge:
    cursor: str = strawberry.field(description=CURSOR)
    node: Undescribed = strawberry.field(description="The placeholder.")


@strawberry.type(description=f"A page of placeholders, in order of kind and id. {NO_TOTAL}")
class UndescribedConnection:
    nodes: list[Undescribed] = strawberry.field(description="The placeholders on this page.")
    edges: list[UndescribedEdge] = strawberry.field(description="The same placeholders, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")


async def _placeholders(
    info: Info,
    kinds: Annotated[
        list[str] | None, argument(description="Only of these kinds; of all where it is left out.")
    ] = None,
    system: Annotated[str | None, argument(description="Only those to which this system refers.")] = None,
    first: Annotated[int | None, argument(description=FIRST)] = None,
    after: Annotated[str | None, argument(description=AFTER)] = None,
) -> UndescribedConnection:
    given: dict[str, Any] = {"referrers": _wanted(info)}
    if system:
        given["only"] = system
    page = await troubled.read(info, "UndescribedConnection", Issue.PLACEHOLDER, kinds, first, after, given)
    info.context.budget.give(sum(len(each.row["referrers"]) for each in page.found))
    nodes = [_undescribed(info.context, each) for each in page.found]
    return UndescribedConnection(
        nodes=nodes,
        edges=[
            UndescribedEdge(cursor=page.pages.cursor(each.place), node=node)
            for each, node in zip(page.found, nodes, strict=True)
        ],
        page_info=page.info,
    )


def _wanted(info: Info) -> int:
    """How many referrers are selected of a placeholder, of all places where some are the most."""
    request = core(info)
    variables: Any = request.variable_values
    # What is selected is counted where it is compiled.
    document = Document(request.schema, request.fragments, variables, Budget(info.context.limits))
    most = 0

    def look(nodes: list[FieldNode], type_name: str) -> None:
        nonlocal most
        for found in document.fields(nodes, type_name).values():
            name = found[0].name.value
            if name == "referrers":
                most = max(most, _few(document.arguments(type_name, found[0])))
            elif name in ("nodes", "edges", "node"):
                look(list(found), document.type_of(type_name, name))

    look(list(request.field_nodes), "UndescribedConnection")
    return most


def _few(arguments: Mapping[str, Any]) -> int:
    first = int(arguments.get("first", FEW))
    if not 0 <= first <= MANY:
        raise RequestError(f"`first` of `referrers` is {first}; ask for 0 to {MANY}")
    return first


def _undescribed(context: ApiContext, found: troubled.Troubled) -> Undescribed:
    fact, row = found.fact, found.row
    (named,) = walk.identifiers_of([placeholder_identifier(fact.id)])
    systems = context.systems or {}
    named_as: Any = named
    return Undescribed(
        fact=fact,
        found=[_referrer(context.model, fact.kind, each) for each in row["referrers"]],
        kind=fact.kind,
        id=strawberry.ID(fact.id),
        identifier=named_as,
        expected_from=sorted(name for name, rules in systems.items() if rules.kinds and fact.kind in rules.kinds),
        referrer_count=row["count"] or 0,
    )


def _referrer(model: Model, target: str, row: Row) -> Referrer:
    kind, stated = row["kind"], {(system, id_) for system, id_, _ in row["stated"]}
    link = model.link_between(kind, row["relationship"], target)
    words = [
        Word(record.key.system, record.key.id, link.name, cell.value, cell.time)
        for record in records_from_json(kind, row["records"])
        if (record.key.system, record.key.id) in stated and (cell := record.cells.get(link.name)) is not None
    ]
    return Referrer(
        kind=kind,
        id=strawberry.ID(row["id"]),
        link=link.name,
        said=[statement(model, kind, word) for word in sorted(words)],
    )


@strawberry.type
class PlaceholdersQuery:
    placeholders: UndescribedConnection = strawberry.field(
        resolver=_placeholders,
        description="Things that others refer to and that no system has described, with who refers to them since when.",
    )
