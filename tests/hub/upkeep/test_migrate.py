"""A hub moved from one form into another, and back: nothing missing, nothing else, and what stands in the way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from connectors.state import Kept, Known, Step
from connectors.wire.address import Url
from graph.open import open_store
from graph.projection import project
from graph.thing import Key
from hub.announcing.trail import LooseEnd, Trail
from hub.connect.place import open_state
from hub.errors import HubError
from hub.group import roster
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Journal
from hub.settings import Settings
from hub.upkeep import checksum
from hub.upkeep.consistency import FINISHED, MIGRATION, check, keep_authority
from hub.upkeep.migrate import COPIED, Migrated, migrate
from schema.assertion import Assertion, Stamp
from schema.authority import Authority
from schema.errors import Reason
from schema.model import MODEL
from tests.contracts.journal import refusal, tag
from tests.contracts.journal_copies import rows
from tests.servers.postgres import Postgres

LOTS = 1200


def said(number: int) -> AcceptedAssertion:
    """What a system says of a lot; every tenth is withdrawn again, some refer to others."""
    id_, first = f"LOT-{number % 400}", number < 400
    cells = {"name": f"lot {number}", "definition": [{"to": {"id": "M-1"}}]} if first else {"status": "RELEASED"}
    withdraw = number % 10 == 9 and not first
    return AcceptedAssertion(
        Assertion("mes", "MaterialLot", id_, Stamp(number, "m"), {} if withdraw else cells, withdraw=withdraw),
        f"uns/v1/acme/_source/mes/material-lot/{id_}",
        number,
        None if number % 3 else number.to_bytes(8),
    )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Journal]:
    journal = await open_journal(settings.journal)
    try:
        yield journal
    finally:
        await journal.close()


@pytest.fixture
async def embedded(tmp_path: Path) -> Settings:
    """A hub's folder: everything that a journal holds, of which some is not in the graph yet."""
    settings = Settings(data=tmp_path / "embedded")
    settings.data.mkdir()
    store = await open_store(str(settings.graph), MODEL)
    async with opened(settings) as journal:
        await check(settings, MODEL, journal, store)
        await journal.append([said(number) for number in range(LOTS)], [tag(n, n) for n in range(700)])
        await journal.append(refusals=[refusal(n) for n in range(3)])
        await journal.replayed(2, 5)
        await journal.failed((await journal.pending(10))[3], Reason("$", "", "can't be put into the graph"))
        ends = {LooseEnd(Key("MaterialLot", "LOT-1"), "uns/v1/old"): 3}
        await Trail(journal, MODEL, "uns/v1", settings.name, 7, ends).begin_anew()
    await store.close()
    with closing(open_state(settings)) as state:
        state.stream("mes", "lots").keep(Step(1, "there", [Kept("1", b"digest", 5)]))
    return settings


@pytest.fixture
def servers(tmp_path: Path, postgres: Postgres) -> Iterator[Settings]:
    """PostgreSQL, and for the sake of time a graph in a file."""
    with postgres.schema() as url:
        yield Settings(data=tmp_path / "servers", journal=Url.parse(url), name="hub-1")


async def moved(source: Settings, target: Settings) -> Migrated:
    return await migrate(source, target, lambda *_: None)


async def test_there_and_back_all_is_as_it_was(embedded: Settings, servers: Settings, tmp_path: Path) -> None:
    there = await moved(embedded, servers)
    assert [(part.what, part.equal) for part in there.compared] == [
        (name, True) for name in (*(table.value for table in COPIED), "graph")
    ]
    assert [part.target.count for part in there.compared[:4]] == [LOTS, 700, 1, 4]
    assert there.compared[4].target.count > 300
    back = Settings(data=tmp_path / "back")
    again = await moved(servers, back)
    assert again.equal
    assert [part.target for part in again.compared] == [part.target for part in there.compared]
    for settings in (servers, back):
        with closing(open_state(settings)) as state:
            assert state.stream("mes", "lots").checkpoint().position == "there"
            assert state.stream("mes", "lots").known(["1"]) == {"1": Known(b"digest", 5)}
    async with opened(embedded) as one, opened(back) as other:
        for table in COPIED:
            assert sorted(map(repr, await rows(one, table))) == sorted(map(repr, await rows(other, table)))
        (number,) = [letter.number for letter in await other.dead_letters(10, waiting=False) if letter.replayed]
        assert number == 2


async def test_it_waits_for_no_connector_that_runs(embedded: Settings, servers: Settings) -> None:
    refused = pytest.raises(HubError, match=r"a process runs the connector mes of .*; stop it first")
    with closing(open_state(embedded)) as state, state.hold("mes"), refused:
        await moved(embedded, servers)
    assert (await moved(embedded, servers)).equal


async def test_a_hub_starts_on_the_target_and_publishes_all_anew(embedded: Settings, servers: Settings) -> None:
    await moved(embedded, servers)
    store = await open_store(str(servers.graph), MODEL)
    async with opened(servers) as journal:
        await check(servers, MODEL, journal, store)
        assert (await journal.status()).pending == 0
        trail = await Trail.open(journal, MODEL, "uns/v1", servers.name)
        assert (trail.position, len(trail.loose_ends)) == (0, 1)
        assert await journal.checkpoint(MIGRATION) == FINISHED
    await store.close()


@pytest.mark.parametrize("at", ["copying assertions", "copying events", "making the graph", "comparing graphs"])
async def test_one_that_is_cut_off_goes_on(embedded: Settings, servers: Settings, at: str) -> None:
    class CutOff(Exception):
        pass

    def cut(doing: str, done: int, total: int | None) -> None:
        if doing == at and (done or total is None):
            raise CutOff

    with pytest.raises(CutOff):
        await migrate(embedded, servers, cut)
    store = await open_store(str(servers.graph), MODEL)
    async with opened(servers) as journal:
        with pytest.raises(HubError, match="has not finished"):
            await check(servers, MODEL, journal, store)
    await store.close()
    ended = await moved(embedded, servers)
    assert (ended.resumed, ended.equal) == (True, True)


async def test_a_source_that_changed_since_is_told(embedded: Settings, servers: Settings) -> None:
    def cut(doing: str, done: int, total: int | None) -> None:
        if doing == "copying events":
            raise KeyError

    with pytest.raises(KeyError):
        await migrate(embedded, servers, cut)
    async with opened(embedded) as journal:
        await journal.append([said(LOTS)])
    with pytest.raises(HubError, match="unfinished copy of another journal, or of what this one was"):
        await moved(embedded, servers)


async def test_a_target_that_is_not_empty_is_refused(embedded: Settings, servers: Settings) -> None:
    await moved(embedded, servers)
    with pytest.raises(HubError, match="is not empty: it holds 1200 assertions, 700 events"):
        await moved(embedded, servers)


async def test_a_graph_that_is_not_empty_is_refused(embedded: Settings, servers: Settings) -> None:
    with pytest.raises(HubError, match="same graph"):
        await moved(embedded, servers.model_copy(update={"graph": embedded.graph}))
    copy = servers.data / "graph"
    servers.data.mkdir()
    copy.write_bytes(embedded.graph.file.read_bytes())
    async with opened(embedded) as journal:
        store = await open_store(str(servers.graph), MODEL)
        async with store.write() as tx:
            entries = await journal.pending(1)
            await project(tx, MODEL, Authority({}), [entry.accepted.assertion for entry in entries])
        await store.close()
    with pytest.raises(HubError, match=r"the graph .* is not empty"):
        await moved(embedded, servers)


async def test_a_hub_that_runs_on_either_side_is_told(embedded: Settings, servers: Settings) -> None:
    async with opened(embedded):
        with pytest.raises(HubError, match="it is in use by process"):
            await moved(embedded, servers)
    async with opened(servers) as journal:
        await roster.enrol(journal, "hub-7")
        with pytest.raises(HubError, match="the hub hub-7 runs on the journal"):
            await moved(embedded, servers)


async def test_another_order_of_authority_is_told(embedded: Settings, servers: Settings) -> None:
    async with opened(embedded) as journal:
        await keep_authority(journal, Authority({(None, None): ("mes", "lims")}))
    with pytest.raises(HubError, match="another order of `authority`"):
        await moved(embedded, servers)


async def test_without_a_graph_the_journal_alone_is_compared(embedded: Settings, servers: Settings) -> None:
    embedded.graph.file.unlink()
    done = await moved(embedded, servers)
    assert done.equal
    assert done.compared[-1].source is None
    assert done.compared[-1].target.count > 300


async def test_no_room_is_told_before_anything_is_copied(
    embedded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.upkeep.migrate_room.MARGIN", 1e9)
    target = Settings(data=tmp_path / "target")
    with pytest.raises(HubError, match="MiB free, and the copy takes about"):
        await moved(embedded, target)
    async with opened(target) as journal:
        assert (await journal.status()).accepted == 0


async def test_rows_that_differ_change_the_checksum(embedded: Settings) -> None:
    async with opened(embedded) as journal:
        before = [await checksum.of_table(journal.copies(), table, lambda _: None) for table in COPIED]
        await journal.replayed(2, 6)
        await journal.append(events=[tag(1, 1)])
        after = [await checksum.of_table(journal.copies(), table, lambda _: None) for table in COPIED]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True, False]
