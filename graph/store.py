"""The port to a graph store. One contract suite (`tests/contracts/graph_store.py`) holds every store to it.

Reading is by plan; writing is one transaction a batch, in which the projection reads the state of what it touches and
writes a `Delta`. A store renders, runs and translates; it decides nothing about the merge law.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from graph.plan import Plan, Row
from graph.thing import Delta, Key, Thing
from schema.assertion import RecordKey
from schema.merge import Record


class WriteTransaction(Protocol):
    """Reads and one write that happen together or not at all. The things read stay locked until the end."""

    async def resolve(
        self, identifiers: Collection[tuple[str, str]], *, claim: bool = True
    ) -> Mapping[tuple[str, str], str]:
        """The ids of the things that (kind, identifier) pairs name; absent where none does.

        Claimed identifiers, those that name nothing among them, are this transaction's until its end. One that is only
        referred to (`claim=False`) leads where it leads until then, and other transactions may refer to it too.
        """
        ...

    async def things(self, keys: Collection[Key]) -> Mapping[Key, Thing]:
        """The state of nodes, placeholders included; absent where there is none. `golden` is not read back."""
        ...

    async def referrers(self, keys: Collection[Key]) -> Mapping[Key, frozenset[Key]]:
        """The things that have an edge to each of these nodes."""
        ...

    async def withdrawn(self, keys: Collection[RecordKey]) -> Mapping[RecordKey, Record]:
        """The floors of withdrawn records among these."""
        ...

    async def write(self, delta: Delta) -> frozenset[Key]:
        """Writes a batch; gives the placeholders that went because nothing refers to them."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """What a store says of itself; `detail` names product, version and place, and never a secret."""

    ok: bool
    detail: str


class GraphStore(Protocol):
    """Where the knowledge graph is kept. Errors are `graph.errors.GraphError`s; no driver exception gets out."""

    async def migrate(self) -> tuple[str, ...]:
        """Makes tables, constraints and indexes fit the model; gives the statements run, none when all was there.

        Only ever adds: a kind or attribute that left the model keeps its data until `rebuild`.
        """
        ...

    @property
    def writers(self) -> int:
        """How many write transactions at once are worth having; more only wait for each other."""
        ...

    def write(self, reached: int = 0) -> AbstractAsyncContextManager[WriteTransaction]:
        """One write transaction: committed at the end of the block, rolled back if it raises.

        It notes that with it everything of the journal up to the sequence `reached` is in the graph; one that is less
        than what was noted changes nothing.
        """
        ...

    async def read(self, plan: Plan, parameters: Mapping[str, Any]) -> Row:
        """Runs a plan. See `graph.plan` for the shape of what comes back."""
        ...

    def dump(self, *, floors: bool = False) -> AsyncIterator[Mapping[str, Any]]:
        """Everything, in a fixed order, as JSON objects: equal graphs give equal dumps, whatever the store.

        `floors` adds those of withdrawn records, which no reader of the graph sees.
        """
        ...

    async def counts(self) -> Mapping[str, int]:
        """How many things there are of each kind, placeholders left out."""
        ...

    async def places(self, path: str | None) -> Mapping[str, Mapping[str, int]]:
        """How many things of each kind there are at each location at or below this one, everywhere for None.

        By location, then by kind: `{"acme/north": {"Equipment": 3}}`. Locations without a thing are left out.
        """
        ...

    async def clear(self) -> None:
        """Removes every node and edge, the origin, and tables that the model no longer has."""
        ...

    async def origin(self) -> str | None:
        """What was noted last of where the graph comes from; None in a graph that is new or was cleared."""
        ...

    async def set_origin(self, text: str) -> None:
        """Notes where the graph comes from. No dump shows it."""
        ...

    async def reached(self) -> int | None:
        """The greatest sequence that a committed transaction noted, 0 where none did.

        None from a store that takes several transactions at once: they end in any order, and it keeps no such note.
        """
        ...

    async def health(self) -> Health: ...

    async def close(self) -> None: ...
