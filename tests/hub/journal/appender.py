"""A process that appends to a journal on and on: `python -m tests.hub.journal.appender URL FIRST`.

Ten callers append pairs of assertions; each prints a pair's first number when it is acknowledged, and goes on where the
journal refuses.
"""

from __future__ import annotations

import asyncio
import sys

from hub.errors import JournalError
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Journal
from tests.contracts.journal import accepted

LANES = 10


async def append(journal: Journal, number: int) -> None:
    while True:
        try:
            await journal.append([digested(number), digested(number + 1)])
            print(number, flush=True)
            number += 2 * LANES
        except JournalError as error:
            print(error, file=sys.stderr, flush=True)
            await asyncio.sleep(0.02)


def digested(number: int) -> AcceptedAssertion:
    return accepted(number, digest=number.to_bytes(8, "big"))


async def main(url: str, first: int) -> None:
    journal = await open_journal(url)
    await asyncio.gather(*(append(journal, first + 2 * lane) for lane in range(LANES)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
