"""A rebuild of a graph in a file that is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.open import open_store
from graph.projection import project
from hub.announcing.trail import Trail
from hub.errors import JournalError
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion
from hub.journal.sqlite import SqliteJournal
from hub.settings import Settings
from hub.upkeep.consistency import UNFIT
from hub.upkeep.rebuild import rebuild
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model import MODEL


def said(id_: str) -> Assertion:
    return Assertion("mes", "MaterialLot", id_, Stamp(1, "m"), {"name": id_})


def progress(doing: str, done: int, total: int | None) -> None:
    """Tells nobody."""


async def position(settings: Settings) -> int:
    journal = await open_journal(settings.journal)
    found = (await Trail.open(journal, MODEL, settings.topic_prefix, settings.name)).position
    await journal.close()
    return found


async def test_a_graph_is_only_replaced_once_its_records_are_to_be_published_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path)
    journal = await open_journal(settings.journal)
    await journal.append([AcceptedAssertion(said("A"), "uns/v1/x", 1)])
    trail = await Trail.open(journal, MODEL, settings.topic_prefix, settings.name)
    await trail.published(1, trail.setbacks)
    await journal.applied(await journal.pending(10))
    await journal.close()
    store = await open_store(str(settings.graph), MODEL)
    async with store.write(reached=1) as tx:
        await project(tx, MODEL, EQUAL, [said("A"), said("STRAY")])
    await store.close()
    assert await position(settings) == 1

    async def cut_off(self: SqliteJournal, name: str, value: bytes) -> bool:
        assert name == UNFIT
        raise JournalError("as when the process is killed once the new graph is in its place")

    monkeypatch.setattr(SqliteJournal, "drop_checkpoint", cut_off)
    with pytest.raises(JournalError, match="in its place"):
        await rebuild(settings, progress)
    assert list(tmp_path.glob("graph.before-*"))
    assert await position(settings) == 0
