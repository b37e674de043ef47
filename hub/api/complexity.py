"""How many objects an answer may have at most, reckoned from its document before anything is read.

Each object is 1. What stands below a list counts as often as the list may be long: what `first` says, a page where it
says nothing, and `UNBOUNDED` for a list that takes none. Of fragments on different types, one applies to each object,
so the largest of them counts. Introspection is free: the schema has the size that it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)

from graph.cache import Cache
from hub.api.context import Limits

PAGED = ("first", "limit")
"""The arguments that say how long a list is; a field has one of them at most."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long a list may be: the value of a variable, or else a number; a page where there is neither."""

    number: int | None = None
    variable: str | None = None

    def of(self, variables: Mapping[str, Any], limits: Limits) -> int:
        given = self.number if self.variable is None else variables.get(self.variable, self.number)
        if isinstance(given, float) and given.is_integer():
            given = int(given)
        if isinstance(given, bool) or not isinstance(given, int):
            return limits.default_page
        return min(max(given, 0), limits.max_page)


ONCE = Length(1)

UNBOUNDED = Length(10)
"""As how long a list counts that takes no `first`: what a thing has of its own, as its sources."""


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """The objects of a selection: its own, those below its lists, and those of the one of its fragments that applies.

    A fragment that stands in several places is one cost in each of them, so that it is reckoned once.
    """

    own: int = 0
    parts: tuple[tuple[Length, Cost], ...] = ()
    either: tuple[Cost, ...] = ()

    def of(self, variables: Mapping[str, Any], limits: Limits) -> int:
        """The number, with the variables of this request."""
        return self._of(variables, limits, {})

    def _of(self, variables: Mapping[str, Any], limits: Limits, known: dict[int, int]) -> int:
        total = known.get(id(self))
        if total is None:
            total = self.own
            for length, part in self.parts:
                below = part._of(variables, limits, known)
                total += below if length is ONCE else below * length.of(variables, limits)
            total += max((each._of(variables, limits, known) for each in self.either), default=0)
            known[id(self)] = total
        return total


class Estimates:
    """The costs of documents, each compiled once."""

    def __init__(self, schema: Callable[[], GraphQLSchema], kept: int) -> None:
        """`schema` gives the schema, once it is made; `kept` is how many costs are remembered."""
        self._schema = schema
        self._known: Cache[tuple[str, str | None], Cost] = Cache(kept)

    def of(self, text: str, document: DocumentNode, operation: str | None) -> Cost:
        """The cost of an operation of a document that is valid; `text` is the document's."""
        return self._known.of((text, operation), lambda: _Compiler(self._schema(), document).operation(operation))


class _Compiler:
    """Compiles one document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._document = document
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._defaults: dict[str, int] = {}
        self._known: dict[tuple[str, Length | None], Cost] = {}
        """Of fragments, by name and by how long the lists are on a page that they are a part of."""

    def operation(self, name: str | None) -> Cost:
        operations = [d for d in self._document.definitions if isinstance(d, OperationDefinitionNode)]
        found = next((o for o in operations if name is None or (o.name and o.name.value == name)), None)
        root = found and self._schema.get_root_type(found.operation)
        if found is None or root is None:
            return Cost()
        for definition in found.variable_definitions or ():
            if isinstance(definition.default_value, IntValueNode):
                self._defaults[definition.variable.name.value] = int(definition.default_value.value)
        return self._selection(found.selection_set, root, None)

    def _selection(self, selections: SelectionSetNode, type_: Any, page: Length | None) -> Cost:
        """Of an object of a type; `page` is how long its lists are where it is a page of one."""
        parts: list[tuple[Length, Cost]] = []
        either: dict[str, list[tuple[Length, Cost]]] = {}
        for node in selections.selections:
            if isinstance(node, FieldNode):
                if node.selection_set is not None and not node.name.value.startswith("__"):
                    parts.append(self._field(node, node.selection_set, type_, page))
                continue
            fragment: Any = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            condition = self._condition(fragment, type_)
            apart = is_abstract_type(type_) and is_object_type(condition)
            found = either.setdefault(condition.name, []) if apart else parts
            if isinstance(node, FragmentSpreadNode):
                found.append((ONCE, self._fragment(fragment, page)))
            else:
                found.append((ONCE, self._selection(fragment.selection_set, condition, page)))
        return _cost(parts, [_cost(own) for own in either.values()])

    def _fragment(self, fragment: FragmentDefinitionNode, page: Length | None) -> Cost:
        key = (fragment.name.value, page)
        if key not in self._known:
            self._known[key] = self._selection(fragment.selection_set, self._condition(fragment, None), page)
        return self._known[key]

    def _condition(self, fragment: Any, otherwise: Any) -> Any:
        named = fragment.type_condition
        return otherwise if named is None else self._schema.type_map[named.name.value]

    def _field(
        self, node: FieldNode, selections: SelectionSetNode, type_: Any, page: Length | None
    ) -> tuple[Length, Cost]:
        field: GraphQLField = type_.fields[node.name.value]
        inner = get_named_type(field.type)
        own = self._length(field, node)
        if not _is_list(field):
            return ONCE, _object(self._selection(selections, inner, own))
        return own or page or UNBOUNDED, _object(self._selection(selections, inner, None))

    def _length(self, field: GraphQLField, node: FieldNode) -> Length | None:
        """What `first` or `limit` says of a field; None where it takes neither."""
        name = next((name for name in PAGED if name in field.args), None)
        if name is None:
            return None
        argument = field.args[name]
        default = argument.default_value
        usual = default if isinstance(default, int) else None
        given = next((a.value for a in node.arguments or () if a.name.value == name), None)
        if isinstance(given, IntValueNode):
            return Length(int(given.value))
        if isinstance(given, VariableNode):
            name = given.name.value
            return Length(self._defaults.get(name, usual), name)
        return Length(usual)


def _is_list(field: GraphQLField) -> bool:
    type_ = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return isinstance(type_, GraphQLList)


def _object(below: Cost) -> Cost:
    """One object, with what is below it."""
    return Cost(below.own + 1, below.parts, below.either)


def _cost(parts: Sequence[tuple[Length, Cost]], either: Sequence[Cost] = ()) -> Cost:
    """A cost, with what does not depend on how long a list is already added up."""
    fixed = sum(cost.own for length, cost in parts if length is ONCE and not (cost.parts or cost.either))
    left = tuple(part for part in parts if part[0] is not ONCE or part[1].parts or part[1].either)
    return Cost(fixed, left, tuple(either))
