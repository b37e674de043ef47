"""What is near a thing, and the shortest way to another, as one expression each: by levels, as `graph.neo4j.walk`.

A shortest way is sought from both ends, always on from the smaller level, until the levels meet. Then those things of
the levels are kept from which a shortest way leads on, and of these the first is taken, one after the other. The
server's own `shortestPath` gives any of several, so that two stores, or two versions, would not say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from graph.around import Found, Near, Shortest, first_edge, near, values
from graph.cypher import one_more, quote
from graph.neo4j.cypher import Decode, Given, Part, Projection
from graph.neo4j.rendering import returned
from graph.neo4j.stepping import kind_of
from graph.neo4j.walk import WalkRenderer, level_size
from graph.plan import Row
from graph.thing import Key
from schema.registry import Link

_NOTHING = "_Nothing"
"""A relationship that no edge has."""


class AroundRenderer(WalkRenderer):
    """Renders these roots too."""

    def near(self, root: Near) -> Part:
        begin, state, level, thing, next_ = (self.variable(letter) for letter in "asdxy")
        first, depth, most = self.bind(root.first, int), self.bind(root.depth, int), self.bind(root.first, level_size)
        edge = self.variable("e")
        front = (
            f"COLLECT {{ UNWIND {state}.front AS {thing} {_hop(thing, edge, next_, root.links)} "
            f"AND {_of_kinds(next_, root.kinds)} AND NOT {next_} IN {state}.seen "
            f"RETURN DISTINCT {next_} LIMIT {most} }}"
        )
        grown = f"{{front: f, seen: {state}.seen + f, sizes: {state}.sizes + size(f)}}"
        text = (
            f"head(COLLECT {{ {self.named(root.kind, root.identifier, begin)} "
            f"WITH reduce({state} = {{front: [{begin}], seen: [{begin}], sizes: [1]}}, {level} IN range(1, {depth}) | "
            f"CASE WHEN size({state}.front) = 0 OR size({state}.seen) > {first} THEN {state} "
            f"ELSE head([f IN [{front}] | {grown}]) END) AS {state} "
        )
        nodes, of_nodes = self.nodes(root.nodes, f"{state}.seen")
        # Out of each thing alone: what a thing states is few, and what states it may be very many.
        source, target, stated = (self.variable(letter) for letter in "xye")
        row = self._edge(source, stated, target, root.links)
        edges = (
            f"COLLECT {{ UNWIND {state}.seen AS {source} MATCH ({source})-{_types(stated, root.links)}->({target}) "
            f"WHERE {stated}.`_golden` AND {target} IN {state}.seen RETURN {row} }}"
        )
        decode = partial(_near, root, of_nodes)
        return Part(f"{text}{returned(f'[{state}.sizes, {nodes}, {edges}]', state)} }})", decode)

    def shortest(self, root: Shortest) -> Part:
        a, b, state, middle, way = (self.variable(letter) for letter in "abswt")
        searched = self._searched(root, a, b, state)
        nodes, of_nodes = self.nodes(root.nodes, way)
        place, edge, source, target = (self.variable(letter) for letter in "iexy")
        edges = (
            f"COLLECT {{ UNWIND range(0, size({way}) - 2) AS {place} "
            f"WITH {way}[{place}] AS {source}, {way}[{place} + 1] AS {target}, {place} "
            f"{_hop(source, edge, target, root.links)} "
            f"RETURN [{place}, {self._edge(f'startNode({edge})', edge, f'endNode({edge})', root.links)}] }}"
        )
        found = f"[{a} IS NOT NULL, {b} IS NOT NULL, {state}.over, {nodes}, {edges}]"
        text = (
            f"head(COLLECT {{ WITH {self._end(root.kind, root.identifier)} AS {a}, "
            f"{self._end(root.to_kind, root.to_identifier)} AS {b} "
            f"WITH {a}, {b}, {searched} AS {state} "
            f"WITH {a}, {b}, {state}, {self._middle(root, state)} AS {middle} "
            f"WITH {a}, {b}, {state}, {self._way(root, middle)} AS {way} "
            f"{returned(found, a, b, state, way)} }})"
        )
        return Part(text, partial(_shortest, root, of_nodes))

    def _end(self, kind: str, identifier: str) -> str:
        node = self.variable("n")
        return f"head(COLLECT {{ {self.named(kind, identifier, node)} RETURN {node} }})"

    def _searched(self, root: Shortest, a: str, b: str, state: str) -> str:
        """Levels from both ends until they meet: `{f: [level, …], b: [level, …], met: [thing, …], over}`."""
        depth, most = self.bind(root.depth, int), self.bind(root.most, int)
        step = self.variable("d")
        start = (
            f"{{f: [[{a}]], b: [[{b}]], fs: [{a}], bs: [{b}], "
            f"met: CASE WHEN {a} = {b} THEN [{a}] ELSE [] END, over: false}}"
        )
        done = f"size({state}.met) > 0 OR {state}.over OR size(last({state}.f)) = 0 OR size(last({state}.b)) = 0"
        over = f"size({state}.fs) + size({state}.bs) + size(n) > {most}"
        forward = (
            f"{{f: {state}.f + [n], b: {state}.b, fs: {state}.fs + n, bs: {state}.bs, "
            f"met: [m IN n WHERE m IN last({state}.b)], over: {over}}}"
        )
        backward = (
            f"{{f: {state}.f, b: {state}.b + [n], fs: {state}.fs, bs: {state}.bs + n, "
            f"met: [m IN n WHERE m IN last({state}.f)], over: {over}}}"
        )
        ends = f"[{a}, {b}]"
        return (
            f"CASE WHEN {a} IS NULL OR {b} IS NULL THEN null "
            f"ELSE reduce({state} = {start}, {step} IN range(1, {depth}) | CASE WHEN {done} THEN {state} "
            f"WHEN size(last({state}.f)) <= size(last({state}.b)) "
            f"THEN head([n IN [{self._level(root, f'last({state}.f)', f'{state}.fs', ends)}] | {forward}]) "
            f"ELSE head([n IN [{self._level(root, f'last({state}.b)', f'{state}.bs', ends)}] | {backward}]) END) END"
        )

    def _level(self, root: Shortest, front: str, seen: str, ends: str) -> str:
        """The things one link beyond a front that were not seen from its end."""
        thing, edge, next_ = (self.variable(letter) for letter in "xey")
        most = self.bind(root.most, one_more)
        through = f"({_of_kinds(next_, root.kinds)} OR {next_} IN {ends})"
        return (
            f"COLLECT {{ UNWIND {front} AS {thing} {_hop(thing, edge, next_, root.links)} "
            f"AND {through} AND NOT {next_} IN {seen} RETURN DISTINCT {next_} LIMIT {most} }}"
        )

    def _middle(self, root: Shortest, state: str) -> str:
        """For each place of the way the things that a shortest way may have there; none where they did not meet."""
        kept, place = self.variable("m"), self.variable("i")
        thing, edge, next_ = (self.variable(letter) for letter in "xey")
        before = (
            f"COLLECT {{ UNWIND {state}.f[size({state}.f) - {place}] AS {thing} "
            f"{_hop(thing, edge, next_, root.links)} AND {next_} IN {kept}[0] RETURN DISTINCT {thing} }}"
        )
        return (
            f"CASE WHEN {state} IS NULL OR {state}.over OR size({state}.met) = 0 THEN [] "
            f"ELSE reduce({kept} = [{state}.met], {place} IN range(2, size({state}.f)) | [{before}] + {kept}) "
            f"+ reverse({state}.b[0..size({state}.b) - 1]) END"
        )

    def _way(self, root: Shortest, middle: str) -> str:
        """The first of the shortest ways: of each place the first thing that the one before leads to."""
        way, place = self.variable("w"), self.variable("i")
        thing, edge, next_ = (self.variable(letter) for letter in "xey")
        names = (
            f"COLLECT {{ UNWIND [last({way})] AS {thing} {_hop(thing, edge, next_, root.links)} "
            f"AND {next_} IN {middle}[{place}] RETURN {self._name(next_)} }}"
        )
        # Nothing may be sorted or aggregated within a list's expression.
        least = f"reduce(k = '', t IN {names} | CASE WHEN k = '' OR t < k THEN t ELSE k END)"
        taken = f"head([k IN [{least}] | head([y IN {middle}[{place}] WHERE {self._name('y')} = k])])"
        return (
            f"CASE WHEN size({middle}) = 0 THEN [] "
            f"ELSE reduce({way} = {middle}[0], {place} IN range(1, size({middle}) - 1) | {way} + [{taken}]) END"
        )

    def _name(self, node: str) -> str:
        """A text by which things are in order of kind and id: no kind's name has a line's end in it."""
        return f"{kind_of(self, node)} + '\\n' + {node}.id"

    def _edge(self, source: str, edge: str, target: str, links: Sequence[Link]) -> str:
        """`[kind, id, relationship, kind, id, occurrence, {…}]`, with what is said of any of the links."""
        said = Projection(value for link in links for value in values(link)).text(edge)
        ends = [f"{kind_of(self, source)}, {source}.id", f"{kind_of(self, target)}, {target}.id"]
        return f"[{ends[0]}, type({edge}), {ends[1]}, {edge}.`_occurrence`, {said}]"


def _types(edge: str, links: Sequence[Link]) -> str:
    types = dict.fromkeys(link.relationship for link in links) or [_NOTHING]
    return f"[{edge}:{'|'.join(map(quote, types))}]"


def _hop(thing: str, edge: str, next_: str, links: Sequence[Link]) -> str:
    """Clauses that find what is one of the links from a thing, whichever way it goes; more conditions may follow."""
    return f"MATCH ({thing})-{_types(edge, links)}-({next_}) WHERE {edge}.`_golden`"


def _of_kinds(node: str, kinds: frozenset[str]) -> str:
    return f"{node}:{'|'.join(map(quote, sorted(kinds)))}" if kinds else "false"


def _found(links: Sequence[Link], raw: Sequence[Any]) -> Found:
    source_kind, source, relationship, target_kind, target, occurrence, said = raw
    ends = (source_kind, relationship, target_kind)
    link = next(link for link in links if (link.source, link.relationship, link.target) == ends)
    return link, source, target, occurrence, Projection(values(link)).row(said)


def _near(root: Near, of_nodes: Sequence[Decode], raw: Sequence[Any] | None, given: Given) -> Row | None:
    if raw is None:
        return None
    sizes, nodes, edges = raw
    levels = [depth for depth, size in enumerate(sizes) for _ in range(size)]
    depths: dict[Key, int] = {}
    things: dict[Key, Any] = {}
    for depth, (place, id_, node) in zip(levels, nodes, strict=True):
        key = Key(root.nodes[place].kind.name, id_)
        depths[key], things[key] = depth, of_nodes[place](node, given)
    return near(depths, int(given[root.first]), things, [_found(root.links, each) for each in edges])


def _shortest(root: Shortest, of_nodes: Sequence[Decode], raw: Sequence[Any], given: Given) -> Row:
    there, also, over, nodes, edges = raw
    found: Row = {"from": there, "to": also, "gaveUp": bool(over), "nodes": None, "edges": []}
    if not nodes:
        return found
    things = [
        {"kind": root.nodes[place].kind.name, "id": id_, "node": of_nodes[place](node, given)}
        for place, id_, node in nodes
    ]
    by_place: dict[int, list[Found]] = {}
    for place, each in edges:
        by_place.setdefault(place, []).append(_found(root.links, each))
    told: list[Mapping[str, Any]] = [
        first_edge(Key(thing["kind"], thing["id"]), by_place[place]) for place, thing in enumerate(things[:-1])
    ]
    return {**found, "nodes": things, "edges": told}
