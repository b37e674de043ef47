from __future__ import annotations

import pytest
from hypothesis import given

from graph.columns import (
    SEARCH_BYTES,
    ColumnType,
    attribute_columns,
    attribute_values,
    columns_of,
    compared_column,
    edge_columns,
    edge_values,
    folded,
    node_columns,
    node_values,
    placeholder_identifier,
    search_text,
    value_of,
)
from graph.plan import Own, Part
from graph.thing import Key, Thing
from schema.identifier import placeholder_id
from schema.json import Json
from schema.model import MODEL
from schema.registry import Attribute, Model
from tests.contracts.graph_store import gadget, part, values_of
from tests.contracts.graph_world import GADGET, PARTS, WORLD


@given(values=values_of(GADGET.attributes.values()))
def test_every_value_comes_back_from_its_columns(values: dict[str, Json]) -> None:
    row = attribute_values(GADGET.attributes.values(), values)
    for attribute in GADGET.attributes.values():
        columns = attribute_columns(attribute)
        found, row = row[: len(columns)], row[len(columns) :]
        assert value_of(attribute, found) == values.get(attribute.name)
    assert row == []


@pytest.mark.parametrize("model", [MODEL, WORLD])
def test_no_two_columns_of_a_table_have_one_name(model: Model) -> None:
    for kind in model:
        names = [column.name for column in node_columns(kind)]
        assert len(names) == len(set(names)) and names[0] == "id"
    for link in model.links:
        names = [column.name for column in edge_columns(link)]
        assert len(names) == len(set(names))


def test_nodes_and_edges_have_a_value_for_every_column() -> None:
    edge = part("G", "P", amount={"value": 1.5, "unit": "kg"})
    for thing in (gadget("G", edge, note="x"), Thing(Key("Gadget", "P"))):
        assert len(node_values(GADGET, thing)) == len(node_columns(GADGET))
    assert len(edge_values(PARTS.link, edge)) == len(edge_columns(PARTS.link))


def test_own_properties_have_one_column_each() -> None:
    assert {column.name for own in Own for column in columns_of(own)} <= {c.name for c in node_columns(GADGET)}
    assert columns_of(Own.RECORDS)[0].type is ColumnType.JSON


def test_a_quantity_is_compared_by_value_or_unit() -> None:
    amount: Attribute = GADGET.attributes["amount"]
    assert compared_column(amount, None) == compared_column(amount, Part.VALUE) == attribute_columns(amount)[0]
    assert compared_column(amount, Part.UNIT) == attribute_columns(amount)[1]


@pytest.mark.parametrize("identifier", ["id:LOT-1", "serial:4711", "gtin+lot:040,A%2C7"])
def test_a_placeholder_is_known_by_the_identifier_that_refers_to_it(identifier: str) -> None:
    assert placeholder_identifier(placeholder_id(identifier)) == identifier


def test_searched_texts_are_folded_and_set_apart() -> None:
    assert folded("  Große \n PUMPE ") == "grosse pumpe"
    assert search_text(["A b", None, "", "C"]) == "\na b\nc\n"


@pytest.mark.parametrize("letter", ["x", "ß", "ΐ", "𝔘"])
@pytest.mark.parametrize("start", ["", "a", "ab", "abc"])
def test_searched_texts_end_at_their_limit_with_a_whole_character(start: str, letter: str) -> None:
    """Folding makes some letters longer, so it comes first."""
    text = search_text([start + letter * SEARCH_BYTES])
    assert SEARCH_BYTES - 4 < len(text.encode()) <= SEARCH_BYTES
    assert f"\n{start}{folded(letter) * SEARCH_BYTES}".startswith(text)
