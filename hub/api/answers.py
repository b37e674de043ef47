"""What streaming transports are asked for, and what they answer.

Each answer is a JSON object as text, `{"data": …, "errors"?: […]}`. What is wrong before anything was executed is
`Refused`, before the first answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError


@dataclass(frozen=True, slots=True)
class Request:
    """An operation that a client asks for."""

    query: str
    """The document; empty where it is named by its id alone."""
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    document_id: str | None = None


class Refused(Exception):
    """An operation that is not executed, with GraphQL errors as JSON objects."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(*(error["message"] for error in errors))
        self.errors = errors


class Answers(Protocol):
    """The answers to an operation as text, to be closed by whoever takes them."""

    def __aiter__(self) -> AsyncIterator[str]: ...

    async def __anext__(self) -> str: ...

    async def aclose(self) -> None: ...


def answer(result: Any) -> str:
    """A result as text; `Refused` where nothing was executed."""
    errors = [error.formatted for error in result.errors or ()]
    if isinstance(result, PreExecutionError):
        raise Refused(errors)
    assert isinstance(result, ExecutionResult)
    body = {"data": result.data, "errors": errors} if errors else {"data": result.data}
    return orjson.dumps(body).decode()
