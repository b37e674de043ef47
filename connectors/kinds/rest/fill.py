"""Placeholders in parameters, headers and bodies: {since}, {offset}, {page}, {size}, {last}, {cursor}, {keys}.

A text that is one placeholder alone becomes the value, so that a number in a body is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from schema.json import Json

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


class Absent(Exception):
    """A placeholder has no value."""


def filled(template: Any, values: Mapping[str, Any]) -> Json:
    """A template with its placeholders filled; what has one without a value is left out.

    In a list this is the item, with all that belongs to it: a condition such as `[changed, ">=", "{since}"]` means
    nothing without its last part. Elsewhere it is the member alone.
    """
    match template:
        case str():
            return _text(template, values)
        case Mapping():
            return {
                name: made for name, each in template.items() if (made := _part(filled, each, values)) is not Absent
            }
        case list() | tuple():
            return [made for each in template if (made := _part(_item, each, values)) is not Absent]
    result: Json = template
    return result


def mentions(template: Any, name: str) -> bool:
    """Whether a placeholder is somewhere in a template."""
    match template:
        case str():
            return f"{{{name}}}" in template
        case Mapping():
            return any(mentions(each, name) for each in template.values())
        case list() | tuple():
            return any(mentions(each, name) for each in template)
    return False


def _item(template: Any, values: Mapping[str, Any]) -> Json:
    """An item of a list, filled; `Absent` where a placeholder in it, but for lists of its own, has no value."""
    match template:
        case Mapping():
            return {name: _item(each, values) for name, each in template.items()}
        case list() | tuple() if not any(isinstance(each, (Mapping, list, tuple)) for each in template):
            return [_item(each, values) for each in template]
    return filled(template, values)


def _part(fill: Callable[[Any, Mapping[str, Any]], Json], template: Any, values: Mapping[str, Any]) -> Any:
    try:
        return fill(template, values)
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
