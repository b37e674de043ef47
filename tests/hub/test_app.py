"""The hub put together: which journal and graph belong together."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from connectors.wire.address import Address
from graph.errors import StoreDamaged, StoreUnavailable
from hub.app import open_hub
from hub.errors import HubError
from hub.journal.port import AcceptedAssertion
from hub.settings import Settings
from schema.assertion import Assertion, Stamp
from schema.authority import Authority
from tests.servers import free_port


def settings(data: Path) -> Settings:
    return Settings(data=data, broker="amqtt", mqtt=Address("127.0.0.1", free_port()))


async def one_lot(data: Path) -> None:
    async with open_hub(settings(data)) as hub:
        said = Assertion("mes", "MaterialLot", "LOT-1", Stamp(1, "m"), {"@path": "acme"})
        await hub.journal.append([AcceptedAssertion(said, "topic", 1)])
        hub.projector.wake()
        await asyncio.wait_for(hub.settled(), 10)


async def lots(data: Path) -> int:
    async with open_hub(settings(data)) as hub:
        await asyncio.wait_for(hub.settled(), 10)
        return (await hub.store.counts())["MaterialLot"]


async def test_a_graph_that_is_gone_is_made_again_from_the_journal(tmp_path: Path) -> None:
    await one_lot(tmp_path)
    (tmp_path / "graph").unlink()
    assert await lots(tmp_path) == 1


DAMAGE = b"LBUG1 and nothing more"


async def test_a_damaged_graph_is_moved_aside_and_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await one_lot(tmp_path)
    (tmp_path / "graph").write_bytes(DAMAGE)
    (tmp_path / "graph.wal").write_bytes(b"a log")
    assert await lots(tmp_path) == 1
    assert "made anew from the journal" in caplog.text
    (aside,) = (one for one in tmp_path.glob("graph.damaged-*") if one.suffix != ".wal")
    assert aside.read_bytes() == DAMAGE
    assert (tmp_path / f"{aside.name}.wal").exists()


async def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    await one_lot(tmp_path)
    (tmp_path / "graph").write_bytes(b"SQLite format 3" * 1000)
    with pytest.raises(StoreDamaged, match="the file is not a graph; run `unshub rebuild`"):
        await lots(tmp_path)
    assert (tmp_path / "graph").read_bytes().startswith(b"SQLite")
    assert not list(tmp_path.glob("graph.damaged*"))


async def test_a_graph_that_lost_its_log_gets_it_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As after `kill -9` and a file that went with the crash."""
    async with open_hub(settings(tmp_path)):
        pass
    older = (tmp_path / "graph").read_bytes()
    await one_lot(tmp_path)
    (tmp_path / "graph").write_bytes(older)
    assert await lots(tmp_path) == 1
    assert "the graph lacks assertions that it had before" in caplog.text


async def test_a_graph_that_is_damaged_while_it_is_in_use_is_made_anew(tmp_path: Path) -> None:
    await one_lot(tmp_path)
    async with open_hub(settings(tmp_path)) as hub:
        # What is noted in the file is of another place; the engine reads it when the store is opened anew.
        (tmp_path / "graph").unlink()
        (tmp_path / "graph").write_bytes(DAMAGE)
        with pytest.raises(StoreUnavailable):
            async with hub.store.write():
                raise StoreUnavailable("as after a commit that the disk refused")
        assert not (await hub.store.health()).ok
        said = Assertion("mes", "MaterialLot", "LOT-2", Stamp(1, "m"), {"@path": "acme"})
        await hub.journal.append([AcceptedAssertion(said, "topic", 1)])
        hub.projector.wake()
        await asyncio.wait_for(hub.settled(), 20)
        assert (await hub.store.counts())["MaterialLot"] == 2
    assert await lots(tmp_path) == 2


async def test_a_graph_beside_an_empty_journal_is_left_alone(tmp_path: Path) -> None:
    await one_lot(tmp_path)
    kept = tmp_path / "kept"
    kept.mkdir()
    for part in tmp_path.glob("journal.db*"):
        part.rename(kept / part.name)
    with pytest.raises(HubError, match=r"is empty, but the graph .* holds 1 things"):
        await lots(tmp_path)
    for part in [*tmp_path.glob("journal.db*")]:
        part.unlink()
    for part in kept.iterdir():
        part.rename(tmp_path / part.name)
    assert await lots(tmp_path) == 1


async def test_a_changed_order_of_authority_makes_the_graph_anew(tmp_path: Path) -> None:
    async with open_hub(settings(tmp_path)) as hub:
        for number, (system, said) in enumerate({"mes": "BLOCKED", "lims": "RELEASED"}.items(), 1):
            one = Assertion(system, "MaterialLot", "LOT-1", Stamp(number, "m"), {"@path": "acme", "status": said})
            await hub.journal.append([AcceptedAssertion(one, "topic", number)])
        hub.projector.wake()
        await asyncio.wait_for(hub.settled(), 10)
    chosen = settings(tmp_path).model_copy(update={"authority": Authority({("MaterialLot", "status"): ("mes",)})})
    async with open_hub(chosen) as hub:
        await asyncio.wait_for(hub.settled(), 10)
        (node,) = [row async for row in hub.store.dump() if row.get("node") == "MaterialLot"]
    assert node["status"] == "BLOCKED"
