"""A document's selections: fields grouped by response key, fragments put in, `@skip` and `@include` obeyed.

Independent of how the document is executed: it takes the parsed selection and the coerced variables, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLDirective,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values

from hub.api.context import Budget, Limits

Fields = Mapping[str, Sequence[FieldNode]]
"""Field nodes by response key. Nodes under one key name the same field with the same arguments."""


@dataclass
class Document:
    """What a selection refers to: the schema, the document's fragments, the coerced variables, this run's budget."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    budget: Budget
    _values: VariableValues = field(init=False)

    def __post_init__(self) -> None:
        self._values = VariableValues({}, dict(self.variables))

    def fields(self, nodes: Iterable[FieldNode], type_name: str) -> Fields:
        """What is selected of an object of this type by all these nodes together."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for node in nodes:
            if node.selection_set is not None:
                self._collect(node.selection_set, type_name, found, seen)
        return found

    def roots(self, operation: OperationDefinitionNode, type_name: str) -> Fields:
        """What an operation selects at its root."""
        found: dict[str, list[FieldNode]] = {}
        self._collect(operation.selection_set, type_name, found, set())
        return found

    def fields_of(self, fields: Fields, name: str, type_name: str) -> set[str]:
        """The names of what is selected of a field of this name, under whatever keys it stands."""
        several = (nodes for nodes in fields.values() if nodes[0].name.value == name)
        again = replace(self, budget=Budget(Limits()))  # they are counted where they are compiled
        return {inner[0].name.value for nodes in several for inner in again.fields(nodes, type_name).values()}

    def arguments(self, type_name: str, node: FieldNode) -> dict[str, Any]:
        """The coerced arguments of a field of this type."""
        return get_argument_values(self._object(type_name).fields[node.name.value], node, self._values)

    def type_of(self, type_name: str, field_name: str) -> str:
        """The name of the type that a field gives, without list and non-null marks."""
        found: Any = self._object(type_name).fields[field_name].type
        while hasattr(found, "of_type"):
            found = found.of_type
        return str(found.name)

    def _collect(
        self, selections: SelectionSetNode, type_name: str, found: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        for node in selections.selections:
            if not self._wanted(node):
                continue
            if isinstance(node, FieldNode):
                self.budget.select()
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                continue
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in seen:
                    continue
                seen.add(node.name.value)
                fragment: Any = self.fragments[node.name.value]
            else:
                fragment = node
            condition = fragment.type_condition
            if condition is None or self._applies(condition.name.value, type_name):
                self._collect(fragment.selection_set, type_name, found, seen)

    def _wanted(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        return not self._flag(GraphQLSkipDirective, node, False) and self._flag(GraphQLIncludeDirective, node, True)

    def _flag(self, directive: GraphQLDirective, node: SelectionNode, absent: bool) -> bool:
        values = get_directive_values(directive, node, self._values)
        return absent if values is None else bool(values["if"])

    def _applies(self, condition: str, type_name: str) -> bool:
        if condition == type_name:
            return True
        named = self.schema.get_type(condition)
        return isinstance(named, GraphQLInterfaceType) and self.schema.is_sub_type(named, self._object(type_name))

    def _object(self, name: str) -> GraphQLObjectType:
        found = self.schema.get_type(name)
        assert isinstance(found, GraphQLObjectType)
        return found
