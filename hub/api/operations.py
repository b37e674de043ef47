"""Operations as streaming transports run them: one answer to a question or a mutation, any number to a subscription.

Each answer is a JSON object as text, `{"data": …, "errors"?: […]}`. What is wrong before anything was executed is
`Refused`, before the first answer.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from hub.api.context import ApiContext
from hub.api.schema import HubSchema

ANY = frozenset(OperationType)


@dataclass(frozen=True, slots=True)
class Request:
    """An operation that a client asks for."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


class Refused(Exception):
    """An operation that is not executed, with GraphQL errors as JSON objects."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(*(error["message"] for error in errors))
        self.errors = errors


class Operations:
    """Runs operations of one schema."""

    def __init__(self, schema: HubSchema) -> None:
        self._schema = schema

    async def run(
        self, context: ApiContext, request: Request, allowed: Collection[OperationType] = ANY
    ) -> AsyncGenerator[str, None]:
        """The answers to an operation, as text; `Refused` before the first."""
        results = await self._schema.stream(
            request.query,
            variable_values=None if request.variables is None else dict(request.variables),
            context_value=context,
            operation_name=request.operation_name,
            allowed_operation_types=allowed,
        )
        async with aclosing(results):
            async for result in results:
                yield answer(result)


def answer(result: Any) -> str:
    """A result as text; `Refused` where nothing was executed."""
    errors = [error.formatted for error in result.errors or ()]
    if isinstance(result, PreExecutionError):
        raise Refused(errors)
    assert isinstance(result, ExecutionResult)
    body = {"data": result.data, "errors": errors} if errors else {"data": result.data}
    return orjson.dumps(body).decode()
