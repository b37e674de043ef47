"""Which media type and which coding an answer has, by what the client says it takes.

`application/graphql-response+json` is for who names it; who takes anything, or says nothing, gets `application/json`,
as clients older than the specification expect.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"

MAX_ACCEPT = 1_000
"""Characters of an `Accept` header that are looked at; none is longer."""

_NAMED, _FAMILY, _ANY = 2, 1, 0


@lru_cache(maxsize=256)
def media(accept: str) -> str | None:
    """The media type for an `Accept` header, empty where there is none; None where neither will do."""
    if not accept.strip():
        return JSON
    ranges = list(_ranges(accept))
    graphql, named = _quality(GRAPHQL_JSON, ranges)
    plain, _ = _quality(JSON, ranges)
    if graphql > 0 and ((named and graphql >= plain) or plain <= 0):
        return GRAPHQL_JSON
    return JSON if plain > 0 else None


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client takes what is compressed, by its `Accept-Encoding` header."""
    found = {name.lower(): quality for name, _, quality in _ranges(accept_encoding)}
    return found.get("gzip", found.get("*", 0.0)) > 0


def wants_page(accept: str) -> bool:
    """Whether it is a browser that asks."""
    return any(name.lower() == "text/html" and quality > 0 for name, _, quality in _ranges(accept))


def _quality(media_type: str, ranges: list[tuple[str, str, float]]) -> tuple[float, bool]:
    """How much a client wants a media type, by the most specific range that covers it; and whether it names it."""
    best: tuple[int, float] = (-1, 0.0)
    for name, charset, quality in ranges:
        if charset not in ("", "utf-8", "utf8"):
            continue
        name = name.lower()
        specific = {media_type: _NAMED, "application/*": _FAMILY, "*/*": _ANY}.get(name, -1)
        if specific >= 0:
            best = max(best, (specific, quality))
    return best[1], best[0] == _NAMED


def _ranges(header: str) -> Iterator[tuple[str, str, float]]:
    """Each name in the header, with its charset and its quality."""
    for part in header[:MAX_ACCEPT].split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        charset, quality = "", 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                quality = _number(value)
            elif key.strip().lower() == "charset":
                charset = value.strip().strip('"').lower()
        if name:
            yield name, charset, quality


def _number(text: str) -> float:
    """A quality, 0 to 1; what is none asks for nothing."""
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if 0 <= found <= 1 else 0.0
