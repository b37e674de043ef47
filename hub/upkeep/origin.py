"""Which journal a graph is made from, and how much of it the graph has seen, noted in the graph itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import orjson

from graph.store import GraphStore
from hub.journal.port import Journal

IDENTITY = "identity"
"""The checkpoint by which a journal is told from others. A copy or an older backup of it has the same."""

MOVED = "moved"
"""The checkpoint that is another one after each move, where assertions are numbered anew."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A journal's identity, and how many assertions it had accepted when this was noted."""

    journal: str
    accepted: int

    @classmethod
    async def of(cls, journal: Journal) -> Origin:
        """The journal as it is; one without an identity is given one."""
        found = await journal.checkpoint(IDENTITY)
        if found is None:
            found = uuid4().hex.encode()
            await journal.set_checkpoint(IDENTITY, found)
        return cls(found.decode(), (await journal.status()).accepted)

    @classmethod
    async def noted(cls, store: GraphStore) -> Origin | None:
        """What a graph says of itself; None where it is new or was cleared."""
        text = await store.origin()
        return None if text is None else cls(**orjson.loads(text))

    async def note(self, store: GraphStore) -> None:
        """Notes it in a graph."""
        await store.set_origin(orjson.dumps({"journal": self.journal, "accepted": self.accepted}).decode())
