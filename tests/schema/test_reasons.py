"""How reasons are worded: paths and values."""

from __future__ import annotations

import pytest
from hypothesis import given

from schema.errors import Reason, Refused
from schema.reasons import MAX_REASONS, MAX_SHOWN, Reasons, json_path, shown
from tests.schema import strategies


def test_a_path_leads_to_the_value() -> None:
    assert json_path(()) == "$"
    assert json_path((3, "quantity", "unit")) == "$[3].quantity.unit"
    assert json_path(("properties", "a b", "$replace")) == '$.properties["a b"].$replace'


@given(strategies.json_values())
def test_a_value_is_shown_in_short(value: object) -> None:
    assert len(shown(value)) <= MAX_SHOWN


def test_values_that_json_has_not_are_shown_too() -> None:
    assert (shown(float("nan")), shown(2**70), shown("x" * 500)[-1]) == ("nan", str(2**70), "…")


def test_reasons_have_an_end() -> None:
    reasons = Reasons()
    reasons.settle()
    for _ in range(MAX_REASONS):
        reasons.add(Reason("$", "", "x"))
    with pytest.raises(Refused) as refused:
        reasons.settle()
    assert len(refused.value.reasons) == MAX_REASONS
    with pytest.raises(Refused, match="there is more; mend these first"):
        reasons.add(Reason("$", "", "x"))
