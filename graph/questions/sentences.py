"""How one thing leads to another, in the words that the model has for its links."""

from __future__ import annotations

from collections.abc import Sequence

from graph.plan import Direction
from graph.thing import Key


def sentence(directions: Sequence[Direction], things: Sequence[Key]) -> str:
    """The way along these links, from the first of the things to the last; there is one more than links."""
    first, *rest = things
    parts = [f"{_said(direction)}: {_named(thing)}" for direction, thing in zip(directions, rest, strict=True)]
    return f"Of {_named(first)}, {'; of this, '.join(parts)}."


def _named(key: Key) -> str:
    return f"{key.kind} {key.id}"


def _said(direction: Direction) -> str:
    link = direction.link
    words = (link.inverse_description if direction.inverse else link.description).rstrip(".")
    return words[0].lower() + words[1:]
