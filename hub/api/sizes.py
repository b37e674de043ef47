"""How large a document may be, told before it is validated: comparing fields takes the square of their number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from graphql import (
    DefinitionNode,
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

from hub.api.complexity import Estimates
from hub.api.context import ApiContext, Limits

MAX_DIGITS = 400
"""Characters of a number in a document; a double has no more before its point."""

_LONG = re.compile(rf"[0-9.]{{{MAX_DIGITS}}}")

MAX_NESTING = 110
"""Levels of brackets of all kinds in a document: what parses and validates one goes down a level by calling itself."""

_BRACKETS = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|"(?:[^"\\\n]|\\.)*+"?|#[^\n\r]*|[{(\[]|[})\]]', re.DOTALL)
"""Strings and comments, to be passed over, and brackets. What is not closed goes to its end, so that each character is
looked at once."""


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
    """Validates a document that is not too large, once; then reckons what its answer may be."""

    def __init__(self, limits: Limits, estimates: Estimates, kept: int) -> None:
        """`kept` is how many documents are remembered."""
        super().__init__(kept)
        self._limits = limits
        self._estimates = estimates
        self._reckoned: int | None = None

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document, text = context.graphql_document, context.query
        fault = too_large(document, text, self._limits) if document and text else None
        if fault is not None:
            context.pre_execution_errors = [fault]
            yield
            return
        validating = super().on_validate()
        next(validating)
        if document and text and not context.pre_execution_errors:
            context.pre_execution_errors = self._reckon(document, text)
        yield

    def get_results(self) -> dict[str, object]:
        """What is told beside an answer of its complexity, where the client asks for it."""
        context = self.execution_context.context
        if self._reckoned is None or not (isinstance(context, ApiContext) and context.told):
            return {}
        return {"complexity": {"estimate": self._reckoned, "limit": self._limits.max_complexity}}

    def _reckon(self, document: DocumentNode, text: str) -> list[GraphQLError]:
        context = self.execution_context
        cost = self._estimates.of(text, document, context.operation_name)
        self._reckoned = found = cost.of(context.variables or {}, self._limits)
        batch = context.context.batch if isinstance(context.context, ApiContext) else None
        if batch is not None:
            batch.complexity = found = batch.complexity + found
        limit = self._limits.max_complexity
        if found <= limit:
            return []
        what = "the answer" if batch is None else "the batch, up to this request,"
        return [
            _fault(
                f"{what} may have up to {found} objects, more than the {limit} that are allowed; give a smaller "
                "`first` to lists within lists, or ask for fewer levels"
            )
        ]


def nested_too_deeply(text: str) -> GraphQLError | None:
    """What is wrong with a document of more levels than any question needs; None where it has no more. Told before it
    is parsed."""
    if text.count("{") + text.count("[") + text.count("(") <= MAX_NESTING:
        return None
    depth = 0
    for token in _BRACKETS.finditer(text):
        if token[0] in "{([":
            depth += 1
        elif token[0] in "})]":
            depth -= 1
        if depth > MAX_NESTING:
            return _fault(f"the document has brackets within brackets, more than {MAX_NESTING} levels; ask for less")
    return None


def too_large(document: DocumentNode, text: str, limits: Limits) -> GraphQLError | None:
    """What is too large about a document; None where nothing is."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    if len(fragments) > limits.max_fragments:
        return _fault(f"the document has {len(fragments)} fragments; at most {limits.max_fragments} are allowed")
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            fault = _crowded(definition.selection_set, limits.max_siblings)
            if fault is None and not limits.introspection:
                fault = _introspective(definition.selection_set)
            if fault is None and isinstance(definition, OperationDefinitionNode):
                fault = _roots(definition, fragments, limits.max_roots)
            if fault is not None:
                return fault
    aliases = sum(map(_aliases, document.definitions))
    if aliases > limits.max_aliases:
        return _fault(f"the document has {aliases} aliases; at most {limits.max_aliases} are allowed")
    return _long_number(document) if _LONG.search(text) else None


def _fields(root: SelectionSetNode) -> Iterator[FieldNode]:
    """Every field below, as it stands: fragments are not put in."""
    waiting = [root]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                yield node
            if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
                waiting.append(node.selection_set)


def _aliases(definition: DefinitionNode) -> int:
    if not isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
        return 0
    return sum(field.alias is not None for field in _fields(definition.selection_set))


def _introspective(root: SelectionSetNode) -> GraphQLError | None:
    for field in _fields(root):
        if field.name.value in ("__schema", "__type"):
            return GraphQLError(
                f"`{field.name.value}` is not answered: this hub does not tell its schema (setting `introspection`)",
                field,
            )
    return None


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
