"""Placeholders in parameters, headers and bodies: {since}, {offset}, {page}, {size}, {last}, {cursor}.

A text that is one placeholder alone becomes the value, so that a number in a body is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from schema.json import Json

NAMES = frozenset({"since", "offset", "page", "size", "last", "cursor"})

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


class Absent(Exception):
    """A placeholder has no value."""


def filled(template: Any, values: Mapping[str, Any]) -> Json:
    """A template with its placeholders filled; members and items whose placeholder has no value are left out."""
    match template:
        case str():
            return _text(template, values)
        case Mapping():
            return {name: made for name, each in template.items() if (made := _or_absent(each, values)) is not Absent}
        case list() | tuple():
            return [made for each in template if (made := _or_absent(each, values)) is not Absent]
    result: Json = template
    return result


def _or_absent(template: Any, values: Mapping[str, Any]) -> Any:
    try:
        return filled(template, values)
    except Absent:
        return Absent


def _text(template: str, values: Mapping[str, Any]) -> Json:
    whole = _PLACEHOLDER.fullmatch(template)
    if whole and whole[1] in values:
        return _value(whole[1], values)  # type: ignore[no-any-return]
    return _PLACEHOLDER.sub(lambda m: str(_value(m[1], values)) if m[1] in values else m[0], template)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if values[name] is None:
        raise Absent
    return values[name]
