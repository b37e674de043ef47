"""Which unit codes are accepted, what they mean, and what is said of others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schema import units
from schema.errors import UnitError
from schema.model.base import Parameter, Quantity
from schema.unitcodes import MEANT, METRIC, PLAIN, REC20

ACCEPTED = """
    kg L l mL % 1 Cel [degF] kg/m3 /min min-1 mol/L J/(kg.K) 10*6/mL kW.h %{vol} {roll} {rev}/min bar{gauge} m/s2
    [in_i'H2O] mPa.s [pH] [ppm] dB mg/(m2.d)
    KGM LTR CEL C62 H87 4K 28 P1 L2
"""

CODES = sorted({*METRIC, *PLAIN, *REC20, *MEANT.values()})


@pytest.mark.parametrize("code", ACCEPTED.split())
def test_codes_of_either_list_are_accepted(code: str) -> None:
    assert units.check(code) == code


def test_every_listed_code_has_a_meaning() -> None:
    for code in CODES:
        units.unit(code)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        # values by hand, from the definitions of the units
        (2.0, "t", "kg", 2000.0),
        (1.0, "LBR", "g", 453.59237),
        (90.0, "min", "HUR", 1.5),
        (100.0, "Cel", "[degF]", 212.0),
        (-40.0, "FAH", "CEL", -40.0),
        (0.0, "Cel", "K", 273.15),
        (1.0, "bar", "kPa", 100.0),
        (14.503773773, "[psi]", "bar", 1.0),
        (3.6, "km/h", "m/s", 1.0),
        (1.0, "kW.h", "MJ", 3.6),
        (1.0, "[gal_us]", "L", 3.785411784),
        (1.0, "FTQ", "m3", 0.028316846592),
        (60.0, "L2", "m3/h", 3.6),
        (1.0, "g/cm3", "kg/m3", 1000.0),
        (5.0, "%", "[ppm]", 50000.0),
        (2.0, "DZN", "{piece}", 24.0),
        (180.0, "deg", "rad", 3.141592653589793),
        (1.0, "cP", "mPa.s", 1.0),
        (1.0, "mm[Hg]", "Pa", 133.322),
        (2.0, "W/(m2.Cel)", "W/(m2.K)", 2.0),
    ],
)
def test_values_convert(value: float, source: str, target: str, expected: float) -> None:
    assert units.comparable(source, target)
    assert units.convert(value, source, target) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("one", "other"),
    [("kg", "L"), ("mol", "{piece}"), ("{box}", "{piece}"), ("{rev}/min", "rad/s"), ("[iU]", "mg"), ("dB", "1")],
)
def test_what_measures_different_things_is_not_compared(one: str, other: str) -> None:
    assert not units.comparable(one, other)
    with pytest.raises(UnitError, match="measure different things"):
        units.convert(1.0, one, other)


@given(st.sampled_from(CODES), st.sampled_from(CODES), st.floats(-1e6, 1e6))
def test_converting_there_and_back_gives_the_value(one: str, other: str, value: float) -> None:
    if units.comparable(one, other):
        there = units.convert(value, one, other)
        scale = max(abs(value), abs(units.convert(1e3, other, one)))
        assert units.convert(there, other, one) == pytest.approx(value, rel=1e-9, abs=1e-9 * scale)


@given(st.text(max_size=80) | st.text("kgm3/.(){}[]10*-CelPa%", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        units.check(text)
    except UnitError as refusal:
        assert "UCUM" in str(refusal)


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("°C", "Cel"),
        ("Kg", "kg"),
        ("KG", "kg"),
        ("G", "g"),
        ("µm", "um"),
        ("m³/hr", "m3/h"),
        ("kwh", "kW.h"),
        ("psi", "[psi]"),
        ("pcs", "{piece}"),
        ("box", "{box}"),
        ("liters", "L"),
        ("mt", "Mt"),
        ("pH", "[pH]"),
    ],
)
def test_an_unknown_unit_is_answered_with_what_was_meant(code: str, meant: str) -> None:
    assert meant in units.nearest(code)
    with pytest.raises(UnitError) as refusal:
        units.check(code)
    assert meant in str(refusal.value)


@pytest.mark.parametrize("code", ["", " ", "kg ", "furlong", "K2", "44", "m0", "kg//m", "(kg", "kg)", "kg m", "{a b}"])
def test_what_is_no_unit_is_refused(code: str) -> None:
    with pytest.raises(UnitError, match="neither a UCUM code nor a known UN/ECE"):
        units.check(code)


@pytest.mark.parametrize("code", ["k" * 100_000, "(" * 64, "10*99.10*99", "/" * 64, "kg)" * 21, "{" * 64])
def test_a_hostile_code_is_answered_quickly_and_shortly(code: str) -> None:
    with pytest.raises(UnitError) as refusal:
        units.check(code)
    assert len(str(refusal.value)) < 400


def test_recommendation_20_comes_first_where_a_code_is_in_both_lists() -> None:
    assert units.ucum("GL") == "g/L"
    assert units.ucum("MC") == "ug"
    assert units.ucum("kg") == "kg"


def test_quantities_and_parameters_hold_known_units_only() -> None:
    assert Quantity.model_validate_json(b'{"value": 1, "unit": "KGM"}').unit == "KGM"
    assert Parameter.model_validate_json(b'{"id": "speed", "value": 3}').unit is None
    with pytest.raises(ValidationError, match="did you mean kg"):
        Quantity.model_validate_json(b'{"value": 1, "unit": "Kg"}')
    with pytest.raises(ValidationError, match="did you mean Cel"):
        Parameter.model_validate_json('{"id": "t", "value": 3, "unit": "°C"}')


@pytest.mark.parametrize(
    ("value", "code", "other", "other_code", "alike"),
    [
        (1000, "g", 1, "KGM", True),
        (0, "Cel", 273.15, "K", True),
        (1, "kg", 1, "L", False),
        (1, "kg", 2, "kg", False),
        (1, "no such unit", 1, "kg", False),
        (1.7976931348623157e308, "Cel", 1.0, "K", False),
        (1.7976931348623157e308, "km", 1.0, "mm", False),
    ],
)
def test_amounts_are_compared_across_units_whatever_their_size(
    value: float, code: str, other: float, other_code: str, alike: bool
) -> None:
    assert units.same(value, code, other, other_code) is alike
    assert units.same(other, other_code, value, code) is alike


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["Cel", "K", "[degF]", "kg", "g"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["Cel", "K", "[degF]", "kg", "g"]),
)
def test_comparing_amounts_never_fails(value: float, code: str, other: float, other_code: str) -> None:
    assert units.same(value, code, other, other_code) == units.same(other, other_code, value, code)
