"""Things within the answer of a question: what the client selects of them is read by the plan that reads the facts.

An answer may have things at several places, each under its response keys: `reasons/thing`. What is selected there is
added to the plan wherever a thing stands that may be told of, under keys that begin with the place. So a question takes
one plan, whatever is selected of the things in its answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from graphql import FieldNode

from graph.plan import Lookup, Row, Select
from graph.questions.facts import Fact
from graph.roots import Root
from hub.api import cost, reading, walk
from hub.api.compile import Place
from hub.api.context import CoreInfo, Info, core
from hub.api.selections import Document
from schema.registry import Kind

Where = Mapping[tuple[str, ...], Collection[str] | None]
"""Fields that lead to things, and the kinds these may have; None for any."""


class Things:
    """What is selected of the things in one answer."""

    def __init__(self, info: CoreInfo, type_name: str, where: Where) -> None:
        """`type_name` is the type of the root field, below which `where` leads to things."""
        self._info = info
        self._compiler = reading.compiler(info)
        context = info.context
        variables: Any = info.variable_values
        document = Document(info.schema, info.fragments, variables, context.budget.of(info.field_nodes[0]))
        self._places = [
            (kinds, place)
            for names, kinds in where.items()
            for place in _places(document, info.field_nodes, type_name, names, "")
        ]
        self._selects: dict[str, Select] = {}

    def of(self, kind: Kind) -> Select:
        """What is selected of a thing of a kind, at all places together."""
        if kind.name not in self._selects:
            places = [place for kinds, place in self._places if kinds is None or kind.name in kinds]
            self._selects[kind.name] = self._compiler.things(kind, places)
        return self._selects[kind.name]

    async def read(self, roots: Sequence[Root], parameters: Mapping[str, Any]) -> list[Any]:
        """What each root gives, by one plan."""
        context, compiled = self._info.context, self._compiler.question(roots, parameters)
        rows = await context.read(compiled.plan, compiled.parameters)
        return [rows[root.key] for root in roots]

    def give(self, told: Sequence[Fact]) -> None:
        """Takes the things that an answer tells of from what one may have."""
        count = (cost.things(Lookup("", "", self._selects[f.kind]), f.row) for f in told if f.kind in self._selects)
        self._info.context.budget.give(sum(count) if self._places else len(told))


def shown(info: Info, fact: Fact | None) -> Row | None:
    """A thing as a field that gives it has it: what was selected at its place."""
    if fact is None:
        return None
    prefix = f"{'/'.join(_keys(core(info)))}."
    row = {key.removeprefix(prefix): value for key, value in fact.row.items() if key.startswith(prefix)}
    return {**row, walk.KIND: fact.kind}


def _keys(info: CoreInfo) -> list[str]:
    """The response keys from below the root field to here."""
    return [key for key in info.path.as_list() if isinstance(key, str)][1:]


def _places(
    document: Document, nodes: Sequence[FieldNode], type_name: str, names: Sequence[str], before: str
) -> Iterator[Place]:
    for key, fields in document.fields(nodes, type_name).items():
        if fields[0].name.value != names[0]:
            continue
        if len(names) == 1:
            yield f"{before}{key}.", fields
        else:
            inner = document.type_of(type_name, names[0])
            yield from _places(document, fields, inner, names[1:], f"{before}{key}/")
