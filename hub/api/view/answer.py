"""An answer to a question: finished JSON, and what became of the question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from hub.api import masking
from hub.api.errors import RequestError


class Outcome(Enum):
    """What became of a question."""

    DONE = "done"
    """It was executed; parts of it may have failed."""
    REFUSED = "refused"
    """It can't be executed as asked: it does not parse, hold or fit a limit. There is no `data`."""
    FAILED = "failed"
    """It could not be executed, by a fault of the hub's. There is no `data`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, as JSON."""

    body: bytes
    outcome: Outcome = Outcome.DONE


def of_result(result: ExecutionResult) -> Answer:
    """The answer that a result of execution is."""
    errors = masking.told(result.errors) if result.errors else []
    outcome = _outcome(result.data, errors)
    found: dict[str, Any] = {"data": result.data} if outcome is Outcome.DONE else {}
    if errors:
        found["errors"] = [error.formatted for error in errors]
    if result.extensions:
        found["extensions"] = result.extensions
    return Answer(orjson.dumps(found), outcome)


def of_error(message: str) -> Answer:
    """The answer that there is none to what was asked, and why."""
    return Answer(
        orjson.dumps({"errors": [{"message": message, "extensions": RequestError.extensions}]}), Outcome.REFUSED
    )


def together(answers: Iterable[Answer]) -> Answer:
    """The answers of a batch, as one."""
    return Answer(b"[" + b",".join(each.body for each in answers) + b"]")


def _outcome(data: object, errors: list[GraphQLError]) -> Outcome:
    """Errors of execution say where they were; those before it have no path, and nothing was executed then."""
    if data is not None or any(error.path is not None for error in errors):
        return Outcome.DONE
    if any(masking.is_masked(error) for error in errors):
        return Outcome.FAILED
    return Outcome.REFUSED
