from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from graph.open import open_store
from graph.projection import project
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model import MODEL
from tests.hub.cli.conftest import Run
from tests.servers import free_port


def said(id_: str) -> Assertion:
    return Assertion("mes", "MaterialLot", id_, Stamp(1, "m"), {"name": id_})


@pytest.fixture
def journal(unshub: Run) -> None:
    """A journal in which two lots were accepted, and no graph yet."""
    Path("unshub-data").mkdir()
    asyncio.run(_accept("A", "B"))


async def _accept(*ids: str) -> None:
    journal = await open_journal("sqlite:///unshub-data/journal.db")
    await journal.append([AcceptedAssertion(said(id_), "uns/v1/x", 1) for id_ in ids])
    await journal.close()


async def _project(*ids: str) -> None:
    store = await open_store("ladybug:///unshub-data/graph", MODEL)
    async with store.write() as tx:
        await project(tx, MODEL, EQUAL, [said(id_) for id_ in ids])
    await store.close()


@pytest.mark.usefixtures("journal")
def test_a_graph_that_is_gone_is_made_anew(unshub: Run) -> None:
    found = json.loads(unshub("rebuild", "--json").out)
    assert (found["assertions"], found["differences"], found["old"]) == (2, [], None)
    assert Path("unshub-data/graph").exists()


@pytest.mark.usefixtures("journal")
def test_a_graph_that_differs_is_kept_and_the_differences_shown(unshub: Run) -> None:
    asyncio.run(_project("A", "B", "STRAY"))
    ran = unshub("rebuild")
    assert ran.code == 0
    assert "  MaterialLot STRAY: should not be there\n" in ran.out
    assert "is kept in unshub-data/graph.before-" in ran.out
    assert json.loads(unshub("rebuild", "--json").out)["differences"] == []


@pytest.mark.usefixtures("journal")
def test_doctor_opens_what_is_there(unshub: Run) -> None:
    unshub("rebuild")
    ran = unshub("doctor", "--json", "--http", f"127.0.0.1:{free_port()}", "--mqtt", f"127.0.0.1:{free_port()}")
    found = {row["check"]: row for row in map(json.loads, ran.out.splitlines())}
    assert (found["journal"]["level"], found["graph"]["level"]) == ("ok", "ok")
    assert "graph opens" in found["graph"]["detail"]


def test_without_a_journal_nothing_is_made(unshub: Run) -> None:
    ran = unshub("rebuild")
    assert (ran.code, "there is no journal" in ran.err) == (1, True)
    assert not Path("unshub-data").exists()
