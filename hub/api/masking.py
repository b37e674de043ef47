"""What a client is told of an error: what it can act on in full, anything else as an id that the log has too."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from graphql import GraphQLError
from strawberry.extensions import MaskErrors
from strawberry.schema.exceptions import CannotGetOperationTypeError

from connectors.wire.errors import PublishError
from graph.errors import ReadTimeout, StoreBusy, StoreUnavailable
from hub.api.errors import RequestError

log = logging.getLogger(__name__)

_TOLD = (CannotGetOperationTypeError, RequestError, PublishError, ReadTimeout, StoreBusy, StoreUnavailable)
"""Errors whose messages are written for clients."""

_MAX_MESSAGE = 1_000
"""Characters of a message: many repeat what was sent, each error of a document all of it."""

_INTERNAL = "INTERNAL"

_CODES: dict[type[Exception] | type[None], str] = {
    PublishError: "NOT_PUBLISHED",
    ReadTimeout: "TIMEOUT",
    StoreBusy: "BUSY",
    StoreUnavailable: "UNAVAILABLE",
}


class Masked(MaskErrors):
    """Masks every error whose message was not written for clients, and logs it with the id that the client gets."""

    def __init__(self) -> None:
        super().__init__()

    def _process_errors(self, errors: list[GraphQLError]) -> list[GraphQLError]:
        return told(errors)


def told(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """The errors as a client is told of them; those that were masked before stay as they are."""
    return [_plain(error) if _told(error) else _masked(error) for error in errors]


def is_masked(error: GraphQLError) -> bool:
    """Whether a client is told no more of an error than its id."""
    return (error.extensions or {}).get("code") == _INTERNAL


def _plain(error: GraphQLError) -> GraphQLError:
    code = _CODES.get(type(error.original_error))
    if code is not None:
        error.extensions = {**(error.extensions or {}), "code": code}
    if isinstance(error.original_error, CannotGetOperationTypeError):
        error.message = error.original_error.as_http_error_reason()
    if len(error.message) > _MAX_MESSAGE:
        error.message = f"{error.message[:_MAX_MESSAGE]}…"
    return error


def _masked(error: GraphQLError) -> GraphQLError:
    id_ = uuid4().hex[:12]
    log.error("GraphQL error %s at %s", id_, error.path, exc_info=error.original_error)
    return GraphQLError(
        f"an internal error; the hub's log has it under the id {id_}",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": _INTERNAL, "id": id_},
    )


def unexpected(error: Exception) -> dict[str, Any]:
    """What a client is told of an error outside of any field; the log has it under the same id."""
    id_ = uuid4().hex[:12]
    log.error("GraphQL error %s", id_, exc_info=error)
    message = f"an internal error; the hub's log has it under the id {id_}"
    return {"message": message, "extensions": {"code": _INTERNAL, "id": id_}}


def _told(error: GraphQLError) -> bool:
    cause = error.original_error
    return cause is None or isinstance(cause, (GraphQLError, *_TOLD))
