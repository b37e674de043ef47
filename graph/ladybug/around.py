"""What is near a thing, and the shortest way to another, on Ladybug: level by level, as walks.

level       1 statement for each link that leads on from a kind in it
edges       1 statement for each link, or of a way for each link between two things that follow each other
at the end  1 statement for each kind, and those of what hangs below its things
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

from graph.around import Found, Near, Shortest, first_edge, near, values, ways
from graph.ladybug.read import Fields, following
from graph.ladybug.walk import WalkReader
from graph.plan import Direction, Lookup, Own, Row, Select, Value
from graph.rows import by_kind
from graph.thing import Key
from graph.walks import LEVEL
from schema.registry import Link

_ID = Value("id", Own.ID)


class AroundReader(WalkReader):
    """Reads these roots too."""

    def near(self, root: Near) -> Row | None:
        begin = self._key(root.nodes, root.kind, root.identifier)
        if begin is None:
            return None
        first, depth = int(self._parameters[root.first]), int(self._parameters[root.depth])
        depths, front, level = {begin: 0}, [begin], 0
        while front and level < depth and len(depths) <= first:
            level += 1
            beyond = {end for ends in self._beyond(root.links, front).values() for end in ends}
            front = sorted(key for key in beyond if key not in depths and key.kind in root.kinds)
            front = front[: max(2 * first, LEVEL)]
            depths.update(dict.fromkeys(front, level))
        edges = self._edges(root.links, depths)
        return near(depths, first, self._things(root.nodes, depths), edges)

    def shortest(self, root: Shortest) -> Row:
        begin = self._key(root.nodes, root.kind, root.identifier)
        end = self._key(root.nodes, root.to_kind, root.to_identifier)
        found: Row = {"from": begin is not None, "to": end is not None, "gaveUp": False, "nodes": None, "edges": []}
        if begin is None or end is None:
            return found
        search = _Search(self, root, begin, end, int(self._parameters[root.most]))
        way = search.way(int(self._parameters[root.depth]))
        if way is None:
            return {**found, "gaveUp": search.over}
        things = self._things(root.nodes, way)
        return {
            **found,
            "nodes": [{"kind": key.kind, "id": key.id, "node": things[key]} for key in way],
            "edges": [first_edge(a, self._joining(root.links, a, b)) for a, b in pairwise(way)],
        }

    def _key(self, nodes: Sequence[Select], kind: str, identifier: str) -> Key | None:
        select = next(select for select in nodes if select.kind.name == kind)
        found = self._lookup(Lookup("", identifier, Select(select.kind, (_ID,))))
        return None if found is None else Key(kind, found[_ID.key])

    def _beyond(self, links: Sequence[Link], front: Iterable[Key]) -> dict[Key, set[Key]]:
        """Which things there are one link beyond each thing of a front."""
        found: dict[Key, set[Key]] = {}
        for kind, ids in by_kind(front).items():
            for direction in ways(links, kind):
                text = f"{following(direction, [])} RETURN DISTINCT k, n.id"
                for begin, end in self._run(text, {"keys": sorted(ids)}):
                    found.setdefault(Key(kind, begin), set()).add(Key(direction.target, end))
        return found

    def _edges(self, links: Sequence[Link], keys: Collection[Key]) -> list[Found]:
        """Every edge between two of these things."""
        ids = by_kind(keys)
        return [
            found
            for link in links
            if link.source in ids and link.target in ids
            for found in self._stated(link, ids[link.source])
            if Key(link.target, found[2]) in keys
        ]

    def _joining(self, links: Sequence[Link], one: Key, other: Key) -> list[Found]:
        """The edges between two things, whichever states them."""
        return [
            found
            for source, target in {(one, other), (other, one)}
            for link in links
            if (link.source, link.target) == (source.kind, target.kind)
            for found in self._stated(link, [source.id])
            if found[2] == target.id
        ]

    def _stated(self, link: Link, ids: Iterable[str]) -> list[Found]:
        """The edges that things state."""
        fields = Fields.of(values(link), "e")
        wanted = ", ".join(["k", "n.id", "e.`_occurrence`", *fields.expressions])
        rows = self._run(f"{following(Direction(link), [])} RETURN {wanted}", {"keys": sorted(ids)})
        return [(link, source, target, occurrence, fields.row(raw)) for source, target, occurrence, *raw in rows]

    def _things(self, selects: Sequence[Select], keys: Iterable[Key]) -> dict[Key, Any]:
        ids = by_kind(keys)
        wanted = [select for select in selects if select.kind.name in ids]
        return {
            Key(select.kind.name, id_): row
            for select in wanted
            for id_, row in self._with_ids(select, sorted(set(ids[select.kind.name]))).items()
        }


class _Search:
    """Seeks a shortest way from both ends, always on from the smaller level."""

    def __init__(self, reader: AroundReader, root: Shortest, begin: Key, end: Key, most: int) -> None:
        self._reader = reader
        self._root = root
        self._ends = {begin, end}
        self._most = most
        self._levels = ([[begin]], [[end]])
        self._before: tuple[dict[Key, set[Key]], dict[Key, set[Key]]] = ({}, {})
        """From each end, the things of the level before that lead to a thing."""
        self.over = False

    def way(self, depth: int) -> list[Key] | None:
        """The first of the shortest ways of at most so many links; None where there is none, or it gave up."""
        forward, backward = self._levels
        met = self._ends if len(self._ends) == 1 else set()
        for _ in range(depth):
            if met or not forward[-1] or not backward[-1]:
                break
            side = 0 if len(forward[-1]) <= len(backward[-1]) else 1
            self._grow(side)
            if self.over:
                return None
            met = set(forward[-1]) & set(backward[-1])
        return self._first(met) if met else None

    def _grow(self, side: int) -> None:
        levels, before = self._levels[side], self._before[side]
        seen = {key for level in levels for key in level}
        found: dict[Key, set[Key]] = {}
        for begin, ends in self._reader._beyond(self._root.links, levels[-1]).items():
            for end in ends:
                if end not in seen and (end.kind in self._root.kinds or end in self._ends):
                    found.setdefault(end, set()).add(begin)
        before.update(found)
        levels.append(sorted(found))
        self.over = sum(len(level) for both in self._levels for level in both) > self._most

    def _first(self, met: set[Key]) -> list[Key]:
        kept = [met]
        for _ in self._levels[0][1:]:
            kept.insert(0, {before for key in kept[0] for before in self._before[0][key]})
        way = sorted(kept[0])[:1]
        for place in kept[1:]:
            way.append(min(key for key in place if way[-1] in self._before[0][key]))
        while way[-1] not in self._levels[1][0]:
            way.append(min(self._before[1][way[-1]]))
        return way
