"""Where a list begins to be read: at what an index finds, even where that is not a thing of the list.

    where definition is (id eq $p), status ne $q

    MATCH (n:`MaterialLot`) MATCH (n)-[l:`DEFINED_BY`]->(m:`MaterialDefinition`)
    WHERE l.`_golden` AND m.id = $p AND n.status <> $q WITH DISTINCT n

Neo4j answers an `EXISTS {}` for each thing of the list's kind in turn. Patterns that are matched together it walks from
the end that it reckons to be the narrower one. A thing that several ways lead to is in the list once: hence DISTINCT.

Only what must hold can lead to a list's things: a link's `is` or `some`, alone or among others that all must hold.
Things that meet `none`, `every` or `not` have no end to begin at, and one branch of an `or` does not lead to all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graph.cypher import arrow, quote, where_text
from graph.neo4j.ddl import THING, is_indexed
from graph.neo4j.rendering import Neo4jRenderer
from graph.plan import And, Compare, Condition, Linked, Operator, Or, Own, Quantifier
from schema.registry import Kind

_SAME = frozenset({Operator.EQ, Operator.IN})
_RANGES = frozenset({Operator.GT, Operator.GTE, Operator.LT, Operator.LTE, Operator.STARTS_WITH})

_ONE, _SOME, _ALL = range(3)
"""How many things an index leads to: one for each value given; a part of its kind; no index leads there."""


@dataclass(frozen=True, slots=True)
class Start:
    """How the things of a list are matched: the clauses, and what must hold."""

    clauses: str
    conditions: tuple[str, ...] = ()
    several: str | None = None
    """The variable of a thing, where it may be matched several times and is meant once."""

    def text(self, always: Iterable[str] = (), beyond: Iterable[str] = ()) -> str:
        """All of it, with conditions that come before and after."""
        once = f" WITH DISTINCT {self.several}" if self.several else ""
        return f"{self.clauses}{where_text([*always, *self.conditions, *beyond])}{once}"

    def count(self, always: Iterable[str] = ()) -> str:
        """The expression of how many there are."""
        once = f" RETURN DISTINCT {self.several}" if self.several else ""
        return f"COUNT {{ {self.clauses}{where_text([*always, *self.conditions])}{once} }}"


@dataclass
class _Walk:
    """The clauses and conditions of a way back, as they are found."""

    clauses: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)


def start(render: Neo4jRenderer, kind: Kind, where: Condition | None, node: str) -> Start:
    """How things of a kind are matched that meet a condition."""
    # Paths have one index over all things.
    things = f":{quote(THING)}" if _compares_path(where) else ""
    clause = f"MATCH ({node}:{quote(kind.name)}{things})"
    if where is None:
        return Start(clause)
    if _led(where) is None:
        return Start(clause, (render.condition(where, node),))
    walk = _Walk([clause])
    _walk(render, where, node, None, walk)
    return Start(" ".join(walk.clauses), tuple(walk.conditions), node)


def _walk(render: Neo4jRenderer, where: Condition, node: str, edge: str | None, walk: _Walk) -> None:
    """Renders what must hold of a node, and follows the link, if one is, that leads to where to begin."""
    led = _led(where)
    for condition in _conjuncts(where):
        if condition is not led:
            walk.conditions.append(render.condition(condition, node, edge))
            continue
        assert led is not None and led.condition is not None
        there, over = render.variable("m"), render.variable("l")
        walk.clauses.append(f"MATCH {arrow(led.direction, node, over, there)}")
        walk.conditions.append(f"{over}.`_golden`")
        if _compares_path(led.condition):
            walk.conditions.append(f"{there}:{quote(THING)}")
        _walk(render, led.condition, there, over, walk)


def _led(where: Condition) -> Linked | None:
    """The condition on a link whose other end is narrower than anything that is asked of the thing itself."""
    found = list(_conjuncts(where))
    own = min((_width(c) for c in found if not isinstance(c, Linked)), default=_ALL)
    links = [c for c in found if isinstance(c, Linked) and _width(c) < own]
    return min(links, key=_width, default=None)


def _width(condition: Condition) -> int:
    """How many things an index leads to where a condition must hold."""
    match condition:
        case Compare(Own.ID, operator, edge=False) if operator in _SAME:
            return _ONE
        case Compare(what, operator, part=None, edge=False) if is_indexed(what):
            return _SOME if operator in _SAME | _RANGES else _ALL
        case And(conditions):
            return min(map(_width, conditions), default=_ALL)
        case Linked(_, Quantifier.IS | Quantifier.SOME, inner) if inner is not None:
            return _width(inner)
        case _:
            return _ALL


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    """What must hold, all of it."""
    if isinstance(condition, And):
        for inner in condition.conditions:
            yield from _conjuncts(inner)
    else:
        yield condition


def _compares_path(condition: Condition | None) -> bool:
    match condition:
        case Compare(what):
            return what is Own.PATH
        case And(conditions) | Or(conditions):
            return any(_compares_path(inner) for inner in conditions)
        case _:
            return False
