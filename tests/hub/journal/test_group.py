"""Appends that share a commit, where the commit fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hub.errors import JournalError
from hub.journal.group import GroupCommit
from hub.journal.rows import Rows


def rows(name: str) -> Rows:
    return Rows(assertions=[(name, *[b""] * 7)])


async def test_what_waits_behind_a_failure_fails_with_it() -> None:
    """It all comes again, in the order in which it came; kept at once, what came later would be first."""
    kept: list[str] = []
    gate = asyncio.Event()

    async def write(groups: Sequence[Rows]) -> None:
        await gate.wait()
        if not kept and names(groups) == ["first"]:
            raise JournalError("the connection is lost")
        kept.extend(names(groups))

    group = GroupCommit(write)
    first = asyncio.create_task(group.add(rows("first")))
    await asyncio.sleep(0)
    second = asyncio.create_task(group.add(rows("second")))
    await asyncio.sleep(0)
    gate.set()
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(result) for result in results] == [JournalError, JournalError]
    assert kept == []
    await group.add(rows("third"))
    assert kept == ["third"]


def names(groups: Sequence[Rows]) -> list[str]:
    return [row[0] for group in groups for row in group.assertions]
