from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from hub.errors import JournalError
from hub.journal.rows import Rows

_MOST_ROWS = 10_000
_MOST_BYTES = 16 << 20

Write = Callable[[Sequence[Rows]], Awaitable[None]]
"""Keeps the rows of several callers in one commit, or raises and keeps nothing. `RowsError` where rows are at fault."""

Waiting = tuple[Rows, "asyncio.Future[None]"]


class RowsError(JournalError):
    """The rows given can't be kept, whatever the state of the journal."""


class GroupCommit:
    """Commits together the rows of all callers that wait while a commit is under way.

    A flush to the disk costs about the same for one row as for a thousand, so that callers who come singly get nearly
    the pace of those who come in batches. Nobody waits for others to come.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: deque[Waiting] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def add(self, rows: Rows) -> None:
        """Returns when the rows are on disk; `JournalError` where they are not."""
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._run())
        await kept

    async def close(self) -> None:
        """Lets what waits be written."""
        if self._writing is not None:
            await self._writing

    async def _run(self) -> None:
        while self._waiting:
            await self._keep(self._next())

    async def _keep(self, group: Sequence[Waiting]) -> None:
        """Writes a group. Where rows of one caller can't be kept, each is written alone, so that the others' are."""
        try:
            await self._write([rows for rows, _ in group])
        except RowsError as error:
            if len(group) > 1:
                for one in group:
                    await self._keep([one])
            else:
                _settle(group, error)
        except Exception as error:
            # Whatever it is, those who wait must hear of it; those behind them too. What fails comes again, and where
            # what came after it were kept at once, it would then count as said later.
            behind, self._waiting = self._waiting, deque()
            _settle([*group, *behind], error)
        else:
            _settle(group, None)

    def _next(self) -> list[Waiting]:
        group = [self._waiting.popleft()]
        count, size = len(group[0][0]), group[0][0].size
        while self._waiting:
            rows = self._waiting[0][0]
            count, size = count + len(rows), size + rows.size
            if count > _MOST_ROWS or size > _MOST_BYTES:
                break
            group.append(self._waiting.popleft())
        return group


def _settle(group: Sequence[Waiting], error: Exception | None) -> None:
    for _, kept in group:
        if kept.done():
            continue
        if error is None:
            kept.set_result(None)
        else:
            kept.set_exception(error)
