"""Numbered migrations of the journal's tables, one folder of SQL files a dialect.

    sqlite/0001_journal.sql        number, underscore, name; numbers run from 1 without gaps

A form of the journal runs each file that its database has not seen, in order, each in one transaction together with the
row that records it in `schema_version`. A file that was released is never edited: a change is a new file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from hub.errors import JournalError

_FILE = re.compile(r"(\d{4})_([a-z0-9-]+)\.sql")


@dataclass(frozen=True, slots=True, order=True)
class Migration:
    """One step from version `version - 1` to `version`."""

    version: int
    name: str
    sql: str

    def __str__(self) -> str:
        return f"{self.version:04}_{self.name}"


@cache
def load(dialect: str) -> tuple[Migration, ...]:
    """The migrations of a dialect (`sqlite`), in order."""
    files = resources.files(__name__) / dialect
    found = sorted(
        Migration(int(match[1]), match[2], file.read_text(encoding="utf-8"))
        for file in files.iterdir()
        if (match := _FILE.fullmatch(file.name))
    )
    return in_order(found)


def in_order(steps: Sequence[Migration]) -> tuple[Migration, ...]:
    """The same steps, where their numbers run from 1 without gaps; `ValueError` where they don't."""
    if [step.version for step in steps] != list(range(1, len(steps) + 1)):
        raise ValueError(f"the migrations are not numbered 1, 2, 3 …: {', '.join(map(str, steps))}")
    return tuple(steps)


def outstanding(steps: Sequence[Migration], version: int, journal: str) -> tuple[Migration, ...]:
    """The steps that a database of `version` (0: empty) still needs; `JournalError` where it is newer than all."""
    newest = len(steps)
    if version > newest:
        raise JournalError(
            f"can't open the journal {journal}: its tables are of version {version}, and this unshub knows versions up "
            f"to {newest}; nothing was changed. Install the newer unshub that wrote it, or restore an older backup"
        )
    return tuple(steps[version:])
