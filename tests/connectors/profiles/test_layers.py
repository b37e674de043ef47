"""Documents laid over another: the laws, whatever the documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from connectors.faults import Faults, Location
from connectors.layers import Layered, over, put, whole
from hub.settings.file import SettingsFile, parse

NAMES = st.sampled_from(["a", "b", "kind", "enum", "map"])
VALUES = st.recursive(
    st.integers(0, 3) | st.sampled_from(["x", "y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=4)


def document(values: dict[str, Any], name: str) -> Layered[SettingsFile]:
    return whole(parse(yaml.safe_dump(values), Path(name)))


def laid(above: Layered[SettingsFile], below: Layered[SettingsFile]) -> tuple[Layered[SettingsFile], Faults]:
    faults = Faults()
    return over(above, below, faults), faults


def leaves(value: Any, at: Location = ()) -> Iterator[tuple[Location, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, (dict, list)):
        yield at, value
    for name, each in items:
        yield from leaves(each, (*at, name))


def said(layered: Layered[SettingsFile], at: Location) -> Any:
    """What the document says at the place that a location is said to come from."""
    file, place = layered.origin(at)
    found: Any = file.values
    for part in place:
        found = found[part]
    return found


@given(DOCUMENTS, DOCUMENTS)
def test_each_value_leads_to_the_place_that_says_it(above: dict[str, Any], below: dict[str, Any]) -> None:
    result, _ = laid(document(above, "above.yaml"), document(below, "below.yaml"))
    for at, value in leaves(result.values):
        assert said(result, at) == value


@given(DOCUMENTS)
def test_nothing_over_a_document_is_the_document(below: dict[str, Any]) -> None:
    result, faults = laid(document({}, "above.yaml"), document(below, "below.yaml"))
    assert (result.values, faults.found) == (below, [])


@given(DOCUMENTS)
def test_a_document_over_itself_is_itself(one: dict[str, Any]) -> None:
    result, faults = laid(document(one, "above.yaml"), document(one, "below.yaml"))
    assert (result.values, faults.found) == (one, [])


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_each_value_of_three_layers_leads_to_its_place(
    above: dict[str, Any], middle: dict[str, Any], below: dict[str, Any]
) -> None:
    two, _ = laid(document(middle, "middle.yaml"), document(below, "below.yaml"))
    result, _ = laid(document(above, "above.yaml"), two)
    for at, value in leaves(result.values):
        assert said(result, at) == value


def test_a_list_is_added_to() -> None:
    above = document({"fields": {"+": ["c"]}}, "above.yaml")
    result, faults = laid(above, document({"fields": ["a", "b"]}, "below.yaml"))
    assert (result.values, faults.found) == ({"fields": ["a", "b", "c"]}, [])
    assert [result.origin(("fields", index))[0].path.name for index in range(3)] == ["below.yaml"] * 2 + ["above.yaml"]


def test_assertions_are_changed_by_their_kind() -> None:
    below = {"map": [{"kind": "A", "id": "x"}, {"kind": "B", "id": "y"}, {"kind": "A", "id": "z"}]}
    above = {"map": {"A 2": {"id": "w"}, "B": None, "+": [{"kind": "C", "id": "v"}]}}
    result, _ = laid(document(above, "above.yaml"), document(below, "below.yaml"))
    assert result.values["map"] == [{"kind": "A", "id": "x"}, {"kind": "A", "id": "w"}, {"kind": "C", "id": "v"}]


def test_a_null_leaves_out_but_for_a_meaning() -> None:
    below = {"enum": {"a": 1, "b": 2}, "other": {"a": 1, "b": 2}}
    result, _ = laid(document({"enum": {"a": None}, "other": {"a": None}}, "above.yaml"), document(below, "below.yaml"))
    assert result.values == {"enum": {"a": None, "b": 2}, "other": {"b": 2}}


def test_a_value_that_is_put_leads_to_where_it_was() -> None:
    source = document({"parameters": {"units": {"KG": "kg"}}}, "own.yaml")
    target = document({"unit": {"enum": "${units}"}}, "profile.yaml")
    result = put(target, ("unit", "enum"), {"KG": "kg"}, source, ("parameters", "units"))
    assert result.values == {"unit": {"enum": {"KG": "kg"}}}
    assert result.origin(("unit", "enum", "KG"))[1] == ("parameters", "units", "KG")
    assert result.origin(("unit",))[0].path.name == "profile.yaml"


def test_what_stands_beside_a_merge_key_goes_over_it() -> None:
    text = (
        "one: &one {a: 1, b: 2}\ntwo: &two {<<: *one, b: 3}\nthree: {<<: *two, c: 4}\nfour: {<<: [*two, *one], a: 5}\n"
    )
    file = parse(text, Path("merged.yaml"))
    assert file.faults == ()
    assert file.values["two"] == {"a": 1, "b": 3}
    assert file.values["three"] == {"a": 1, "b": 3, "c": 4}
    assert file.values["four"] == {"a": 5, "b": 3}
    assert parse("a: {b: 1, b: 2}").faults != ()
