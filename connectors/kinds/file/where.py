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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which elements are records."""

    steps: Sequence[tuple[str | None, str]]
    """Namespace and name of each; no namespace is any, and * any name."""
    anywhere: bool

    @classmethod
    def of(cls, path: str, namespaces: Mapping[str, str]) -> Wanted:
        """Reads a path; `ValueError` where it is none."""
        anywhere = path.startswith("//")
        steps = []
        for step in path.removeprefix("/").removeprefix("/").split("/"):
            match = _STEP.fullmatch(step)
            if match is None:
                raise ValueError(f"has `records` {path!r}, which is no path; write it as Schedule/Order or //b:Order")
            prefix = match["prefix"]
            if prefix is not None and prefix not in namespaces:
                known = ", ".join(namespaces) or "no prefix"
                raise ValueError(
                    f"has `records` with the prefix {prefix!r}; add it to `namespaces` (known are {known})"
                )
            steps.append((None if prefix is None else namespaces[prefix], match["name"]))
        return cls(steps, anywhere)

    def meets(self, within: Sequence[str]) -> bool:
        """Whether an element is a record; its tag is the last, those of what it is in stand before."""
        if len(within) < len(self.steps) or (len(within) > len(self.steps) and not self.anywhere):
            return False
        last = within[len(within) - len(self.steps) :]
        return all(_is(tag, *step) for tag, step in zip(last, self.steps, strict=True))


def _is(tag: str, namespace: str | None, name: str) -> bool:
    return (name in ("*", local(tag))) and (namespace is None or tag.startswith(f"{{{namespace}}}"))


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]
