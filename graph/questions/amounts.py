"""How much something differs from what was planned, in units as far as they can be converted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schema import units
from schema.errors import UnitError

Amount = Mapping[str, Any]
"""A quantity: `{"value", "unit"}`."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """What was done less what was planned, in the plan's unit; `note` says what could not be told, and why."""

    absolute: float | None = None
    relative: float | None = None
    """The share of what was planned; None on a scale with an arbitrary zero, such as degrees Celsius."""
    unit: str | None = None
    note: str | None = None

    def beyond(self, tolerance: float) -> bool:
        """Whether it is more than that share of what was planned; without a share, whether there is a difference."""
        if self.absolute is None:
            return False
        return abs(self.absolute) > _ROUNDING if self.relative is None else abs(self.relative) > tolerance + _ROUNDING


def difference(planned: Amount | None, actual: Amount | None) -> Difference:
    """How far an actual quantity is from the planned one."""
    if planned is None or actual is None:
        return Difference()
    try:
        done = units.convert(actual["value"], actual["unit"], planned["unit"])
        offset = units.unit(planned["unit"]).offset
    except UnitError as error:
        return Difference(unit=planned["unit"], note=str(error))
    absolute = done - planned["value"]
    if abs(absolute) <= _ROUNDING * max(abs(done), abs(planned["value"])):
        absolute = 0.0
    shares = planned["value"] and not offset
    return Difference(absolute, absolute / abs(planned["value"]) if shares else None, planned["unit"])


def total(amounts: Iterable[Amount | None], unit: str | None) -> tuple[Amount | None, str | None]:
    """The sum in a unit, or in the first amount's; and what is left out of it, as a sentence."""
    given = list(amounts)
    known = [amount for amount in given if amount is not None]
    left = f"{len(given) - len(known)} of {len(given)} have no quantity" if len(known) < len(given) else None
    if not known:
        return None, left
    unit = unit or known[0]["unit"]
    try:
        return {"value": sum(units.convert(a["value"], a["unit"], unit) for a in known), "unit": unit}, left
    except UnitError:
        pass
    one = known[0]["unit"]
    try:
        found = {"value": sum(units.convert(a["value"], a["unit"], one) for a in known), "unit": one}
    except UnitError as error:
        return None, str(error)
    return found, left


def compared(planned: Mapping[str, Any], actual: Mapping[str, Any]) -> tuple[Difference, bool | None]:
    """How far a parameter's value is from the planned one, and whether it is the same; None where it can't be told."""
    want, have = planned["value"], actual["value"]
    if not (_number(want) and _number(have)):
        return Difference(), want == have
    one, other = planned.get("unit"), actual.get("unit")
    if (one is None) != (other is None):
        return Difference(note=f"one has the unit {one or other} and the other none"), None
    found = difference({"value": want, "unit": one or "1"}, {"value": have, "unit": other or "1"})
    if one is None:
        found = Difference(found.absolute, found.relative)
    return found, None if found.absolute is None else not found.beyond(_ROUNDING)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(amount: Amount) -> str:
    """A quantity or parameter as a sentence has it: `67.4 %`."""
    value, unit = amount["value"], amount.get("unit")
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}" if unit else text
