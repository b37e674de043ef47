"""What is checked of a document before anything walks it: its depth, its budget, which operation is meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from graphql import (
    ASTValidationRule,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.extensions import SchemaExtension

from hub.api.context import ApiContext


def depth_limit(limit: int) -> type[ASTValidationRule]:
    """A validation rule that refuses operations with more levels of selection sets; introspection does not count."""

    class DepthLimit(ASTValidationRule):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            if self._deeper(node.selection_set):
                self.report_error(
                    GraphQLError(f"the document is more than {limit} levels deep; split the question", node)
                )

        def _deeper(self, root: SelectionSetNode) -> bool:
            seen: dict[str, int] = {}
            waiting: list[tuple[SelectionSetNode, int]] = [(root, 1)]
            while waiting:
                selections, depth = waiting.pop()
                if depth > limit:
                    return True
                for node in selections.selections:
                    if isinstance(node, FieldNode):
                        if node.selection_set and not node.name.value.startswith("__"):
                            waiting.append((node.selection_set, depth + 1))
                    elif isinstance(node, InlineFragmentNode):
                        waiting.append((node.selection_set, depth))
                    elif isinstance(node, FragmentSpreadNode) and seen.get(node.name.value, 0) < depth:
                        seen[node.name.value] = depth
                        fragment = self.context.get_fragment(node.name.value)
                        if fragment is not None:
                            waiting.append((fragment.selection_set, depth))
            return False

    return DepthLimit


class Budgeted(SchemaExtension):
    """Gives each operation a budget of its own: over a WebSocket, many have one context."""

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context.context
        if isinstance(context, ApiContext):
            self.execution_context.context = replace(context)
        yield


class OneOperation(SchemaExtension):
    """Refuses a document of several operations where none is named; strawberry would take the first."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)] if document else []
        if len(operations) > 1 and context._provided_operation_name is None:
            error = GraphQLError("the document has several operations; name the one to run in `operationName`")
            context.pre_execution_errors = [*(context.pre_execution_errors or ()), error]
        yield
