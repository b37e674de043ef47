"""A journal read out and written whole, row by row: the door for moving one into another form.

Rows are as `hub.journal.rows` has them, the same whatever keeps them, so that nothing is read and said anew on the way.
Assertions come in the order in which they were accepted and are numbered anew from 1; dead letters keep their numbers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Protocol

from hub.journal.rows import ASSERTION_ROW, DEAD_LETTER, EVENT_ROW, TAG_ROW, Row

BATCH = 5000


class Table(StrEnum):
    """What a journal is made of."""

    ASSERTIONS = "assertions"
    EVENTS = "events"
    TAGS = "newest tag values"
    DEAD_LETTERS = "dead letters"
    CHECKPOINTS = "checkpoints"


FAILED = "failed"
"""The last column of assertions: 1 for one that could not be applied, and is in the history alone."""

COLUMNS = {
    Table.ASSERTIONS: (*ASSERTION_ROW.split(", "), FAILED),
    Table.EVENTS: tuple(EVENT_ROW.split(", ")),
    Table.TAGS: tuple(TAG_ROW.split(", ")),
    Table.DEAD_LETTERS: tuple(DEAD_LETTER.split(", ")),
    Table.CHECKPOINTS: ("name", "value"),
}
"""The columns of each table's rows."""

ORDERED = frozenset({Table.ASSERTIONS, Table.TAGS, Table.DEAD_LETTERS, Table.CHECKPOINTS})
"""Those that every form gives in one order. Events come in an order of the form's own, always the same."""

NAMES = {
    Table.ASSERTIONS: "assertion",
    Table.EVENTS: "event",
    Table.TAGS: "tag",
    Table.DEAD_LETTERS: "dead_letter",
    Table.CHECKPOINTS: "checkpoint",
}
"""What the tables are called in both forms."""


class Copies(Protocol):
    """Reads and writes a journal that no hub is using. Errors are `JournalError`s."""

    async def count(self, table: Table) -> int:
        """How many rows there are."""
        ...

    def read(self, table: Table, skip: int = 0, batch: int = BATCH) -> AsyncIterator[Sequence[Row]]:
        """All rows but the first `skip`. Where nothing was written meanwhile, the order is the same every time."""
        ...

    async def write(self, table: Table, rows: Sequence[Row], position: tuple[str, bytes]) -> None:
        """Keeps rows as they are, and a checkpoint with them, in one commit. Assertions become pending, but for those
        that failed. A checkpoint that is there takes the new value; nothing else may be there yet."""
        ...
