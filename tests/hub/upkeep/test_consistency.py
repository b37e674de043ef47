"""Whether journal and graph belong together, as a hub that starts finds out, in both forms of the journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.wire.address import Url
from graph.ladybug.store import LadybugStore
from graph.projection import project
from hub.errors import HubError
from hub.group import roster
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Journal
from hub.settings import Settings
from hub.upkeep import consistency
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL, Authority
from schema.model import MODEL
from tests.servers.postgres import Postgres

Opened = Callable[[], Awaitable[Journal]]


@dataclass
class Place:
    """A graph, and a journal that any number of hubs may open."""

    settings: Settings
    store: LadybugStore
    journal: Journal
    another: Opened

    async def check(self, journal: Journal | None = None, **changes: object) -> None:
        settings = self.settings.model_copy(update=changes)
        await asyncio.wait_for(consistency.check(settings, MODEL, journal or self.journal, self.store), 20)

    async def say(self, *ids: str, withdraw: bool = False) -> None:
        """Accepts what a system says of lots, and puts it into the graph."""
        stamp, cells = (Stamp(2, "m"), {}) if withdraw else (Stamp(1, "m"), {"name": "a lot"})
        said = [Assertion("mes", "MaterialLot", id_, stamp, cells, withdraw=withdraw) for id_ in ids]
        await self.journal.append([AcceptedAssertion(one, "t", 1) for one in said])
        await self.project()

    async def project(self) -> None:
        while entries := await self.journal.pending(100):
            async with self.store.write(reached=entries[-1].sequence) as tx:
                await project(tx, MODEL, EQUAL, [entry.accepted.assertion for entry in entries])
            await self.journal.applied(entries)

    async def pending(self) -> int:
        return (await self.journal.status()).pending

    async def things(self) -> int:
        return sum((await self.store.counts()).values())


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path}/journal.db"
        if request.param == "postgresql":
            server: Postgres = request.getfixturevalue("postgres")
            url = stack.enter_context(server.schema())

        async def another() -> Journal:
            journal = await open_journal(url)
            stack.push_async_callback(journal.close)
            return journal

        store = await LadybugStore.open(tmp_path / "graph", MODEL)
        stack.push_async_callback(store.close)
        await store.migrate()
        yield Place(Settings(data=tmp_path, journal=Url.parse(url)), store, await another(), another)


async def test_an_empty_graph_of_which_all_was_withdrawn_is_left_as_it_is(place: Place) -> None:
    await place.check()
    await place.say("A", "B")
    await place.say("A", "B", withdraw=True)
    assert await place.things() == 0
    await place.check()
    assert await place.pending() == 0


async def test_a_graph_that_is_new_is_made_from_the_journal(place: Place) -> None:
    await place.check()
    await place.say("A", "B")
    await place.store.clear()
    await place.check()
    assert await place.pending() == 2
    await place.check()
    await place.project()
    await place.check()
    assert (await place.pending(), await place.things()) == (0, 2)


async def test_a_graph_of_another_journal_is_left_alone(place: Place, tmp_path: Path) -> None:
    await place.check()
    await place.say("A")
    other = await open_journal(f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(HubError, match=r"is empty, but the graph .* holds 1 things"):
        await place.check(other)
    await other.append([AcceptedAssertion(Assertion("mes", "MaterialLot", "X", Stamp(1, "m"), {}), "t", 1)])
    with pytest.raises(HubError, match="was made from another journal"):
        await place.check(other)
    await other.close()
    assert await place.things() == 1


async def test_a_journal_from_an_older_backup_is_told(place: Place) -> None:
    await place.check()
    await place.say("A", "B")
    identity = await place.journal.checkpoint("identity")
    assert identity is not None
    await place.store.set_origin(f'{{"journal": "{identity.decode()}", "accepted": 3}}')
    with pytest.raises(HubError, match=r"accepted 2 assertions, but the graph .* made from 3 .* older backup"):
        await place.check()


async def test_a_graph_older_than_the_journal_gets_what_it_lacks(place: Place, tmp_path: Path) -> None:
    await place.check()
    await place.say("A", "B")
    await place.store.close()
    copy = (tmp_path / "graph").read_bytes()
    place.store = await LadybugStore.open(tmp_path / "graph", MODEL)
    await place.say("C", "D", "E")
    assert (await place.pending(), await place.things()) == (0, 5)
    await place.store.close()
    (tmp_path / "graph").write_bytes(copy)
    place.store = await LadybugStore.open(tmp_path / "graph", MODEL)
    assert await place.things() == 2
    await place.check()
    assert await place.pending() == 3
    await place.project()
    await place.check()
    assert (await place.pending(), await place.things()) == (0, 5)
    await place.store.close()


async def test_a_journal_that_lost_its_end_is_told(place: Place) -> None:
    await place.check()
    await place.say("A", "B")
    async with place.store.write(reached=3):
        pass
    with pytest.raises(HubError, match=r"accepted 2 assertions, but .* made from 3 .* has lost its end; .*rebuild"):
        await place.check()


async def test_a_graph_whose_clearing_was_cut_off_is_cleared_again(place: Place) -> None:
    await place.check()
    await place.say("A", "B")
    await place.journal.set_checkpoint(consistency.UNFIT, b"")
    await place.check()
    assert (await place.pending(), await place.things()) == (2, 0)
    await place.project()
    await place.check()
    assert await place.pending() == 0


async def test_a_copy_that_is_not_finished_starts_no_hub(place: Place) -> None:
    await place.journal.set_checkpoint(consistency.MIGRATION, b"{}")
    with pytest.raises(HubError, match="has not finished"):
        await place.check()
    await place.journal.set_checkpoint(consistency.MIGRATION, consistency.FINISHED)
    await place.check()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
class TestSeveral:
    """Hubs that share a journal."""

    async def test_two_that_start_at_once_reset_once(self, place: Place) -> None:
        await place.check()
        await place.say("A", "B")
        await place.store.clear()
        other = await place.another()
        await asyncio.gather(place.check(), place.check(other, name="hub-2"))
        assert await place.pending() == 2
        assert await roster.running(place.journal, "unshub") == ("hub-2",)
        assert await roster.running(other, "hub-2") == ("unshub",)

    async def test_one_that_starts_beside_another_resets_nothing(self, place: Place) -> None:
        await place.check()
        await place.say("A", "B")
        await place.check(await place.another(), name="hub-2")
        assert await place.pending() == 0

    async def test_two_of_one_name_are_refused(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(roster, "NAME_SECONDS", 0.0)
        await place.check()
        with pytest.raises(HubError, match="another hub with the name 'unshub'"):
            await place.check(await place.another())

    async def test_another_order_of_authority_waits_for_the_others_to_stop(self, place: Place) -> None:
        await place.check()
        await place.say("A")
        other = await place.another()
        order = Authority({(None, None): ("mes",)})
        waiting = asyncio.create_task(place.check(other, name="hub-2", authority=order))
        await asyncio.sleep(1.5)
        assert not waiting.done()
        assert await place.things() == 1
        await place.journal.close()
        await waiting
        assert await place.things() == 0
        assert (await other.status()).pending == 1

    async def test_one_that_starts_waits_while_the_graph_is_rebuilt(self, place: Place) -> None:
        other = await place.another()
        async with roster.gate(place.journal):
            waiting = asyncio.create_task(place.check(other, name="hub-2"))
            await asyncio.sleep(1.0)
            assert not waiting.done()
        await waiting
