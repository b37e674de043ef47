"""Cursors: where a page ended, opaque to clients, and checked like everything that a client sends.

A cursor is base64url of JSON, `{"o": the order's text, "v": [order values…, id]}`. It goes on only in the order that it
was made for.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError

from graph.plan import Order, Part
from hub.api.common import SortDirection
from hub.api.errors import RequestError
from hub.api.operators import type_of
from hub.api.scalars import read_date, read_datetime, read_int64
from schema.registry import AttributeType

_END = re.compile(r"[^\x00-\x1f\x7f]+(\n[0-9]{1,9})?")
"""The last value: an id, and after a line's end which of several edges to that thing."""

_BAD = "the cursor in `after` is not one that this API gave; begin anew without it"


def order_text(order_by: Sequence[Mapping[str, Any]] | None) -> str:
    """An `orderBy` argument as a cursor carries it: `expiresAt DESC,definition.name ASC`."""
    return ",".join(map(_key_text, order_by or ()))


def _key_text(key: Mapping[str, Any]) -> str:
    ((name, value),) = key.items()
    return f"{name} {value.name}" if isinstance(value, SortDirection) else f"{name}.{_key_text(value)}"


def encode(order: str, values: Sequence[Any]) -> str:
    """The cursor of a row, from its order values and id as the store gave them."""
    return base64.urlsafe_b64encode(orjson.dumps({"o": order, "v": values})).rstrip(b"=").decode()


def decode(cursor: str, order: str, keys: Sequence[Order]) -> list[Any]:
    """The order values and id that a cursor holds; `RequestError` where it is none, or one of another order."""
    try:
        raw = orjson.loads(base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise RequestError(_BAD) from None
    if not isinstance(raw, dict) or not isinstance(values := raw.get("v"), list):
        raise RequestError(_BAD)
    if raw.get("o") != order:
        raise RequestError("the cursor in `after` is of a list in another order; begin anew without it")
    if len(values) != len(keys) + 1 or not isinstance(values[-1], str) or not _END.fullmatch(values[-1]):
        raise RequestError(_BAD)
    try:
        return [*(_checked(key, value) for key, value in zip(keys, values, strict=False)), values[-1]]
    except GraphQLError:
        raise RequestError(_BAD) from None


def _checked(key: Order, value: Any) -> Any:
    if value is None:
        return None
    data_type = AttributeType.FLOAT if key.part is Part.VALUE else type_of(key.what)
    return _READ[data_type](value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise GraphQLError("no text")


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise GraphQLError("no number")


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise GraphQLError("neither true nor false")


_READ: dict[AttributeType, Callable[[Any], Any]] = {
    AttributeType.STRING: _text,
    AttributeType.ENUM: _text,
    AttributeType.INTEGER: read_int64,
    AttributeType.FLOAT: _number,
    AttributeType.BOOLEAN: _truth,
    AttributeType.INSTANT: read_datetime,
    AttributeType.DATE: read_date,
}
