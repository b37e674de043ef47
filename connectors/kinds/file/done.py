"""Which files of a stream were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.kinds.file.folder import Entry
from connectors.records import FAULT, Record
from schema.json import Json

REMEMBERED = 1000
"""So many contents are known again, whatever they are called."""


class Reading(NamedTuple):
    """How far the file is that is being read: its content, its records that have arrived, and the faulty among them."""

    content: str
    records: int
    faults: int = 0

    def after(self, record: Record) -> Reading:
        """One record further."""
        return Reading(self.content, self.records + 1, self.faults + (FAULT in record))


@dataclass
class Done:
    """By name, with size, time of writing, content and the number of faults; and by content."""

    files: dict[str, Sequence[Json]] = field(default_factory=dict)
    contents: list[str] = field(default_factory=list)
    reading: Reading | None = None

    @classmethod
    def of(cls, position: Any) -> Done:
        """As a position has it."""
        if not isinstance(position, dict):
            return cls()
        reading = position.get("reading")
        return cls(dict(position["files"]), list(position["contents"]), Reading(*reading) if reading else None)

    def position(self) -> Json:
        """As it is kept."""
        files: dict[str, Json] = {name: [*known] for name, known in self.files.items()}
        return {
            "files": files,
            "contents": [*self.contents],
            "reading": None if self.reading is None else [*self.reading],
        }

    def stamped(self, entry: Entry) -> bool:
        """Whether a file was read that has not been written to since."""
        return list(self.files.get(entry.name, ())[:2]) == [entry.size, entry.modified]

    def told(self, name: str, content: str) -> bool:
        """Whether what a file holds was told, and nothing else under its name since."""
        known = self.files.get(name)
        return known[2] == content if known else content in self.contents

    def faults(self, name: str) -> int:
        """How many faults a file had."""
        known = self.files.get(name, ())
        return int(str(known[3])) if len(known) > 3 else 0

    def at(self, content: str) -> Reading:
        """Where to go on in a file."""
        return self.reading if self.reading is not None and self.reading.content == content else Reading(content, 0)

    def ended(self, entry: Entry, content: str, faults: int) -> None:
        """A file was read to its end. A faulty one is read anew where it is put again, with mended settings mostly."""
        self.files[entry.name] = [entry.size, entry.modified, content, faults]
        if not faults:
            self.contents = [*self.contents, content][-REMEMBERED:]
        self.reading = None
