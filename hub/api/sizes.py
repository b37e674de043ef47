"""How large a document may be, told before it is validated: comparing fields takes the square of their number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    visit,
)
from strawberry.extensions import ParserCache, ValidationCache

from hub.api.context import Limits

MAX_DIGITS = 400
"""Characters of a number in a document; a double has no more before its point."""

_LONG = re.compile(rf"[0-9.]{{{MAX_DIGITS}}}")


class Parsed(ParserCache):
    """Parses a document once. What can't be parsed is left to strawberry, which tells why on every transport."""

    def on_parse(self) -> Iterator[None]:
        parsed = super().on_parse()
        try:
            next(parsed)
        except GraphQLError:
            self.execution_context.graphql_document = None
        yield


class Validated(ValidationCache):
    """Validates a document that is not too large, once."""

    def __init__(self, limits: Limits, kept: int) -> None:
        """`kept` is how many documents are remembered."""
        super().__init__(kept)
        self._limits = limits

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document, text = context.graphql_document, context.query
        fault = too_large(document, text, self._limits) if document and text else None
        if fault is None:
            yield from super().on_validate()
        else:
            context.pre_execution_errors = [fault]
            yield


def too_large(document: DocumentNode, text: str, limits: Limits) -> GraphQLError | None:
    """What is too large about a document; None where nothing is."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    if len(fragments) > limits.max_fragments:
        return _fault(f"the document has {len(fragments)} fragments; at most {limits.max_fragments} are allowed")
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            fault = _crowded(definition.selection_set, limits.max_siblings)
            if fault is None and isinstance(definition, OperationDefinitionNode):
                fault = _roots(definition, fragments, limits.max_roots)
            if fault is not None:
                return fault
    return _long_number(document) if _LONG.search(text) else None


def _crowded(root: SelectionSetNode, limit: int) -> GraphQLError | None:
    waiting = [root]
    while waiting:
        selections = waiting.pop().selections
        inner = [
            s.selection_set for s in selections if isinstance(s, FieldNode | InlineFragmentNode) if s.selection_set
        ]
        if len(inner) > limit:
            return _fault(
                f"{len(inner)} fields with selections of their own stand side by side; at most {limit} are allowed"
            )
        waiting.extend(inner)
    return None


def _roots(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], limit: int
) -> GraphQLError | None:
    count, whole = 0, 0
    seen: set[str] = set()
    waiting = [operation.selection_set]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                count += 1
                whole += node.name.value == "__schema"
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                if (fragment := fragments.get(node.name.value)) is not None:
                    waiting.append(fragment.selection_set)
    if count > limit:
        return _fault(f"the operation has {count} root fields; at most {limit} are allowed, so ask several times")
    return _fault("`__schema` is asked for more than once; ask for it once") if whole > 1 else None


def _long_number(document: DocumentNode) -> GraphQLError | None:
    found: list[Node] = []

    class Numbers(Visitor):
        def enter(self, node: Node, *_: object) -> None:
            if isinstance(node, IntValueNode | FloatValueNode) and len(node.value) > MAX_DIGITS:
                found.append(node)

    visit(document, Numbers())
    return GraphQLError(f"a number has more than {MAX_DIGITS} digits", found[0]) if found else None


def _fault(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})
