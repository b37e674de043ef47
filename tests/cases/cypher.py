"""Statements: laid out for people, searched for what a client gave, and taken apart to be explained."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import FloatValueNode, IntValueNode, StringValueNode, Visitor, parse, visit

from schema.model import MODEL
from tests.cases.case import Case

_TOKEN = re.compile(
    r"(?P<name>`[^`]*`|\$\w+)|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<word>[^\W\d]\w*)"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<space>\s+)|(?P<mark>.)",
    re.DOTALL,
)
_SUBQUERIES = ("COLLECT", "COUNT", "EXISTS")
_INDENT = "  "
_RETURN = re.compile(r" RETURN DISTINCT \w+\Z")

_OWN_NUMBERS = {0.0, 1.0, 2.0}
"""Numbers that statements have by themselves: `LIMIT 1`, `[0]`, `ELSE 2`."""

Token = tuple[str, str]


def laid_out(statement: str) -> str:
    """A statement with what is in each subquery on lines of its own; `same` takes the two for equal."""
    lines = [""]
    subqueries: list[bool] = []
    before = ""
    for sort, text in _tokens(statement):
        closing = text == "}" and sort == "mark" and subqueries.pop()
        if closing:
            lines.append(_INDENT * sum(subqueries))
        if sort == "space":
            lines[-1] += " " if lines[-1].strip() else ""
            continue
        lines[-1] += text
        if text == "{" and sort == "mark":
            subqueries.append(before in _SUBQUERIES)
            if subqueries[-1]:
                lines.append(_INDENT * sum(subqueries))
        before = text
    return "".join(f"{line.rstrip()}\n" for line in lines)


def same(statement: str, other: str) -> bool:
    """Whether two statements are equal but for white space between words."""
    return _words(statement) == _words(other)


def given(case: Case, statement: str) -> list[str]:
    """What stands in a statement of a client's values, where none may stand."""
    tokens = list(_tokens(statement))
    texts = [text[1:-1] for sort, text in tokens if sort == "text"]
    words = {text.strip("`") for sort, text in tokens if sort in ("name", "word")} - _names()
    numbers = {float(text) for sort, text in tokens if sort == "number"} - _OWN_NUMBERS
    named = _names()
    found = [v for v in _texts(case) if v not in named and (v in words or any(v in text for text in texts))]
    return found + [str(value) for value in _numbers(case) if value in numbers]


def anchors(statement: str) -> list[str]:
    """Where a statement begins to read: each outermost subquery, as a statement of its own.

    A server that explains the whole does not tell what it does within the expression that makes a thing.
    """
    tokens = list(_tokens(statement))
    found: list[str] = []
    start, depth, opener = 0, 0, ""
    before = ""
    for index, (sort, text) in enumerate(tokens):
        if text == "{" and sort == "mark":
            if depth == 0 and before in _SUBQUERIES:
                start, opener, depth = index + 1, before, 1
            elif depth:
                depth += 1
        elif text == "}" and sort == "mark" and depth:
            depth -= 1
            if not depth:
                body = "".join(part for _, part in tokens[start:index]).strip()
                whole = opener == "COLLECT" or _RETURN.search(body)
                found.append(body if whole else f"{body} RETURN count(*)")
        before = before if sort == "space" else text
    return found or [statement]


def operators(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a server means to do, each with what it works on."""
    yield plan["operatorType"].partition("@")[0], str(plan.get("args", {}).get("Details", ""))
    for child in plan.get("children", ()):
        yield from operators(child)


def _tokens(statement: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(statement):
        yield str(match.lastgroup), match[0]


def _words(statement: str) -> list[str]:
    return [text for sort, text in _tokens(statement) if sort != "space"]


def _names() -> frozenset[str]:
    """Names of the model, which a client may know and a statement may have."""
    of_kinds = {name for kind in MODEL for name in (*kind.attributes, *kind.links)}
    return frozenset(MODEL.kinds) | frozenset(MODEL.relationships) | of_kinds


class _Literals(Visitor):
    """Gathers the values that stand in a document."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        self.found.append(node.value)

    def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
        self.found.append(float(node.value))

    def enter_float_value(self, node: FloatValueNode, *_: Any) -> None:
        self.found.append(float(node.value))


def _values(case: Case) -> Iterable[Any]:
    literals = _Literals()
    visit(parse(case.document), literals)
    return [*literals.found, *_leaves(case.variables)]


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _texts(case: Case) -> list[str]:
    return [value for value in _values(case) if isinstance(value, str) and value]


def _numbers(case: Case) -> list[float]:
    return [float(v) for v in _values(case) if isinstance(v, int | float) and not isinstance(v, bool)]
