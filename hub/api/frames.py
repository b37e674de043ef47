"""What a client sends over graphql-transport-ws, checked before it is acted on.

Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from json import JSONDecodeError
from typing import Any

from hub.api import json_values

_WITH_ID = ("subscribe", "complete")

_PAYLOAD: dict[str, tuple[tuple[type, ...], str]] = {
    "query": ((str,), "text"),
    "variables": ((dict, type(None)), "an object"),
    "operationName": ((str, type(None)), "text"),
    "extensions": ((dict, type(None)), "an object"),
}


class FrameError(ValueError):
    """What was sent is no message of the protocol."""


def read(text: str, limit: int) -> dict[str, Any]:
    """A message; `FrameError` where it is none, or has more than `limit` characters."""
    if len(text) > limit:
        raise FrameError(f"the message is larger than {limit} characters; send less")
    try:
        message = json_values.loads(text)
    except JSONDecodeError as error:
        raise FrameError(f"the message is no JSON: {error}") from None
    if not isinstance(message, dict) or not isinstance(kind := message.get("type"), str):
        raise FrameError('a message is an object with a "type"')
    if kind in _WITH_ID and not (isinstance(id_ := message.get("id"), str) and id_):
        raise FrameError(f'"{kind}" takes an "id", some text')
    if kind == "subscribe":
        _check_payload(message.get("payload"))
    elif message.get("payload") is None:
        message.pop("payload", None)
    return message


def _check_payload(payload: object) -> None:
    if not isinstance(payload, dict) or not payload.get("query"):
        raise FrameError('"subscribe" takes a "payload" with a "query"')
    for name, (types, meaning) in _PAYLOAD.items():
        if name in payload and not isinstance(payload[name], types):
            raise FrameError(f'"{name}" in the payload of "subscribe" is not {meaning}')
