"""How a server means to run a statement: where it begins to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import neo4j

from graph.neo4j.ddl import COMMIT
from tests.cases import cypher

_LEAF = re.compile(r"\w*(Scan|Seek)\w*")
_WHOLE = ("NodeByLabelScan", "NodeIndexScan")
_LABEL = re.compile(r"\w+:`?(\w+)`?(?:\(`?(\w+)`?\))?")


@dataclass(frozen=True)
class Explained:
    """`begins` has what reads are begun with, as `NodeIndexSeek TestResult(verdict)`; `scans` the kinds read whole."""

    begins: tuple[str, ...]
    scans: frozenset[str]

    @classmethod
    def together(cls, found: Iterable[Explained]) -> Explained:
        all_ = list(found)
        begins = dict.fromkeys(begin for one in all_ for begin in one.begins)
        return cls(tuple(begins), frozenset(kind for one in all_ for kind in one.scans))

    def __str__(self) -> str:
        return ", ".join(self.begins)


def settle(driver: neo4j.Driver) -> None:
    """Has the server count what it holds, as one does by itself that has run for a while."""
    driver.execute_query("CALL db.prepareForReplanning(60)")


def explain(driver: neo4j.Driver, statement: str, parameters: Mapping[str, Any]) -> Explained:
    """Explains a whole statement, and the places where it begins to read; fails where the server can't parse it."""
    _plan(driver, statement, parameters)
    begins: list[str] = []
    scans: set[str] = set()
    for part in cypher.anchors(statement):
        for operator, details in cypher.operators(_plan(driver, part, parameters)):
            assert operator != "AllNodesScan", f"every node is looked at for {part}"
            named = _LABEL.search(details)
            if _LEAF.fullmatch(operator) and named is not None and named[1] != COMMIT:
                begins.append(f"{operator} {named[1]}" + (f"({named[2]})" if named[2] else ""))
                if operator in _WHOLE:
                    scans.add(named[1])
    return Explained(tuple(begins), frozenset(scans))


def _plan(driver: neo4j.Driver, statement: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    with driver.session() as session:
        plan = session.run(f"EXPLAIN {statement}", dict(parameters)).consume().plan
    assert plan is not None
    found: Mapping[str, Any] = plan
    return found
