"""A process that takes from a journal's queue: `python -m tests.hub.journal.taker URL BATCH`.

For each batch it prints `took N N …`, waits for a line on its input, marks the batch as applied, and prints `done`. An
empty queue is `took`.
"""

from __future__ import annotations

import asyncio
import sys

from hub.journal.open import open_journal


async def main(url: str, batch: int) -> None:
    journal = await open_journal(url)
    while True:
        entries = await journal.pending(batch)
        print("took", *(entry.sequence for entry in entries), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await journal.applied(entries)
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
