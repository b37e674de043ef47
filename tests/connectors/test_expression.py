from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonata import Jsonata

from connectors.errors import ExpressionError
from connectors.expression import Expression

NAMES = ["a", "b", "Order No"]
scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)


def by_the_engine(text: str, record: dict[str, Any]) -> Any:
    return Jsonata(text).evaluate(record)


@given(
    record=st.dictionaries(st.sampled_from(NAMES), values, max_size=3),
    path=st.lists(st.sampled_from(["a", "b", "`Order No`"]), min_size=1, max_size=3),
)
def test_a_path_that_is_followed_here_gives_what_the_engine_gives(record: dict[str, Any], path: list[str]) -> None:
    text = ".".join(path)
    expression, expected = Expression(text), by_the_engine(text, record)
    assert expression.of(record, record) == expression.reader()(record, record) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a & '-' & b.c", "1-x"),
        ("lines[open].name", "Fill"),
        ("lines.name", ["Mix", "Fill"]),
        ("$record.a", 1),
        ("$sum(lines.seq)", 30),
        ("true", True),
        ("nothing.there", None),
        ("$number('96.84')", 96.84),
        ("a = 1 ? 'one' : 'other'", "one"),
    ],
)
def test_what_an_expression_gives(text: str, value: Any) -> None:
    lines = [{"seq": 10, "name": "Mix", "open": False}, {"seq": 20, "name": "Fill", "open": True}]
    record = {"a": 1, "b": {"c": "x"}, "lines": lines}
    assert Expression(text).of(record, record) == value


@pytest.mark.parametrize("text", ["$foo(", "a b", "", "a &", "x" * 5000, "'open"])
def test_what_is_no_expression_is_told_when_it_is_read(text: str) -> None:
    with pytest.raises(ExpressionError):
        Expression(text)


@pytest.mark.parametrize("text", ["$number('x')", "a.b + 'x'", "$nope(a)", "$sum('x')"])
def test_what_fails_on_a_record_is_told(text: str) -> None:
    with pytest.raises(ExpressionError):
        Expression(text).of({"a": {"b": 1}}, {})


def test_an_expression_without_end_is_ended() -> None:
    forever = Expression("($f := function($n) { $f($n + 1) + 1 }; $f(1))")
    with pytest.raises(ExpressionError):
        forever.of({}, {})


def test_a_record_is_not_changed_by_what_is_asked_of_it() -> None:
    record: dict[str, Any] = {"a": [1, 2], "b": {"c": [{"d": 1}]}}
    Expression("b.c.d ~> $sum").of(record, record)
    assert record == {"a": [1, 2], "b": {"c": [{"d": 1}]}}
