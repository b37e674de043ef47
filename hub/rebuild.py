"""The graph anew from the journal, beside the one in use, and what differs between the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graph.projection import project
from graph.store import GraphStore
from hub.journal.port import Journal
from schema.authority import Authority
from schema.registry import Model

Progress = Callable[[int, int], None]
"""Told (assertions done, assertions in all) after every batch."""

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """What a dump has at one place: `old` in the graph in use, `new` in the one made from the journal."""

    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


async def replay(
    journal: Journal, store: GraphStore, model: Model, authority: Authority, progress: Progress | None = None
) -> int:
    """Projects everything in the journal into a store; gives how many assertions. The store should be empty."""
    total = (await journal.status()).accepted
    done = 0
    async for entries in journal.read_assertions(batch=BATCH):
        async with store.write() as tx:
            await project(tx, model, authority, (e.accepted.assertion for e in entries))
        done += len(entries)
        if progress is not None:
            progress(done, max(total, done))
    return done


async def differences(old: GraphStore, new: GraphStore, limit: int = 20) -> list[Difference]:
    """The first differences between two graphs, none when they are equal. Reads both in step, keeping neither."""
    found: list[Difference] = []
    ours, theirs = aiter(old.dump()), aiter(new.dump())
    left, right = await anext(ours, None), await anext(theirs, None)
    while (left is not None or right is not None) and len(found) < limit:
        if left == right:
            left, right = await anext(ours, None), await anext(theirs, None)
        elif right is None or (left is not None and _place(left) < _place(right)):
            found.append(Difference(left, None))
            left = await anext(ours, None)
        elif left is None or _place(right) < _place(left):
            found.append(Difference(None, right))
            right = await anext(theirs, None)
        else:
            found.append(Difference(left, right))
            left, right = await anext(ours, None), await anext(theirs, None)
    return found


def _place(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Where an entry stands in the dump's order."""
    return tuple(entry["order"])
