"""JSON as clients send it, in a request's variables or as a literal in the document, read without changing a digit.

Whole numbers have at most 64 bits, as everywhere in the hub: a reader that knows no larger ones would round them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

import orjson
from graphql import (
    BooleanValueNode,
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    print_ast,
)

MAX_DEPTH = 100
"""Levels of objects and lists in one value."""

_BITS = 2**63
_LONG = re.compile(rb"[0-9]{19}")
_TOLD = 40
"""Characters of a value that an error repeats."""


def loads(data: str | bytes) -> Any:
    """JSON with its whole numbers as they stand; `json.JSONDecodeError` where it is none or nested too deeply.

    orjson reads a whole number of more than 64 bits as a double, so what may hold one is read again.
    """
    found = orjson.loads(data)
    raw = data.encode() if isinstance(data, str) else data
    if not _LONG.search(raw):
        return found
    try:
        return json.loads(raw)
    except RecursionError:
        raise json.JSONDecodeError("it is nested too deeply", "", 0) from None
    except ValueError as error:
        raise json.JSONDecodeError(f"a number is too long ({error})", "", 0) from None


def read_json(value: object) -> object:
    """A JSON value from variables; `GraphQLError` where it can't be kept as it is."""
    waiting = [(value, 0)]
    while waiting:
        inner, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise _too_deep()
        if isinstance(inner, dict):
            waiting.extend((member, depth + 1) for member in inner.values())
        elif isinstance(inner, list):
            waiting.extend((member, depth + 1) for member in inner)
        else:
            _check_number(inner)
    return value


def read_json_literal(node: ValueNode, variables: Mapping[str, Any] | None = None) -> object:
    """A JSON value from a literal; `GraphQLError` where it can't be kept as it is, or a variable in it has no value.

    `variables` is None while a document is validated: what is in them is not known then.
    """
    return _literal(node, variables, 0)


def _literal(node: ValueNode, variables: Mapping[str, Any] | None, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise _too_deep()
    match node:
        case ObjectValueNode():
            return {field.name.value: _literal(field.value, variables, depth + 1) for field in node.fields}
        case ListValueNode():
            return [_literal(value, variables, depth + 1) for value in node.values]
        case VariableNode():
            return _variable(node.name.value, variables)
        case NullValueNode():
            return None
        case IntValueNode() | FloatValueNode():
            return _number(node)
        case BooleanValueNode():
            return node.value
    return str(getattr(node, "value", print_ast(node)))


def _variable(name: str, variables: Mapping[str, Any] | None) -> object:
    if variables is None:
        return None
    if name not in variables:
        raise GraphQLError(f"the variable ${name} in a JSON value has no value; give one, null if there is none")
    return read_json(variables[name])


def _number(node: IntValueNode | FloatValueNode) -> int | float:
    text = node.value
    if isinstance(node, IntValueNode) and len(text) > len(str(-_BITS)):
        raise _too_large(text)
    value = int(text) if isinstance(node, IntValueNode) else float(text)
    _check_number(value)
    return value


def _check_number(value: object) -> None:
    if isinstance(value, int) and not -_BITS <= value < _BITS:
        raise _too_large(str(value))
    if isinstance(value, float) and not math.isfinite(value):
        raise GraphQLError("a number is larger than a double holds; send it as text")


def _too_large(text: str) -> GraphQLError:
    shown = text if len(text) <= _TOLD else f"{text[:_TOLD]}…"
    return GraphQLError(f"{shown} is a whole number of more than 64 bits; send it as text, or round it")


def _too_deep() -> GraphQLError:
    return GraphQLError(f"a JSON value is nested more than {MAX_DEPTH} levels deep; send less at once")
