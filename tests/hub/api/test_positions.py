"""Cursors of changes: of one journal, under one order of authority, numbered once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.api.errors import RequestError
from hub.api.positions import OLDEST, Positions
from hub.journal.open import open_journal
from hub.upkeep.consistency import AUTHORITY
from hub.upkeep.origin import MOVED


async def test_a_cursor_is_of_one_journal_as_it_is_numbered_and_ordered(tmp_path: Path) -> None:
    journal = await open_journal(f"sqlite:///{tmp_path}/journal.db")
    other = await open_journal(f"sqlite:///{tmp_path}/other.db")
    cursor = (await Positions.of(journal)).cursor(7)
    assert (await Positions.of(journal)).position(cursor, 7) == 7
    with pytest.raises(RequestError, match="of another journal"):
        (await Positions.of(other)).position(cursor, 7)
    for name in (AUTHORITY, MOVED):
        before = (await Positions.of(journal)).cursor(7)
        await journal.set_checkpoint(name, b"other")
        with pytest.raises(RequestError, match="of another journal"):
            (await Positions.of(journal)).position(before, 7)
    await journal.close()
    await other.close()


@pytest.mark.parametrize(
    ("position", "last", "told"),
    [(8, 7, "beyond the end"), (0, OLDEST + 1, "too old"), (-1, 7, "no cursor")],
)
def test_a_cursor_that_leads_nowhere_is_refused(position: int, last: int, told: str) -> None:
    positions = Positions("here")
    with pytest.raises(RequestError, match=told):
        positions.position(positions.cursor(position), last)
    assert positions.position(positions.cursor(last - OLDEST if last > OLDEST else last), last) >= 0
