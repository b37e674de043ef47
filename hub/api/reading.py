"""From a root field to its rows: which things are meant, one plan, one run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from graphql import FieldNode

from graph.cypher import Make
from graph.plan import Row
from hub.api import cost, walk
from hub.api.compile import Compiled, Compiler
from hub.api.context import ApiContext, CoreInfo, Limits
from hub.api.errors import RequestError
from hub.api.grouping import figures_of
from hub.api.selections import Document
from schema import topic
from schema.errors import TopicError
from schema.identifier import PLACEHOLDER_MARK, of_id
from schema.registry import Kind, Model


def compiler(info: CoreInfo) -> Compiler:
    """A compiler for the document under way."""
    context = info.context
    variables: Any = info.variable_values
    document = Document(info.schema, info.fragments, variables, context.budget.of(info.field_nodes[0]))
    name = info.operation.name
    return Compiler(context.model, document, context.limits, name.value if name else "")


def lookup(kind: Kind) -> Callable[..., Awaitable[Row | None]]:
    """The resolver of `materialLot(id:, identifier:)`."""

    async def resolve(_root: object, info: CoreInfo, **arguments: Any) -> Row | None:
        value, make = named(kind, arguments)
        return await one(info, kind, make(value), info.field_nodes)

    return resolve


def page(kind: Kind) -> Callable[..., Awaitable[Row]]:
    """The resolver of `materialLots(where:, orderBy:, first:, after:)`."""

    async def resolve(_root: object, info: CoreInfo, **arguments: Any) -> Row:
        compiled = compiler(info).page(kind, arguments, info.field_nodes)
        return walk.connection(await read(info.context, compiled), arguments)

    return resolve


def aggregate(kind: Kind) -> Callable[..., Awaitable[Row]]:
    """The resolver of `materialLotsAggregate(where:, groupBy:)`."""

    async def resolve(_root: object, info: CoreInfo, **arguments: Any) -> Row:
        compiled = compiler(info).aggregate(kind, arguments, info.field_nodes)
        return figures_of(arguments.get("groupBy"), await read(info.context, compiled))

    return resolve


def linked_figures(row: Row, info: CoreInfo, **arguments: Any) -> Row:
    """The resolver of `lotsAggregate(where:, groupBy:)`, of what was read with the thing that has the link."""
    return figures_of(arguments.get("groupBy"), row[str(info.path.key)])


async def read(context: ApiContext, compiled: Compiled) -> Any:
    """What a plan's one root gives; `RequestError` where the answer would have more things than one may."""
    (found,) = await read_all(context, compiled)
    return found


async def read_all(context: ApiContext, compiled: Compiled) -> list[Any]:
    """What each root of a plan gives, in order."""
    rows = await context.read(compiled.plan, compiled.parameters)
    found = [rows[root.key] for root in compiled.plan.roots]
    context.budget.give(sum(cost.things(root, rows[root.key]) for root in compiled.plan.roots))
    return found


async def one(info: CoreInfo, kind: Kind, identifier: str, nodes: Sequence[FieldNode]) -> Row | None:
    """A thing by an identifier, marked with its kind; None where there is none."""
    compiled = compiler(info).lookup(kind, identifier, nodes)
    row = await read(info.context, compiled)
    return None if row is None else marked(kind, row)


async def search(
    info: CoreInfo, text: str, kinds: Collection[str], first: int, nodes: Sequence[FieldNode]
) -> list[Row]:
    """The things that hold a text, best first, by one plan."""
    model = info.context.model
    wanted = [model.kind(name) for name in sorted(kinds)]
    found = await read(info.context, compiler(info).search(wanted, text, first, nodes))
    return [marked(model.kind(row["kind"]), row["node"]) for row in found["rows"]]


def marked(kind: Kind, row: Row) -> Row:
    """A row that tells its kind, for fields whose type is the interface."""
    return {**row, walk.KIND: kind.name}


def by_id(value: str) -> str:
    """The identifier by which a node's id finds it; a placeholder's id is the identifier it is known by."""
    return value.removeprefix(PLACEHOLDER_MARK) if value.startswith(PLACEHOLDER_MARK) else of_id(value)


def of_global_id(model: Model, value: str) -> tuple[Kind, str]:
    """The kind that a global id names, and the identifier within it; `RequestError` where it is none."""
    name, colon, inner = value.partition(":")
    if not (name and colon and inner):
        raise RequestError(
            f"{value!r} is no global id, as `MaterialLot:LOT-1` is: it has no kind. Give the thing's `globalId`, or "
            "ask by kind, as `materialLot(id: …)` does"
        )
    known_kinds(model, [name])
    return model.kind(name), by_id(inner)


def kinds_named(context: ApiContext, names: Iterable[str] | None) -> frozenset[str]:
    """Kinds given as an argument, all where it is left out; `RequestError` names one that is none."""
    return known_kinds(context.model, names)


def known_kinds(model: Model, names: Iterable[str] | None) -> frozenset[str]:
    """The names of kinds, all where none are given; `RequestError` names one that is none."""
    known = model.kinds.keys()
    wanted = frozenset(known if names is None else names)
    if unknown := sorted(wanted - known):
        raise RequestError(f"there is no kind {unknown[0]!r}; the kinds are {', '.join(sorted(known))}")
    return wanted


def page_size(context: ApiContext, first: int) -> int:
    """`first`, checked."""
    return size(context.limits, first)


def size(limits: Limits, first: int) -> int:
    """How many things to give at most, checked."""
    if not 0 <= first <= limits.max_page:
        raise RequestError(f"`first` is {first}; ask for 0 to {limits.max_page}")
    return first


def words(text: str) -> str:
    """A text to look for; `RequestError` where there is nothing in it."""
    if not text.strip():
        raise RequestError("`text` is empty; give a word, an id or a part of one")
    return text


def location(path: str | None) -> Sequence[str]:
    """The segments of a location given as an argument, none for the whole plant; `RequestError` where it is none."""
    if not path:
        return ()
    try:
        return topic.location(path)
    except TopicError as error:
        raise RequestError(f"`path` is no location: {error}") from None


def named(kind: Kind, arguments: Mapping[str, Any]) -> tuple[Any, Make]:
    """What names a thing in the arguments of a look-up, and what makes an identifier of it."""
    given = {name: value for name, value in arguments.items() if value is not None}
    if len(given) != 1:
        raise RequestError(f"{kind.field} takes exactly one of `id` and `identifier`; {len(given)} are given")
    ((name, value),) = given.items()
    return value, by_id if name == "id" else _identifier


def _identifier(given: str) -> str:
    scheme, colon, value = given.partition(":")
    if not (scheme and colon and value):
        raise RequestError(f"the identifier {given!r} is not `scheme:value`, as `serial:4711` is")
    return given
