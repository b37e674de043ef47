"""Root fields of documents that are compiled: each becomes a root of the plan, and the shape of what is answered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import FieldNode, Node, VariableNode, Visitor, visit

from graph.roots import Root
from hub.api import reading
from hub.api.compile import Compiler
from hub.api.context import Limits
from hub.api.figure_shapes import FigureShapes
from hub.api.inputs import COUNTED
from hub.api.selections import Document
from hub.api.shapes import Shapes
from hub.api.shaping import NotPlain, Shape
from hub.api.slots import fill
from schema.registry import Kind, Model

Arguments = Mapping[str, Any]
Nodes = Sequence[FieldNode]

_SHAPING: Mapping[tuple[str, str], Callable[[Any], Hashable]] = {
    ("node", "id"): lambda value: str(value).partition(":")[0],
    ("search", "kinds"): lambda value: tuple(value) if isinstance(value, list) else value,
}
"""Arguments, by field, that name kinds, and what of their values does: on that the shape of a plan depends."""


@dataclass(frozen=True, slots=True)
class Under:
    """The document under way: compiled with slots, for the variables of a first run."""

    document: Document
    compiler: Compiler
    shapes: Shapes
    given: Mapping[str, Any]


Make = Callable[[Under, str, Nodes, Arguments], tuple[Root, Shape]]


class RootFields:
    """The fields of `Query` that can be compiled."""

    def __init__(self, model: Model, limits: Limits) -> None:
        self._model = model
        self._limits = limits
        self._makes: dict[str, Make] = {"node": self._node, "search": self._search}
        for kind in model:
            self._makes[kind.field] = partial(_lookup, kind)
            self._makes[kind.plural] = partial(_page, kind)
            self._makes[f"{kind.plural}{COUNTED}"] = partial(_aggregate, kind)

    def make(self, under: Under, key: str, nodes: Nodes) -> tuple[Root, Shape] | None:
        """The root under a key of the plan, and the shape of what it reads; None for a field that can't be one."""
        make = self._makes.get(nodes[0].name.value)
        return None if make is None else make(under, key, nodes, under.document.arguments("Query", nodes[0]))

    def _node(self, under: Under, key: str, nodes: Nodes, arguments: Arguments) -> tuple[Root, Shape]:
        kind, _ = reading.of_global_id(self._model, fill(arguments["id"], under.given))
        root = under.compiler.lookup_root(
            key, kind, arguments["id"], nodes, lambda given: reading.of_global_id(self._model, given)[1]
        )
        return root, under.shapes.lookup(kind, nodes)

    def _search(self, under: Under, key: str, nodes: Nodes, arguments: Arguments) -> tuple[Root, Shape]:
        names = reading.known_kinds(self._model, fill(arguments.get("kinds"), under.given))
        kinds = [self._model.kind(name) for name in sorted(names)]
        if not kinds:
            raise NotPlain
        root = under.compiler.search_root(
            key, kinds, (arguments["text"], reading.words), (arguments["first"], self._first), nodes
        )
        shapes = {kind.name: under.shapes.lookup(kind, nodes) for kind in kinds}
        return root, lambda found: [shapes[row["kind"]](row["node"]) for row in found["rows"]]

    def _first(self, first: int) -> int:
        if not reading.size(self._limits, first):
            raise NotPlain
        return first


def _lookup(kind: Kind, under: Under, key: str, nodes: Nodes, arguments: Arguments) -> tuple[Root, Shape]:
    value, make = reading.named(kind, arguments)
    return under.compiler.lookup_root(key, kind, value, nodes, make), under.shapes.lookup(kind, nodes)


def _page(kind: Kind, under: Under, key: str, nodes: Nodes, arguments: Arguments) -> tuple[Root, Shape]:
    return under.compiler.page_root(key, kind, arguments, nodes), under.shapes.page(kind, arguments, nodes)


def _aggregate(kind: Kind, under: Under, key: str, nodes: Nodes, arguments: Arguments) -> tuple[Root, Shape]:
    root = under.compiler.aggregate_root(key, kind, arguments, nodes)
    return root, FigureShapes(under.shapes, kind).of(arguments, nodes)


class _Shaping(Visitor):
    """Gathers the variables in arguments that name kinds."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Callable[[Any], Hashable]] = {}

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        for argument in node.arguments or ():
            if (part := _SHAPING.get((node.name.value, argument.name.value))) is not None:
                names = _Names()
                visit(argument, names)
                self.found.update(dict.fromkeys(names.found, part))


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.found.append(node.name.value)


def shaping(document: Node) -> Mapping[str, Callable[[Any], Hashable]]:
    """The variables that name kinds, and what of their values does."""
    gathered = _Shaping()
    visit(document, gathered)
    return gathered.found
