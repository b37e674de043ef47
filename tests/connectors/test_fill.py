"""Placeholders in what is sent: filled, or left out with what means nothing without them."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.kinds.rest.fill import filled

VALUES: dict[str, Any] = {"since": None, "offset": 0, "size": 100, "cursor": None}

LEFT_OUT = [
    pytest.param({"since": "{since}", "limit": "{size}"}, {"limit": 100}, id="a member"),
    pytest.param({"query": {"after": "{cursor}", "limit": 5}}, {"query": {"limit": 5}}, id="a member of a member"),
    pytest.param([["changed", ">=", "{since}"], ["site", "=", 1]], [["site", "=", 1]], id="a condition"),
    pytest.param([[["changed", ">=", "{since}"]], "{offset}"], [[], 0], id="the only condition, and not its list"),
    pytest.param(["|", ["a", ">", "{since}"], "{since}"], ["|"], id="an item"),
    pytest.param(
        {"filterFields": [{"field": "updatedAt", "value": "{since}"}, {"field": "site", "value": "{size}"}]},
        {"filterFields": [{"field": "site", "value": 100}]},
        id="a condition written as an object",
    ),
    pytest.param([{"and": [["a", ">", "{since}"], ["b", "=", 1]]}], [{"and": [["b", "=", 1]]}], id="a list within"),
    pytest.param([{"field": {"at": {"from": "{since}"}}}], [], id="deep in a condition"),
]


@pytest.mark.parametrize(("template", "expected"), LEFT_OUT)
def test_what_has_no_value_is_left_out_with_what_it_belongs_to(template: Any, expected: Any) -> None:
    assert filled(template, VALUES) == expected


def test_a_placeholder_alone_is_its_value_and_others_stay() -> None:
    assert filled({"a": "{size}", "b": "from {offset}", "c": "{colour}"}, VALUES) == {
        "a": 100,
        "b": "from 0",
        "c": "{colour}",
    }
