from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from hub.journal.sqlite_file import SqliteFile
from hub.journal.sqlite_rows import Rows, insert

_MOST_ROWS = 10_000


class GroupCommit:
    """Commits together the rows of all callers that wait while a commit is under way.

    A flush to the disk costs about the same for one row as for a thousand, so that callers who come singly get nearly
    the pace of those who come in batches. Nobody waits for others to come.
    """

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._waiting: deque[tuple[Rows, asyncio.Future[None]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def add(self, rows: Rows) -> None:
        """Returns when the rows are on disk; `JournalError` where they are not."""
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await kept

    async def close(self) -> None:
        """Lets what waits be written."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        doing = f"can't write to the journal {self._file.path}"
        while self._waiting:
            group = self._next()
            try:
                errors: Sequence[Exception | None] = await self._file.write_each(
                    doing, [rows for rows, _ in group], insert
                )
            except Exception as error:
                # Whatever it is, those who wait must hear of it.
                errors = [error] * len(group)
            for (_, kept), failure in zip(group, errors, strict=True):
                if kept.done():
                    continue
                if failure is None:
                    kept.set_result(None)
                else:
                    kept.set_exception(failure)

    def _next(self) -> list[tuple[Rows, asyncio.Future[None]]]:
        group = [self._waiting.popleft()]
        size = len(group[0][0])
        while self._waiting and size + len(self._waiting[0][0]) <= _MOST_ROWS:
            group.append(self._waiting.popleft())
            size += len(group[-1][0])
        return group
