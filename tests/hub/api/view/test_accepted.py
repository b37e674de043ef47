"""Which media type an `Accept` header asks for."""

from __future__ import annotations

import pytest

from hub.api.view.accepted import GRAPHQL_JSON, JSON, media, takes_gzip, wants_page


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        (" ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/json; charset=utf-8", JSON),
        ('application/json; charset="UTF-8"', JSON),
        ("application/json; charset=latin-1", None),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, application/json;q=0.9", GRAPHQL_JSON),
        (f"application/json, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.8, application/json", JSON),
        (f"{GRAPHQL_JSON};q=0.8, */*", JSON),
        (f"{GRAPHQL_JSON}, */*;q=0.1", GRAPHQL_JSON),
        ("application/json;q=0, */*", GRAPHQL_JSON),
        ("text/html, application/json;q=0.5", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
        ("text/event-stream", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("application/json;q=x", None),
        ("application/json;q=2", None),
        (";,;q=1,,", None),
        ("application/jsonp", None),
    ],
)
def test_the_media_type_is_the_one_wanted_most(accept: str, expected: str | None) -> None:
    assert media(accept) == expected


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP;q=0.5", True),
        ("br, gzip, deflate", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity", False),
    ],
)
def test_what_is_compressed_goes_to_those_who_take_it(accept_encoding: str, expected: bool) -> None:
    assert takes_gzip(accept_encoding) is expected


def test_browsers_are_told_apart() -> None:
    assert wants_page("text/html,application/xhtml+xml,*/*;q=0.8")
    assert not wants_page("*/*")
    assert not wants_page("text/html;q=0, application/json")
