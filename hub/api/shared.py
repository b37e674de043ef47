"""Subscriptions by plan: those with an equal document, operation and variables share one evaluation.

Where a subscriber wants to go on from (`since`) makes no difference to the plan. Where it is a variable's value, it is
taken out before plans are compared.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
    Visitor,
    parse,
    visit,
)
from graphql.execution.values import get_variable_values

from hub.announcing.live import Changes
from hub.announcing.waiting import Waiting
from hub.api.answers import Refused, Request
from hub.api.context import ApiContext
from hub.api.errors import RequestError
from hub.api.evaluation import Evaluation, Event
from hub.api.positions import Positions
from hub.api.replay import replay
from hub.api.schema import HubSchema
from hub.api.sizes import nested_too_deeply

SINCE = "since"


class Shared:
    """The evaluations that are at work."""

    def __init__(self, schema: HubSchema) -> None:
        self._schema = schema
        self._running: dict[Hashable, Evaluation] = {}
        self._positions: WeakKeyDictionary[Changes, Positions] = WeakKeyDictionary()

    def __len__(self) -> int:
        return len(self._running)

    async def subscribe(
        self, context: ApiContext, request: Request, document: DocumentNode, operation: OperationDefinitionNode
    ) -> Subscriber:
        """What a subscription gives from now on, or from its `since` on. `Refused` where it can't be."""
        since, request = _take_since(request, document, operation)
        evaluation = await self._evaluation(context, request, operation)
        waiting = await evaluation.join()
        try:
            position = None if since is None else await _position(context, evaluation.positions, since)
        except BaseException as error:
            evaluation.leave(waiting)
            if isinstance(error, RequestError):
                raise Refused([{"message": str(error), "extensions": dict(error.extensions)}]) from None
            raise
        return Subscriber(context, evaluation, waiting, position)

    async def _evaluation(
        self, context: ApiContext, request: Request, operation: OperationDefinitionNode
    ) -> Evaluation:
        positions = self._positions.get(context.changes)
        if positions is None:
            positions = self._positions[context.changes] = await Positions.of(context.journal)
        key = (id(context.changes), positions, request.query, request.operation_name, self._values(request, operation))
        found = self._running.get(key)
        if found is None:
            found = Evaluation(self._schema, context, request, positions, lambda: self._end(key))
            self._running[key] = found
        return found

    def _values(self, request: Request, operation: OperationDefinitionNode) -> bytes:
        """The variables after coercion, as text; as they came where they can't be coerced."""
        given = dict(request.variables or {})
        found = get_variable_values(self._schema.core, operation.variable_definitions or (), given)
        coerced = given if isinstance(found, list) else found.coerced
        return orjson.dumps(coerced, default=repr, option=orjson.OPT_SORT_KEYS)

    def _end(self, key: Hashable) -> None:
        self._running.pop(key, None)


class Subscriber:
    """One subscriber's answers as text, to be closed by whoever takes them."""

    def __init__(self, context: ApiContext, evaluation: Evaluation, waiting: Waiting[Event], since: int | None) -> None:
        self._evaluation = evaluation
        self._waiting = waiting
        self._missed: AsyncGenerator[Event, None] | None = None
        if since is not None:
            self._missed = replay(context, evaluation.choice, since)

    def __aiter__(self) -> Subscriber:
        return self

    async def __anext__(self) -> str:
        if self._missed is not None:
            event = await anext(self._missed, None)
            if event is not None:
                return await self._evaluation.text(event)
            self._missed = None
        taken = await anext(self._waiting)
        return await self._evaluation.text(taken if isinstance(taken, Event) else Event(taken))

    async def aclose(self) -> None:
        self._evaluation.leave(self._waiting)
        if self._missed is not None:
            await self._missed.aclose()


async def _position(context: ApiContext, positions: Positions, since: str) -> int:
    return positions.position(since, await context.journal.last())


@lru_cache(256)
def parsed(text: str, tokens: int) -> DocumentNode | None:
    """A document of so many words and marks at most; None where it is none, which whoever executes it will tell."""
    if nested_too_deeply(text) is not None:
        return None
    try:
        return parse(text, no_location=True, max_tokens=tokens)
    except (GraphQLError, RecursionError):
        return None


def _take_since(
    request: Request, document: DocumentNode, operation: OperationDefinitionNode
) -> tuple[str | None, Request]:
    """Where to go on from, and the request without it."""
    field = next(_roots(operation, document), None)
    value = next((a.value for a in (field.arguments if field else None) or () if a.name.value == SINCE), None)
    if isinstance(value, StringValueNode):
        return value.value, request
    if not isinstance(value, VariableNode):
        return None, request
    name = value.name.value
    defined = next((d for d in operation.variable_definitions or () if d.variable.name.value == name), None)
    if defined is None:
        return None, request
    default = defined.default_value
    given: Any = (request.variables or {}).get(name, default.value if isinstance(default, StringValueNode) else None)
    if not isinstance(given, str) and given is not None:
        return None, request
    if _uses(document, name) > 1:
        return given, request
    nothing = "" if isinstance(defined.type, NonNullTypeNode) and given is not None else None
    return given, replace(request, variables={**(request.variables or {}), name: nothing})


def _roots(operation: OperationDefinitionNode, document: DocumentNode) -> Iterator[FieldNode]:
    fragments: Mapping[str, FragmentDefinitionNode] = {
        d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
    }
    seen: set[str] = set()
    waiting = [operation.selection_set]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                if (fragment := fragments.get(node.name.value)) is not None:
                    waiting.append(fragment.selection_set)


def _uses(document: DocumentNode, name: str) -> int:
    """How often a variable is used in a document, its definition left out."""
    count = 0

    class Uses(Visitor):
        def enter_variable(self, node: VariableNode, _key: object, parent: Node, *_: object) -> None:
            nonlocal count
            definition = getattr(parent, "kind", "") == "variable_definition"
            count += node.name.value == name and not definition

    visit(document, Uses())
    return count
