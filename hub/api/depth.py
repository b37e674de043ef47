"""How deep a document goes, checked before anything walks it."""

from __future__ import annotations

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
