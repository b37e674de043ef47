"""Where the records of a document are: an expression in JSON, a path of elements in XML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import ExpressionError
from connectors.expression import Expression

_STEP = re.compile(r"(?:(?P<prefix>[\w.-]+):)?(?P<name>[\w.-]+|\*)")


def expression(records: str) -> Expression:
    """An expression; `ValueError` where it is none."""
    try:
        return Expression(records)
    except ExpressionError as error:
        raise ValueError(f"has `records` {records!r}, no expression: {error}; write it as data.items") from None


Step = tuple[str | None, str]
"""Namespace and name; no namespace is any, and * any name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which elements are records: those of any of some paths."""

    paths: Sequence[tuple[bool, Sequence[Step]]]
    """Each with whether it begins anywhere."""

    @classmethod
    def of(cls, text: str, namespaces: Mapping[str, str]) -> Wanted:
        """Reads paths, with | between them; `ValueError` where one is none."""
        paths = [path.strip() for path in text.split("|")]
        return cls([(path.startswith("//"), _steps(path, namespaces)) for path in paths])

    def meets(self, within: Sequence[str]) -> bool:
        """Whether an element is a record; its tag is the last, those of what it is in stand before."""
        return any(_meets(within, anywhere, steps) for anywhere, steps in self.paths)

    def begins(self, tag: str) -> bool:
        """Whether records may be in a document whose outermost element this is."""
        return any(not anywhere and _is(tag, *steps[0]) for anywhere, steps in self.paths)


def _steps(path: str, namespaces: Mapping[str, str]) -> Sequence[Step]:
    steps: list[Step] = []
    for step in path.removeprefix("/").removeprefix("/").split("/"):
        match = _STEP.fullmatch(step)
        if match is None:
            raise ValueError(f"has `records` {path!r}, which is no path; write it as Schedule/Order or //b:Order")
        prefix = match["prefix"]
        if prefix is not None and prefix not in namespaces:
            known = ", ".join(namespaces) or "no prefix"
            raise ValueError(f"has `records` with the prefix {prefix!r}; add it to `namespaces`, which has {known}")
        steps.append((None if prefix is None else namespaces[prefix], match["name"]))
    return steps


def _meets(within: Sequence[str], anywhere: bool, steps: Sequence[Step]) -> bool:
    if len(within) < len(steps) or (len(within) > len(steps) and not anywhere):
        return False
    last = within[len(within) - len(steps) :]
    return all(_is(tag, *step) for tag, step in zip(last, steps, strict=True))


def _is(tag: str, namespace: str | None, name: str) -> bool:
    return (name in ("*", local(tag))) and (namespace is None or tag.startswith(f"{{{namespace}}}"))


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]
