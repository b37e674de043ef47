"""Quantities: an amount, and the unit that the source means."""

from __future__ import annotations

from typing import Any

from connectors.errors import ExpressionError, Unfit
from connectors.mapping import convert
from connectors.mapping.mapping import Make, Term, Troubles
from connectors.records import Record
from schema.json import Json


def quantities(amount: Term, unit: Term, to: str | None) -> Make:
    """Makes quantities of an amount and a unit; none where there is no amount."""
    read_amount, read_unit = amount.reader(), unit.reader()

    def make(context: Any, record: Record, troubles: Troubles) -> Json:
        try:
            found = read_amount(context, record)
            value = None if found is None else convert.number(found)
        except (ExpressionError, Unfit) as error:
            troubles.append(amount.trouble(error))
            return None
        if value is None:
            return None
        try:
            code = read_unit(context, record)
            if code is None:
                raise Unfit(f"there is an amount, {value!r}, and no unit")
            return convert.quantity(value, convert.identifier(code), to)
        except (ExpressionError, Unfit) as error:
            troubles.append(unit.trouble(error))
            return None

    return make
