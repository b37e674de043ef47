from __future__ import annotations

import pytest
from graphql import GraphQLError, parse_const_value

from hub.api.scalars import DATE, INT64, read_date, read_datetime


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-03-01T14:30:00Z", "2026-03-01T14:30:00Z"),
        ("2026-03-01T14:30:00.25+02:00", "2026-03-01T12:30:00.250000Z"),
        ("2026-03-01t14:30:00z", "2026-03-01T14:30:00Z"),
    ],
)
def test_times_are_kept_in_utc(given: str, kept: str) -> None:
    assert read_datetime(given) == kept


@pytest.mark.parametrize(
    "given", ["2026-03-01", "2026-03-01T14:30:00", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "", 5, None]
)
def test_a_time_without_an_offset_is_none(given: object) -> None:
    with pytest.raises(GraphQLError, match="is not an RFC 3339 time with an offset"):
        read_datetime(given)


def test_days() -> None:
    assert DATE.coerce_input_value("2026-03-01") == "2026-03-01"
    for given in ("2026-02-30", "20260301", "2026-W09-7", 5):
        with pytest.raises(GraphQLError, match="is not an ISO 8601 day"):
            read_date(given)


def test_whole_numbers_have_64_bits() -> None:
    assert INT64.coerce_input_value(-(2**63)) == -(2**63)
    assert INT64.coerce_input_literal(parse_const_value("9223372036854775807")) == 2**63 - 1
    for given in (2**63, 1.0, True, "1", None):
        with pytest.raises(GraphQLError, match="whole number"):
            INT64.coerce_input_value(given)
    for literal in ("9223372036854775808", "1.0", '"1"', "[1]"):
        with pytest.raises(GraphQLError, match="whole number"):
            INT64.coerce_input_literal(parse_const_value(literal))
