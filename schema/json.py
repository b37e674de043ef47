"""JSON values, and the one text form of them that everything compares and hashes.

`canonical` writes an object's members in order of their names, without spaces, so equal values give equal bytes.
"""

from __future__ import annotations

import orjson

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def canonical(value: Json) -> bytes:
    """The canonical UTF-8 text of a JSON value."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def compact(value: object) -> str:
    """JSON text with members in order of their names, as a string; for properties kept in a store."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
