"""Identifiers as text."""

from __future__ import annotations

import pytest
from hypothesis import given

from schema.identifier import identifiers, of_id, of_reference, placeholder_id
from tests.schema import strategies
from tests.schema.strategies import SMALL_MODEL

ITEM = SMALL_MODEL.kind("Item")
LOT = SMALL_MODEL.kind("Lot")


def test_singles_stand_alone_and_composites_only_together() -> None:
    assert identifiers(LOT, {"serial": "7", "gtin": "04"}) == {"serial:7"}
    assert identifiers(LOT, {"serial": "7", "gtin": "04", "lot": "A"}) == {"serial:7", "gtin+lot:04,A"}


@given(strategies.ids(), strategies.ids(), strategies.ids(), strategies.ids())
def test_composites_of_different_values_differ(a: str, b: str, c: str, d: str) -> None:
    one, other = identifiers(LOT, {"gtin": a, "lot": b}), identifiers(LOT, {"gtin": c, "lot": d})
    assert (one == other) == ((a, b) == (c, d))


@given(strategies.ids(), strategies.ids())
def test_a_reference_uses_an_identifier_that_its_target_has(gtin: str, lot: str) -> None:
    assert of_reference(LOT, {"gtin": gtin, "lot": lot}) in identifiers(LOT, {"gtin": gtin, "lot": lot, "serial": "7"})
    assert of_reference(LOT, {"id": gtin}) == of_id(gtin)
    assert of_reference(ITEM, {"serial": gtin}) == f"serial:{gtin}"


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ({}, "by nothing; name it by id, by gtin\\+lot, or by one other"),
        ({"gtin": "04"}, r"\['gtin'\]"),
        ({"serial": "7", "mes": "8"}, "by one other identifier"),
        ({"gtin": "04", "lot": "A", "serial": "7"}, "by one other identifier"),
        ({"id": "A", "serial": "7"}, "give one of them"),
    ],
)
def test_a_reference_names_its_target_in_one_way(reference: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        of_reference(LOT, reference)


@given(strategies.ids())
def test_a_placeholder_of_an_id_has_that_id(value: str) -> None:
    assert placeholder_id(of_id(value)) == value
    assert placeholder_id(f"serial:{value}") == f"~serial:{value}"
