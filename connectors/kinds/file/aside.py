"""What becomes of a file that was read, once all that it held has arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from connectors.kinds.file.done import Done
from connectors.kinds.file.folder import Entry, Folder
from connectors.kinds.file.rows import records
from connectors.kinds.file.settings import FileStream, Then
from connectors.records import FAULT

DONE, FAILED = "done", "failed"
REASONS = 100
"""So many reasons stand beside a faulty file."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Takes the files of one stream away."""

    folder: Folder
    stream: FileStream

    @property
    def takes(self) -> bool:
        """Whether files are taken away at all."""
        return self.stream.then is not Then.LEAVE

    def take(self, entry: Entry, done: Done) -> None:
        """Takes a file away that was read, with its marker; not where it was written anew meanwhile."""
        if self.folder.seen(entry.name) != entry:
            return
        faulty = done.faults(entry.name)
        if faulty:
            reasons = "".join(f"{reason}\n" for reason in self._reasons(entry))
            more = f"and {faulty - REASONS} more\n" if faulty > REASONS else ""
            self.folder.write(FAILED, f"{entry.name}.txt", reasons + more)
            self.folder.move(entry.name, FAILED)
        elif self.stream.then is Then.MOVE:
            self.folder.move(entry.name, DONE)
        else:
            self.folder.remove(entry.name)
        if self.stream.ready is not None:
            self.folder.remove(marker(self.stream.ready, entry.name))
        del done.files[entry.name]

    def _reasons(self, entry: Entry) -> Iterator[str]:
        with self.folder.here(entry) as path:
            if path is not None:
                found = records(path, entry, self.stream)
                yield from islice((str(record[FAULT]) for record in found if FAULT in record), REASONS)


def marker(ready: str, name: str) -> str:
    """The file that says that another is whole."""
    stem = name.removesuffix(".gz").rpartition(".")[0] or name
    return ready.replace("{name}", name).replace("{stem}", stem)
