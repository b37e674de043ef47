"""Units of measure: which codes are accepted, and what they mean.

    code        = rec20 | term                           a listed UN/ECE Recommendation 20 code comes first: GL is g/L
    term        = ["/"] component *(("." | "/") component)      UCUM's grammar, case-sensitive, read from left to right
    component   = "(" term ")" | symbol [exponent] ["{" text "}"] | "{" text "}" | number
    symbol      = [prefix] atom                          `schema.unitcodes`

An annotation behind a unit says nothing about its size (`bar{gauge}`). One that stands alone names what is counted:
`{piece}` is one thing, `{box}` is not comparable with it. So a plant's own units go into braces, and all else that is
unknown is refused, with what may have been meant. Readings are kept, so that a check costs a dictionary look-up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache

from schema.errors import UnitError
from schema.unitcodes import MEANT, METRIC, OFFSETS, ONE, PLAIN, PREFIXES, REC20

MAX_CODE = 64
_CACHED = 4096
_SMALLEST, _LARGEST = Fraction(1, 10**60), Fraction(10**60)
_TOKEN = re.compile(
    r"(?P<mark>[./()])|\{(?P<note>[!-z|~]*)\}"
    r"|(?P<symbol>10[*^]|(?:[A-Za-z%'_]|\[[^\[\]\s{}]+\])+)(?P<exponent>[+-]?[1-9]\d?)?"
    r"|(?P<number>[1-9]\d{0,9})(?![A-Za-z%\[])"
)
_TYPED = str.maketrans({"µ": "u", "μ": "u", "²": "2", "³": "3", "·": ".", "⋅": ".", "*": "."})
_LOOKS_REC20 = re.compile(r"[A-Z]\d\d?|\d+")
"""`K3` and `28` are Recommendation 20's way of writing; as UCUM they would be kelvin cubed and a bare number."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in terms of base units: `(value + offset) * factor` of `dimension`, as `(("kg", 1), ("m", -3))`."""

    factor: Fraction
    dimension: tuple[tuple[str, int], ...] = ()
    offset: Fraction = Fraction(0)

    def times(self, other: Unit, power: int = 1) -> Unit:
        """The product with a power of another unit. A scale's zero is lost: in W/(m2.Cel) a degree is a difference."""
        exponents = dict(self.dimension)
        for base, exponent in other.dimension:
            exponents[base] = exponents.get(base, 0) + exponent * power
        return Unit(self.factor * other.factor**power, tuple(sorted((b, e) for b, e in exponents.items() if e)))


_NUMBER_ONE = Unit(Fraction(1))


@lru_cache(_CACHED)
def unit(code: str) -> Unit:
    """What a code means; `UnitError` where it is unknown, with the codes that may have been meant."""
    found = _read(code)
    if found is None:
        raise UnitError(_refusal(code))
    return found


def check(code: str) -> str:
    """The code itself, where it is known; else `UnitError`. Cheap enough for every quantity that comes in."""
    unit(code)
    return code


def comparable(one: str, other: str) -> bool:
    """Whether values in these units can be compared and converted: `kg` and `LBR` can, `kg` and `L` can't."""
    return unit(one).dimension == unit(other).dimension


def convert(value: float, source: str, target: str) -> float:
    """The value in another unit; `UnitError` where the units are not comparable, or the number is too large there."""
    if source == target:
        return value
    have, want = unit(source), unit(target)
    if have.dimension != want.dimension:
        raise UnitError(f"can't convert {value} {source} to {target}: the units measure different things")
    try:
        return float((Fraction(value) + have.offset) * have.factor / want.factor - want.offset)
    except OverflowError:
        raise UnitError(f"can't convert {value} {source} to {target}: the number is too large there") from None


def same(value: float, code: str, other: float, other_code: str) -> bool:
    """Whether two quantities are the same amount, to a billionth: 1000 `g` and 1 `KGM` are.

    Of any two floats and codes; units that can't be compared, and codes that are unknown, measure different amounts.
    """
    if code == other_code:
        return value == other
    try:
        one, two = unit(code), unit(other_code)
    except UnitError:
        return False
    # In fractions throughout: a float that fits its own unit may not fit the other's.
    left = (Fraction(value) + one.offset) * one.factor
    right = (Fraction(other) + two.offset) * two.factor
    return one.dimension == two.dimension and abs(left - right) <= max(abs(left), abs(right)) / 10**9


def ucum(code: str) -> str:
    """The UCUM form of a code: `kg` for `KGM`. A UCUM code is its own; `UnitError` where the code is unknown."""
    return REC20.get(check(code), code)


def nearest(code: str) -> tuple[str, ...]:
    """Known codes that may have been meant, the likeliest first; at most three."""
    code = code[:MAX_CODE].strip()
    plain = code.translate(_TYPED)
    known = _by_case()
    found = [*(MEANT[text] for text in (code, plain) if text in MEANT), *known.get(plain.lower(), ())]
    mended = re.sub(r"[^./]+", lambda part: MEANT.get(part[0], part[0]), plain)
    if _read(mended):
        found.append(mended)
    if not found:
        for match in get_close_matches(plain.lower(), known, n=3, cutoff=0.6):
            found += known[match]
    return tuple(dict.fromkeys(found))[:3]


def _refusal(code: str) -> str:
    shown = repr(code if len(code) <= 40 else code[:39] + "…")
    near = " or ".join(nearest(code))
    meant = f"did you mean {near}? " if near else ""
    return (
        f"unit {shown} is neither a UCUM code nor a known UN/ECE Recommendation 20 code; {meant}"
        "UCUM is case-sensitive; a unit of the plant's own goes into braces, as {roll}"
    )


@lru_cache(1)
def _by_case() -> Mapping[str, tuple[str, ...]]:
    """Codes by lower-case names for them, for what is nearly right."""
    prefixed = (p + s for p in ("k", "c", "m", "u", "h", "M") for s in ("g", "m", "L", "s", "Pa", "bar", "W", "V", "A"))
    codes = ((code, code) for code in (*METRIC, *PLAIN, *prefixed, *REC20))
    grouped: dict[str, tuple[str, ...]] = {}
    for name, code in (*MEANT.items(), *codes):
        grouped[name.lower()] = (*grouped.get(name.lower(), ()), code)
    return grouped


def _read(code: str) -> Unit | None:
    if len(code) > MAX_CODE:
        return None
    if code in REC20:
        return _term(REC20[code])
    if code != "1" and _LOOKS_REC20.fullmatch(code):
        return None
    return _term(code)


def _term(text: str) -> Unit | None:
    tokens: list[re.Match[str]] = []
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        tokens.append(token)
        at = token.end()
    try:
        found = _Reader(tokens).whole()
    except _Unreadable:
        return None
    return found if _SMALLEST <= found.factor <= _LARGEST else None


class _Unreadable(Exception):
    """The text is no UCUM term."""


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Unit:
        found = self._term()
        if self._at < len(self._tokens):
            raise _Unreadable
        return found

    def _term(self) -> Unit:
        found = _NUMBER_ONE.times(self._component(), -1) if self._take("/") else self._component()
        while mark := self._take(".") or self._take("/"):
            found = found.times(self._component(), 1 if mark == "." else -1)
        return found

    def _component(self) -> Unit:
        if self._take("("):
            found = self._term()
            if not self._take(")"):
                raise _Unreadable
            return found
        if self._at >= len(self._tokens):
            raise _Unreadable
        token = self._tokens[self._at]
        self._at += 1
        if (note := token["note"]) is not None:
            return _NUMBER_ONE if note in ONE else Unit(Fraction(1), (("{" + note + "}", 1),))
        found = _amount(token)
        self._skip_note()
        return found

    def _take(self, mark: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at]["mark"] == mark:
            self._at += 1
            return mark
        return None

    def _skip_note(self) -> None:
        if self._at < len(self._tokens) and self._tokens[self._at]["note"] is not None:
            self._at += 1


def _amount(token: re.Match[str]) -> Unit:
    if token["number"]:
        return Unit(Fraction(int(token["number"])))
    symbol = token["symbol"]
    if symbol is None or (found := _symbol(symbol)) is None:
        raise _Unreadable
    exponent = int(token["exponent"] or 1)
    if exponent == 1:
        return found
    if abs(exponent) > 9 and not symbol.startswith("10"):
        raise _Unreadable
    return _NUMBER_ONE.times(found, exponent)


@lru_cache(_CACHED)
def _symbol(symbol: str) -> Unit | None:
    for table in (METRIC, PLAIN):
        if symbol in table:
            return _defined(symbol, *table[symbol])
    for length in (2, 1):
        power = PREFIXES.get(symbol[:length])
        if power is not None and symbol[length:] in METRIC:
            base = _symbol(symbol[length:])
            return base and Unit(base.factor * Fraction(10) ** power, base.dimension)
    return None


def _defined(symbol: str, factor: str, of: str) -> Unit:
    if of == symbol:
        return Unit(Fraction(1), ((symbol, 1),))
    base = _term(of)
    assert base is not None, f"{symbol} is defined by {of}, which is no unit"
    return Unit(Fraction(factor) * base.factor, base.dimension, Fraction(OFFSETS.get(symbol, "0")))
