"""What shapes are made of: see `hub.api.shapes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graph.plan import Row
from schema.model.base import Term

Shape = Callable[[Any], Any]
"""Makes of a value that was read what is answered."""

Member = tuple[str, str, Shape | None]
"""The response key, where the value is in the row, and its shape; None where it is answered as it is."""


class NotPlain(Exception):
    """Something that graphql-core has more to say of: a value of another type, or none where there must be one."""


def members(members: Sequence[Member], constants: Mapping[str, Any], *, sparse: bool = False) -> Shape:
    """An object of members; `sparse` where those that are not there are null."""

    if not sparse and not constants:
        return _picked(members)

    def made(row: Row) -> Row:
        found = {}
        for key, name, shape in members:
            if not name:
                found[key] = constants[key]
                continue
            value = row.get(name) if sparse else row[name]
            found[key] = value if shape is None else shape(value)
        return found

    return made


def _picked(members: Sequence[Member]) -> Shape:
    """An object of members that are all in the row: the usual one, and so made with as few steps as can be."""
    names = [(key, name) for key, name, _ in members]
    shaped = [(key, shape) for key, _, shape in members if shape is not None]
    if not shaped:
        return lambda row: {key: row[name] for key, name in names}

    def made(row: Row) -> Row:
        found = {key: row[name] for key, name in names}
        for key, shape in shaped:
            found[key] = shape(found[key])
        return found

    return made


def each(shape: Shape) -> Shape:
    """A list of what the shape makes."""
    return lambda found: [shape(each) for each in found]


def chain(first: Shape, second: Shape) -> Shape:
    """What the second makes of what the first makes."""
    return lambda found: second(first(found))


def or_null(shape: Shape) -> Shape:
    """Null of null."""
    return lambda found: None if found is None else shape(found)


def present(value: Any) -> Any:
    """A value that must not be null."""
    if value is None:
        raise NotPlain
    return value


def term(values: type[Term]) -> Shape:
    """Of a value of an enum: its name in GraphQL."""
    known: dict[str | None, str | None] = {None: None, **{member.value: member.name for member in values}}

    def shape(value: Any) -> Any:
        try:
            return known[value]
        except KeyError:
            raise NotPlain from None

    return shape
