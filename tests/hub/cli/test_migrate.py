from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion
from schema.assertion import Assertion, Stamp
from tests.hub.cli.conftest import Run
from tests.servers.postgres import GUARDED, Postgres

PARTS = ["assertions", "events", "newest tag values", "dead letters", "graph"]


@pytest.fixture
def folder(unshub: Run) -> Path:
    """A hub's folder with two lots, and its graph."""
    Path("old").mkdir()
    asyncio.run(_accept("sqlite:///old/journal.db"))
    assert unshub("rebuild", "--data", "old").code == 0
    return Path("old")


async def _accept(url: str) -> None:
    journal = await open_journal(url)
    said = [Assertion("mes", "MaterialLot", id_, Stamp(1, "m"), {"name": id_}) for id_ in "AB"]
    await journal.append([AcceptedAssertion(one, "uns/v1/x", 1) for one in said])
    await journal.close()


@pytest.mark.usefixtures("folder")
def test_a_folder_moves_to_another_folder_and_both_are_compared(unshub: Run) -> None:
    ran = unshub("migrate", "--from", "old", "--to", "new")
    assert ran.code == 0
    assert ran.out.count("equal") == len(PARTS)
    assert "moved to sqlite:///new/journal.db and ladybug:///new/graph" in ran.out
    assert json.loads(unshub("rebuild", "--data", "new", "--json").out)["differences"] == []
    ran = unshub("migrate", "--from", "old", "--to", "new")
    assert (ran.code, "is not empty: it holds 2 assertions" in ran.err) == (1, True)


@pytest.fixture
def guarded(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty database whose owner needs a password, which the URL has not."""
    with postgres.database() as url:
        name = url.rpartition("/")[2]
        postgres.execute(f"ALTER DATABASE {name} OWNER TO {GUARDED}")
        yield postgres.url(name, GUARDED)


@pytest.mark.usefixtures("folder")
def test_a_server_that_wants_a_password_gets_it_from_a_file(unshub: Run, guarded: str) -> None:
    Path("secret").write_text("secret\n")
    place = ["--journal", guarded, "--graph", "ladybug:///new/graph"]
    ran = unshub("migrate", "--from", "old", *place, "--journal-password-file", "secret", "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert (found["equal"], found["resumed"]) == (True, False)
    assert [part["what"] for part in found["compared"]] == PARTS
    assert found["compared"][0]["source"] == found["compared"][0]["target"]
    Path("servers.yaml").write_text(
        f"journal: {place[1]}\ngraph: ladybug:///new/graph\njournalPasswordFile: secret\ndata: new\n"
    )
    ran = unshub("rebuild", "--config", "servers.yaml", "--json")
    assert json.loads(ran.out)["differences"] == []
    ran = unshub("migrate", "--from", "servers.yaml", "--to", "back")
    assert ran.code == 0, ran.err
    assert "secret" not in ran.out + ran.err


@pytest.mark.usefixtures("folder")
def test_a_journal_alone_is_moved_by_its_url(unshub: Run) -> None:
    ran = unshub("migrate", "--from", "sqlite:///old/journal.db", "--to", "new")
    assert (ran.code, "not compared" in ran.out) == (0, True)


@pytest.mark.usefixtures("folder")
def test_what_is_not_there_or_not_said_is_told(unshub: Run) -> None:
    assert "there is no nowhere; give" in unshub("migrate", "--from", "nowhere", "--to", "new").err
    Path("empty").mkdir()
    assert "there is no journal empty/journal.db" in unshub("migrate", "--from", "empty", "--to", "new").err
    assert not list(Path("empty").iterdir())
    assert unshub("migrate", "--from", "old").code == 2
    assert unshub("migrate", "--from", "old", "--to", "new", "--graph", "ladybug:///x").code == 2
    assert "the same journal" in unshub("migrate", "--from", "old", "--to", "old").err
