"""One value of a source as what the model has in its place; `Unfit` says why it can't be.

Sources write numbers as text and ids as numbers; both are understood. What is not plainly meant is refused, so that
nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.errors import Unfit
from connectors.mapping.times import Clock, reader
from schema.errors import UnitError
from schema.json import Json
from schema.registry import Attribute, AttributeType
from schema.units import check, convert

Convert = Callable[[Any], Json]
"""Never called with None."""

_DECIMALS = 15


def text(value: Any) -> str:
    """Text without the spaces that columns of fixed width have at their ends; a number without a needless fraction."""
    if isinstance(value, str):
        return value.rstrip(" ")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unfit(f"{_shown(value)} is no text")
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else str(value)


def identifier(value: Any) -> str:
    """An id: text without spaces around it."""
    return text(value).strip()


def whole(value: Any) -> int:
    """A whole number."""
    number_ = number(value) if not isinstance(value, int) or isinstance(value, bool) else value
    if number_ != int(number_):
        raise Unfit(f"{_shown(value)} is no whole number")
    return int(number_)


def number(value: Any) -> float | int:
    """A number; also one written as text, with a point before its decimals."""
    if isinstance(value, bool):
        raise Unfit(f"{_shown(value)} is no number")
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        try:
            return int(value) if value.lstrip("+-").isdigit() else _decimal(value)
        except ValueError:
            pass
    raise Unfit(f"{_shown(value)} is no number; where it has a comma or a unit in it, take it apart by an expression")


def truth(value: Any) -> bool:
    """True or false; 1 and 0 are understood."""
    if isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    raise Unfit(f"{_shown(value)} is neither true nor false; give an `enum` of what it means")


def texts(value: Any) -> list[Json]:
    """A list of texts; a single one is a list of one."""
    return [text(each) for each in (value if isinstance(value, list) else [value])]


def as_it_is(value: Any) -> Json:
    """The value itself."""
    found: Json = value
    return found


def of_attribute(attribute: Attribute, clock: Clock) -> Convert:
    """What makes values of an attribute. Quantities have a unit too: see `quantity`."""
    match attribute.data_type:
        case AttributeType.STRING:
            return text
        case AttributeType.INTEGER:
            return whole
        case AttributeType.FLOAT:
            return number
        case AttributeType.BOOLEAN:
            return truth
        case AttributeType.INSTANT | AttributeType.DATE:
            return reader(clock, day=attribute.data_type is AttributeType.DATE)
        case AttributeType.ENUM:
            return _member(attribute)
        case AttributeType.STRINGS:
            return texts
        case AttributeType.QUANTITY | AttributeType.PARAMETERS:
            return as_it_is


def quantity(value: Any, unit: str, to: str | None) -> Json:
    """A quantity, converted where another unit is wanted."""
    amount = number(value)
    try:
        check(unit)
        if to is None or to == unit:
            return {"value": amount, "unit": unit}
        return {"value": float(f"{convert(amount, unit, to):.{_DECIMALS}g}"), "unit": to}
    except UnitError as error:
        raise Unfit(str(error)) from None


def _member(attribute: Attribute) -> Convert:
    members: Mapping[str, str] = {member.value: member.value for member in attribute.values or ()}

    def read(value: Any) -> Json:
        found = members.get(value) if isinstance(value, str) else None
        if found is None:
            raise Unfit(
                f"{_shown(value)} is none of {', '.join(members)}; give an `enum` of what the source's codes mean"
            )
        return found

    return read


def _decimal(value: str) -> float:
    if not value.isascii() or "_" in value:
        raise ValueError
    found = float(value)
    if found != found or found in (float("inf"), float("-inf")):
        raise ValueError
    return found


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:79] + "…"
