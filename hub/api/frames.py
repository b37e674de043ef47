"""What a client sends over graphql-transport-ws, checked before it is acted on.

Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any

import orjson

from hub.api import json_values
from hub.api.answers import Request

_WITH_ID = ("subscribe", "complete")
_TYPES = ("connection_init", "ping", "pong", *_WITH_ID)

_PAYLOAD: dict[str, tuple[tuple[type, ...], str]] = {
    "query": ((str, type(None)), "text"),
    "documentId": ((str, type(None)), "text"),
    "variables": ((dict, type(None)), "an object"),
    "operationName": ((str, type(None)), "text"),
    "extensions": ((dict, type(None)), "an object"),
}


class FrameError(ValueError):
    """What was sent is no message of the protocol."""


def read(data: str | bytes | None, limit: int) -> dict[str, Any]:
    """A message; `FrameError` where it is none, or has more than `limit` characters."""
    if not isinstance(data, str):
        raise FrameError("a message is text, in UTF-8, and no bytes")
    if len(data) > limit:
        raise FrameError(f"the message is larger than {limit} characters; send less")
    try:
        message = json_values.loads(data)
    except JSONDecodeError as error:
        raise FrameError(f"the message is no JSON: {error}") from None
    if not isinstance(message, dict) or not isinstance(kind := message.get("type"), str):
        raise FrameError('a message is an object with a "type"')
    if kind not in _TYPES:
        raise FrameError(f"a client sends {', '.join(_TYPES)}, and no {kind!r}")
    if kind in _WITH_ID and not (isinstance(id_ := message.get("id"), str) and id_):
        raise FrameError(f'"{kind}" takes an "id", some text')
    if kind == "subscribe":
        _check_payload(message.get("payload"), 'the "payload" of "subscribe"')
    elif not isinstance(message.get("payload"), dict | None):
        raise FrameError(f'the "payload" of "{kind}" is not an object')
    elif kind == "ping" and not _can_be_sent(message.get("payload")):
        raise FrameError('the "payload" of "ping" is nested too deep to be sent back')
    return message


def _can_be_sent(value: Any) -> bool:
    """JSON is read to more levels than it can be written again."""
    try:
        orjson.dumps({"payload": value})
    except TypeError:
        return False
    return True


def request(payload: Mapping[str, Any]) -> Request:
    """The operation that a checked payload of `subscribe` asks for."""
    return Request(
        payload.get("query") or "",
        payload.get("variables"),
        payload.get("operationName"),
        payload.get("documentId") or None,
    )


def _check_payload(payload: object, what: str) -> None:
    """Whether this is an operation that is asked for; `FrameError` says what is wrong with `what`."""
    if not isinstance(payload, dict) or not (payload.get("query") or payload.get("documentId")):
        raise FrameError(f'{what} is an object with a "query", or a "documentId"')
    for name, (types, meaning) in _PAYLOAD.items():
        if name in payload and not isinstance(payload[name], types):
            raise FrameError(f'"{name}" in {what} is not {meaning}')
