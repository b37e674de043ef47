"""Documents at random, from the schema: any selection of lists, things, links and values, with arguments that fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st

from hub.api.schema import HubSchema
from schema.model import MODEL

SCHEMA = HubSchema(MODEL)

KINDS = ["MaterialLot", "MaterialDefinition", "Sample", "Equipment"]
"""What is asked for at the root; what is linked to them is asked for below."""

IDS = ["LOT-1", "LOT-2", "LOT-4", "MAT-1", "MAT-2", "S-1", "S-2", "nothing"]
DEPTH = 4
SELECTIONS = 12
"""How many may have selections within them."""

OWN_ORDER = ["id", "path", "updatedAt", "placeholder"]


@dataclass
class Question:
    """A document as it is written, with the variables that it declares."""

    declared: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    keys: int = 0
    text: str = ""

    def variable(self, type_: str, value: Any) -> str:
        name = f"v{len(self.variables)}"
        self.declared.append(f"${name}: {type_}")
        self.variables[name] = value
        return f"${name}"

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A document with one to three root fields."""
    question = Question()
    writing = _Writing(draw, SCHEMA.core, question)
    roots = [writing.root(draw(st.sampled_from(KINDS))) for _ in range(draw(st.integers(1, 3)))]
    if draw(st.integers(0, 9)) == 9:
        roots.append("__typename")
    declared = f"({', '.join(question.declared)})" if question.declared else ""
    question.text = "\n".join([f"query Random{declared} {{ {' '.join(roots)} }}", *question.fragments])
    return question


def keys_of(name: str) -> list[tuple[tuple[str, ...], str, str]]:
    """What things of a kind can be grouped by: the way to it, how, and what is selected of the key."""
    found: list[tuple[tuple[str, ...], str, str]] = []
    by: Any = SCHEMA.core.get_type(f"{name}GroupBy")
    for field_name, given in by.fields.items():
        if isinstance(given.type, GraphQLEnumType):
            unit = sorted(given.type.values)[0]
            found.append(((field_name,), unit, "" if unit == "VALUE" else " { label start end }"))
        else:
            found.append(((field_name, "id"), "VALUE", ""))
    return found


def _nested(way: tuple[str, ...], inner: str) -> str:
    """`{definition: {id: VALUE}}`"""
    head, *rest = way
    return f"{{{head}: {_nested(tuple(rest), inner) if rest else inner}}}"


class _Writing:
    def __init__(self, draw: st.DrawFn, schema: GraphQLSchema, question: Question) -> None:
        self._draw, self._schema, self._question = draw, schema, question
        self._left = SELECTIONS
        self._query: Any = schema.query_type

    def _one_in(self, number: int) -> bool:
        return self._draw(st.integers(1, number)) == number

    def root(self, name: str) -> str:
        kind = MODEL.kind(name)
        key = self._question.key()
        match self._draw(st.integers(1, 8)):
            case 6:
                return f"{key}: {self._node(name)}"
            case 7:
                return f"{key}: {self._search()}"
            case 8:
                return "".join([f"{key}: {kind.plural}Aggregate", *self._figures("Query", f"{kind.plural}Aggregate")])
        if self._one_in(2):
            id_ = self._draw(st.sampled_from(IDS))
            match self._draw(st.integers(0, 4)):
                case 0 | 1:
                    argument = f'id: "{id_}"'
                case 2 | 3:
                    argument = f"id: {self._question.variable('ID', id_)}"
                case _:
                    argument = f"identifier: {self._question.variable('String!', f'id:{id_}')}"
            return f"{key}: {kind.field}({argument}) {self._selection(name, DEPTH)}"
        return f"{key}: {kind.plural}{self._page(name)} {self._selection(f'{name}Connection', DEPTH)}"

    def _node(self, name: str) -> str:
        id_ = f"{name}:{self._draw(st.sampled_from(IDS))}"
        argument = self._question.variable("ID!", id_) if self._one_in(2) else f'"{id_}"'
        return f"node(id: {argument}) {self._of_any_kind(name)}"

    def _search(self) -> str:
        arguments = [f"text: {self._question.variable('String!', self._draw(st.sampled_from(['lot', '1', 'a'])))}"]
        if self._one_in(2):
            kinds = self._draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
            named = self._question.variable("[String!]", kinds) if self._one_in(2) else str(kinds).replace("'", '"')
            arguments.append(f"kinds: {named}")
        if self._one_in(2):
            arguments.append(f"first: {self._question.variable('Int', self._draw(st.integers(1, 5)))}")
        return f"search({', '.join(arguments)}) {self._of_any_kind(self._draw(st.sampled_from(KINDS)))}"

    def _of_any_kind(self, name: str) -> str:
        return f"{{ __typename ...on {name} {self._selection(name, 2)} ...on Entity {self._selection('Entity', 1)} }}"

    def _figures(self, type_name: str, field_name: str) -> tuple[str, str]:
        """Arguments and selection of a field that has figures."""
        parent: Any = self._schema.get_type(type_name)
        given = parent.fields[field_name]
        kind = str(get_named_type(given.args["groupBy"].type)).removesuffix("GroupBy")
        arguments = [f"where: {self._where(kind, given)}"] if self._one_in(2) else []
        keys = self._draw(st.lists(st.sampled_from(keys_of(kind)), max_size=3, unique_by=lambda key: key[0]))
        if keys:
            by = ", ".join(_nested(way, unit) for way, unit, _ in keys)
            arguments.append(f"groupBy: [{by}]")
            if self._one_in(3):
                arguments.append(f"timeZone: {self._question.variable('String', 'Europe/Berlin')}")
            if self._one_in(3):
                arguments.append(f"orderBy: {self._question.variable('AggregateOrder!', 'COUNT')}")
            if self._one_in(3):
                arguments.append(f"first: {self._question.variable('Int', self._draw(st.integers(0, 3)))}")
        named = str(get_named_type(given.type))
        parts = [self._figure(named) for _ in range(self._draw(st.integers(1, 3)))]
        if keys:
            group = [self._figure(named) for _ in range(self._draw(st.integers(0, 3)))]
            ways = [_nested(way, "").replace(": }", f"{below} }}").replace(": {", " {") for way, _, below in keys]
            group += [f"{self._question.key()}: key {way}" for way in ways]
            parts.append(f"{self._question.key()}: groups {{ {' '.join(group)} }} truncated")
        return f"({', '.join(arguments)})" if arguments else "", f" {{ {' '.join(parts)} }}"

    def _figure(self, type_name: str) -> str:
        type_: Any = self._schema.get_type(type_name)
        name = self._draw(st.sampled_from(sorted(set(type_.fields) & {"count", "sum", "avg", "min", "max", "edge"})))
        if name == "count":
            return self._directed(f"{self._question.key()}: count", "")
        below = str(get_named_type(type_.fields[name].type))
        return self._directed(f"{self._question.key()}: {name}", "") + f" {self._selection(below, 2)}"

    def _selection(self, type_name: str, depth: int) -> str:
        type_ = self._schema.get_type(type_name)
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        self._left -= 1
        if self._left < 0:
            depth = 0
        leaves = [name for name, f in type_.fields.items() if is_leaf_type(get_named_type(f.type))]
        fields = [*leaves, *(name for name in type_.fields if depth > 0 and name not in leaves)]
        chosen = self._draw(st.lists(st.sampled_from([*fields, "__typename"]), min_size=1, max_size=5))
        parts = [self._directed(self._field(type_, name, depth)) for name in chosen]
        if isinstance(type_, GraphQLObjectType) and self._one_in(6):
            condition = self._draw(st.sampled_from([type_name, *(i.name for i in type_.interfaces)]))
            parts.append(self._directed(f"... on {condition}", "") + f" {self._selection(condition, 0)}")
        if self._one_in(8):
            name = f"F{len(self._question.fragments)}"
            self._question.fragments.append("")
            text = f"fragment {name} on {type_name} {self._selection(type_name, depth - 1)}"
            self._question.fragments[int(name[1:])] = text
            parts.append(self._directed(f"...{name}", ""))
        return f"{{ {' '.join(parts)} }}"

    def _field(self, type_: Any, name: str, depth: int) -> tuple[str, str]:
        if name == "__typename":
            return name, ""
        given = type_.fields[name]
        named = get_named_type(given.type)
        # Fields under one key must be alike, so those with arguments or selections have keys of their own.
        key = "" if is_leaf_type(named) and self._one_in(2) else f"{self._question.key()}: "
        if "groupBy" in given.args:
            given_arguments, below = self._figures(type_.name, name)
            return f"{key}{name}{given_arguments}", below
        arguments = self._page(named.name.removesuffix("Connection"), type_, name) if "first" in given.args else ""
        below = "" if is_leaf_type(named) else f" {self._selection(named.name, depth - 1)}"
        return f"{key}{name}{arguments}", below

    def _directed(self, parts: tuple[str, str] | str, below: str | None = None) -> str:
        head, tail = (parts, below or "") if isinstance(parts, str) else parts
        if self._one_in(8):
            value = self._draw(st.booleans())
            flag = self._question.variable("Boolean!", value) if self._one_in(2) else str(value).lower()
            head += f" @{self._draw(st.sampled_from(['skip', 'include']))}(if: {flag})"
        return head + tail

    def _page(self, stem: str, type_: Any = None, name: str = "") -> str:
        target, given = stem, self._query.fields[MODEL.kind(stem).plural] if type_ is None else None
        if type_ is not None:
            given = type_.fields[name]
            node: Any = get_named_type(type_.fields[name].type)
            target = get_named_type(node.fields["nodes"].type).name
        arguments = []
        if self._one_in(2):
            first = self._draw(st.integers(0, 5))
            arguments.append(f"first: {self._question.variable('Int', first) if self._one_in(2) else first}")
        if self._one_in(3):
            arguments.append(f"where: {self._where(target, given)}")
        if self._one_in(3):
            way = self._draw(st.sampled_from(["ASC", "DESC"]))
            order = f"{{{self._draw(st.sampled_from(OWN_ORDER))}: {way}}}"
            arguments.append(f"orderBy: [{order}]")
        return f"({', '.join(arguments)})" if arguments else ""

    def _where(self, target: str, given: Any) -> str:
        """A filter of things of a kind, for a field that takes one."""
        where: Any = get_named_type(given.args["where"].type)
        shapes = ["id", "in", "path", "placeholder", "whole", "or", "enum", "name"]
        match self._draw(st.sampled_from(shapes + ["edge"] * 4 * ("edge" in where.fields))):
            case "edge":
                return self._of_edge(get_named_type(where.fields["edge"].type))
            case "id":
                return f"{{id: {{ne: {self._text('String')}}}}}"
            case "in":
                ids = self._draw(st.lists(st.sampled_from(IDS), max_size=3))
                return f"{{id: {{in: {self._question.variable('[String!]!', ids)}}}}}"
            case "path":
                return '{path: {startsWith: "acme/north"}}'
            case "placeholder":
                value = self._draw(st.booleans())
                return f"{{placeholder: {{eq: {self._question.variable('Boolean!', value)}}}}}"
            case "whole":
                one = {"id": {"contains": self._draw(st.sampled_from(["LOT", "1", ""]))}}
                both = self._draw(st.sampled_from([one, {"or": [one, {"path": {"isNull": True}}]}, {}]))
                return self._question.variable(f"{where.name}!", both)
            case "or":
                return f"{{or: [{{id: {{eq: {self._text('String')}}}}}, {{not: {{path: {{isNull: true}}}}}}]}}"
            case "enum":
                return self._of_enum(target)
        return "{name: {isNull: false}}"

    def _of_edge(self, edge: Any) -> str:
        if "quantity" in edge.fields and self._one_in(2):
            return f"{{edge: {{quantity: {{value: {{gt: {self._question.variable('Float!', 5)}}}}}}}}}"
        name = self._draw(st.sampled_from(sorted(edge.fields)))
        return f"{{or: [{{edge: {{{name}: {{isNull: false}}}}}}, {{not: {{edge: {{{name}: {{isNull: true}}}}}}}}]}}"

    def _of_enum(self, target: str) -> str:
        for name, attribute in MODEL.kind(target).attributes.items():
            named = attribute.values and self._schema.get_type(attribute.values.__name__)
            if isinstance(named, GraphQLEnumType):
                value = self._draw(st.sampled_from(sorted(named.values)))
                return f"{{{name}: {{eq: {self._question.variable(named.name, value)}}}}}"
        return "{}"

    def _text(self, type_: str) -> str:
        id_ = self._draw(st.sampled_from(IDS))
        return self._question.variable(f"{type_}!", id_) if self._one_in(2) else f'"{id_}"'
