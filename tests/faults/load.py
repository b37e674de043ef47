"""A busy plant as a sequence of messages, each with its own event time and id: created, linked, changed, moved, joined
under a common identifier, parted again, withdrawn. And what must be so when all of them have arrived.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from graph.projection import project
from hub.announcing import golden
from hub.journal.open import open_journal
from schema.authority import EQUAL
from schema.model import MODEL
from tests.graph.memory import MemoryGraph
from tests.system.sender import Message

PREFIX = "uns/v1"
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def message(number: int) -> Message:
    """The message of that number. Ten of them tell one story, of lots whose numbers share all digits but the last."""
    story, step = divmod(number, 10)
    lot, line = f"LOT-{story}", f"acme/north/line-{story % 4}"
    match step:
        case 0:
            said: Any = {"name": f"Lot {story}", "status": "IN_PROCESS", "definition": f"MAT-{story % 7}"}
            return _said(number, line, "mes", "material-lot", lot, said)
        case 1:
            used = {"assembledFrom": [{"id": f"LOT-{story - 1}", "quantity": {"value": number, "unit": "kg"}}]}
            return _said(number, line, "mes", "material-lot", lot, used)
        case 2:
            return _said(number, "acme/lab", "lims", "sample", f"S-{story}", {"lot": {"serial": f"SN-{story}"}})
        case 3:
            # Another system's lot, under an id that comes first, and not yet known to be the same one.
            said = {"status": "RELEASED", "identifiers": {"serial": f"SN-{story}"}}
            return _said(number, "acme/store", "erp", "material-lot", f"ERP-{story}", said)
        case 4:
            return _said(number, line, "mes", "material-lot", lot, {"identifiers": {"serial": f"SN-{story}"}})
        case 5:
            return _said(number, "acme/store", "erp", "material-lot", f"GONE-{story}", {"name": "A mistake"})
        case 6:
            return _said(number, "acme/store", "erp", "material-lot", f"GONE-{story}", None)
        case 7:
            # Moves to another line, and the lot with it where it is not joined with the one of the store.
            moved = {"status": "RELEASED", "properties": {"step": number}}
            return _said(number, "acme/south/yard", "mes", "material-lot", lot, moved)
        case 8 if story % 3 == 0:
            return _said(number, "acme/store", "erp", "material-lot", f"ERP-{story}", {"identifiers": {"serial": None}})
        case _:
            body = {"description": f"of {number}", "baseUnit": "kg"}
            return _said(number, "acme", "plm", "material-definition", f"MAT-{story % 7}", body)


def _said(number: int, place: str, system: str, kind: str, id_: str, data: Any) -> Message:
    envelope = {
        "specversion": "1.0",
        "id": f"message-{number}",
        "source": system,
        "type": "load",
        "time": (BEGIN + timedelta(seconds=number)).isoformat(),
    }
    body = envelope if data is None else envelope | {"data": data}
    return f"{PREFIX}/{place}/_source/{system}/{kind}/{id_}", json.dumps(body).encode()


class Kept:
    """What a journal holds, and what the graph and the broker must show because of it."""

    def __init__(self, messages: list[str], rows: int, graph: MemoryGraph) -> None:
        self.messages = messages
        """The id of each message kept, as often as it is kept."""
        self.rows = rows
        self._graph = graph

    @classmethod
    async def of(cls, data: Path) -> Kept:
        """Reads the journal of a hub that is stopped."""
        messages: list[str] = []
        graph = MemoryGraph()
        journal = await open_journal(f"sqlite:///{data / 'journal.db'}")
        try:
            async for entries in journal.read_assertions():
                said = [entry.accepted.assertion for entry in entries]
                messages += [assertion.stamp.message for assertion in said]
                await project(graph, MODEL, EQUAL, said)
            return cls(messages, (await journal.status()).accepted, graph)
        finally:
            await journal.close()

    def things(self, kind: str) -> dict[str, tuple[str | None, frozenset[str]]]:
        """The name and the systems of each thing that some system describes, by id."""
        found = {}
        for key, thing in self._graph.nodes.items():
            if key.kind == kind and thing.golden is not None and not thing.placeholder:
                said = thing.golden.values.get("name")
                systems = frozenset(record.key.system for record in thing.records)
                found[key.id] = (None if said is None else str(said.value), systems)
        return found

    def golden(self) -> dict[str, Any]:
        """The golden records that must be on the broker, by topic."""
        found = {}
        for thing in self._graph.nodes.values():
            if (topic := golden.topic_of(MODEL, PREFIX, thing)) is not None:
                found[topic] = orjson.loads(golden.message(MODEL, topic, thing).payload)
        return found


def number_of(message: str) -> int:
    """The number of a message from its id in the journal."""
    return int(message.rpartition("-")[2])
