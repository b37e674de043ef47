"""From what pydantic finds wrong to reasons that a person can act on.

    ValidationError -> faults with a JSON path -> those that tell of a wrong alternative dropped -> Reason

A reference may be text or an object, and pydantic reports every alternative that did not fit. What stands in the
payload decides which of them was meant: a fault below a value, or of the value itself, says more than "not a string".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json

from schema.errors import Reason, Refused
from schema.model.base import DATE_PATTERN, INSTANT_PATTERN

MAX_REASONS = 100
MAX_SHOWN = 200
MAX_FAULTS = 5_000
"""More than these of pydantic's faults are not looked at one by one: it would take seconds."""
FIRST_FAULTS = 400
FIRST_REASONS = 20
"""What is told of the first faults where there are more than that."""
MAX_LISTED = 50_000
"""More than these pydantic takes seconds to list."""

Step = str | int
Path = tuple[Step, ...]

_PLAIN = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_]*")


def json_path(path: Iterable[Step]) -> str:
    """A JSON path: `$[3].quantity.unit`."""
    return "$" + "".join(
        f"[{s}]" if isinstance(s, int) else f".{s}" if _PLAIN.fullmatch(s) else f"[{shown(s)}]" for s in path
    )


def shown(value: Any) -> str:
    """A value as JSON, shortened to what a person reads at a glance."""
    if isinstance(value, str) and len(value) > MAX_SHOWN:
        value = value[:MAX_SHOWN]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    try:
        text = orjson.dumps(value).decode()
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


class Reasons:
    """The reasons found so far to refuse a message. A message with too many is refused before it takes more time."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: list[Reason] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, reason: Reason) -> None:
        """Takes note of a reason; raises `Refused` where there are enough of them."""
        if len(self._found) == MAX_REASONS:
            raise Refused((*self._found, Reason("$", "", "and there is more; mend these first")))
        self._found.append(reason)

    def settle(self) -> None:
        """Raises `Refused` where there is any reason to."""
        if self._found:
            raise Refused(tuple(self._found))


def of_validation(error: ValidationError, payload: bytes, hints: Mapping[str, str]) -> list[Reason]:
    """The reasons why a payload did not fit. `hints` says, by member name, what a value of that member looks like."""
    count = error.error_count()
    details = error.errors(include_url=False) if count <= MAX_LISTED else []
    if count > MAX_FAULTS:
        expected = f"there are {count} such faults in all; check that the payload fits its topic"
        return [*_reasons(details[:FIRST_FAULTS], payload, hints)[:FIRST_REASONS], Reason("$", "", expected)]
    if details and details[0]["type"] == "json_invalid":
        return [not_json(payload, details[0]["ctx"]["error"])]
    return _reasons(details, payload, hints)


def _reasons(details: Sequence[ErrorDetails], payload: bytes, hints: Mapping[str, str]) -> list[Reason]:
    root = from_json(payload)
    faults = [_Fault(_path(root, d), d) for d in details]
    return [_reason(path, found, hints) for path, found in _telling(faults).items()]


def not_json(payload: bytes, error: str) -> Reason:
    """The reason why bytes are no JSON text."""
    try:
        text = payload.decode()
    except UnicodeDecodeError as fault:
        near = payload[max(0, fault.start - 10) : fault.start + 10]
        return Reason("$", repr(near)[1:], f"byte {fault.start} is not UTF-8; encode the payload in UTF-8")
    if "recursion" in error:
        return Reason("$", shown(text[:40]), "the payload is nested far too deep; send flat objects")
    if "number out of range" in error:
        return Reason("$", "", f"a number has too many digits ({_where(error)}); send long numbers as text")
    return Reason("$", shown(text[:80]), f"the payload is not JSON: {error}")


def _where(error: str) -> str:
    return error[error.find("line") :]


class _Fault(NamedTuple):
    path: Path
    details: ErrorDetails


_TYPES = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "model_type": "an object",
    "dict_type": "an object",
    "list_type": "a list",
    "none_required": "null",
}
"""What an error of a wrong type says was expected."""


def _telling(faults: Sequence[_Fault]) -> dict[Path, list[_Fault]]:
    """The faults by path, without those of alternatives that were not meant."""
    deeper = {fault.path[:n] for fault in faults for n in range(len(fault.path))}
    valued = {fault.path for fault in faults if fault.details["type"] not in _TYPES}
    kept: dict[Path, list[_Fault]] = {}
    for fault in faults:
        if fault.details["type"] in _TYPES and (fault.path in deeper or fault.path in valued):
            continue
        kept.setdefault(fault.path, []).append(fault)
    return kept


def _path(root: Any, details: ErrorDetails) -> Path:
    """Where the fault is in the payload: pydantic's location without the names of alternatives and validators."""
    path: list[Step] = []
    here = root
    for step in details["loc"]:
        stands = isinstance(here, dict) and step in here
        stands = stands or (isinstance(here, list) and isinstance(step, int) and step < len(here))
        if stands:
            here = here[step]
        elif details["type"] != "missing" or step is not details["loc"][-1]:
            continue
        path.append(step)
    return tuple(path)


def _reason(path: Path, faults: Sequence[_Fault], hints: Mapping[str, str]) -> Reason:
    details = faults[0].details
    kind = details["type"]
    member = next((step for step in reversed(path) if isinstance(step, str)), None) if path else ""
    if kind not in _TYPES:
        expected = _sentence(kind, details.get("ctx", {}), details["msg"])
        if expected.startswith(_INSTANT):
            expected = expected_instant(details["input"], expected)
    else:
        types = dict.fromkeys(_TYPES[fault.details["type"]] for fault in faults if fault.details["type"] in _TYPES)
        expected = (None if member is None else hints.get(member)) or f"expected {', or '.join(types)}"
    return Reason(json_path(path), "" if kind == "missing" else shown(details["input"]), expected)


_INSTANT = "expected a time as RFC 3339 has it, with an offset: 2026-03-01T14:30:00+01:00"

_LEAP_SECOND = re.compile(r"[Tt][0-9]{2}:[0-9]{2}:60")
_LONG_FRACTION = re.compile(r"[Tt][0-9:]{8}\.[0-9]{10}")


def expected_instant(value: object, otherwise: str = _INSTANT) -> str:
    """What should stand in the place of a value that is no time; precise about what RFC 3339 has and is not taken."""
    text = value if isinstance(value, str) else ""
    if _LEAP_SECOND.search(text):
        return "a leap second can't be kept; send the second before or after it"
    if _LONG_FRACTION.search(text):
        return "a second has at most 9 digits of fraction here; send fewer: a time is kept to the microsecond"
    return otherwise


_PATTERNS = {
    INSTANT_PATTERN: _INSTANT,
    DATE_PATTERN: "expected a day: 2026-03-01",
}

_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda c: "this member is missing; it has to be given",
    "extra_forbidden": lambda c: "there is no such member here; leave it out",
    "string_too_short": lambda c: f"expected text of {c['min_length']} characters or more",
    "string_too_long": lambda c: f"expected text of at most {c['max_length']} characters",
    "string_pattern_mismatch": lambda c: _PATTERNS.get(c["pattern"]) or f"expected text that matches {c['pattern']}",
    "int_from_float": lambda c: "expected a whole number, without a decimal point",
    "int_parsing_size": lambda c: "expected a whole number of at most 64 bits; send longer ones as text",
    "finite_number": lambda c: "expected a finite number; leave the member out where there is no value",
    "greater_than_equal": lambda c: f"expected {_shown_bound(c['ge'])} or more",
    "less_than_equal": lambda c: f"expected {_shown_bound(c['le'])} or less",
    "greater_than": lambda c: f"expected more than {_shown_bound(c['gt'])}",
    "less_than": lambda c: f"expected less than {_shown_bound(c['lt'])}",
    "too_long": lambda c: f"expected at most {c['max_length']} items; send several messages",
    "enum": lambda c: f"expected one of {_members(c['expected'])}",
    "literal_error": lambda c: f"expected {_members(c['expected'])}",
    "value_error": lambda c: str(c["error"]),
    "timezone_aware": lambda c: "the time has no offset; end it in Z or in one such as +01:00",
    "datetime_parsing": lambda c: f"{_PATTERNS[INSTANT_PATTERN]} ({c['error']})",
    "datetime_from_date_parsing": lambda c: f"{_PATTERNS[INSTANT_PATTERN]} ({c['error']})",
    "datetime_object_invalid": lambda c: f"{_PATTERNS[INSTANT_PATTERN]} ({c['error']})",
    "date_parsing": lambda c: f"{_PATTERNS[DATE_PATTERN]} ({c['error']})",
    "date_from_datetime_parsing": lambda c: f"{_PATTERNS[DATE_PATTERN]} ({c['error']})",
}


def _sentence(kind: str, context: Mapping[str, Any], message: str) -> str:
    write = _SENTENCES.get(kind)
    return write(context) if write else message


def _members(expected: str) -> str:
    return expected.replace("'", "")


def _shown_bound(value: Any) -> str:
    bounds = {2**63 - 1: "2^63 - 1 (64 bits; send longer numbers as text)", -(2**63): "-2^63 (64 bits)"}
    return bounds.get(value) or (value.isoformat() if hasattr(value, "isoformat") else str(value))
