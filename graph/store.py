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


@dataclass(frozen=True, slots=True)
class Reached:
    """How far of a journal is in a graph, by the sequences that committed transactions noted; 0 where none did.

    `last` is the greatest one of an assertion that is in it, `whole` one up to which all are. They differ where several
    batches are written at once, which end in any order.
    """

    last: int = 0
    whole: int = 0


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

    def write(self, reached: int = 0, whole: int = 0) -> AbstractAsyncContextManager[WriteTransaction]:
        """One write transaction: committed at the end of the block, rolled back if it raises.

        It notes the greatest sequence of the journal that it brings, `reached`, and that everything up to `whole` was
        in the graph before; one that is less than what was noted changes nothing. A store that takes one transaction
        at a time brings them in order, so that with `reached` everything is there. One that takes several raises
        `StoreBehind` where no transaction that it has noted anything from `whole` on.
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

    async def reached(self) -> Reached:
        """How far of the journal is in the graph."""
        ...

    async def set_reached(self, reached: Reached) -> None:
        """Notes how far of the journal is in the graph, whatever was noted before."""
        ...

    async def health(self) -> Health: ...

    async def close(self) -> None: ...
