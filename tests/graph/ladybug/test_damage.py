"""A Ladybug store whose files were damaged, or whose disk is full."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.errors import StoreDamaged, StoreUnavailable
from graph.ladybug import files
from graph.ladybug.store import LadybugStore
from graph.thing import Delta
from tests.contracts.graph_store import dump, gadget, ids, write
from tests.contracts.graph_world import WORLD
from tests.servers.disk import small_disk

KILLED = """
import asyncio, os, sys
from pathlib import Path
from tests.graph.ladybug.test_damage import filled

asyncio.run(filled(Path(sys.argv[1])))
os._exit(9)
"""


async def filled(path: Path) -> LadybugStore:
    """A store with four gadgets in its log, and the sequence 4 noted."""
    store = await LadybugStore.open(path, WORLD)
    await store.migrate()
    for number in range(1, 5):
        async with store.write(reached=number) as tx:
            await tx.write(Delta(things=(gadget(f"G{number}", note="x" * 900),)))
    return store


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A graph whose process was killed, so that its log is left."""
    path = tmp_path / "graph"
    assert subprocess.run([sys.executable, "-c", KILLED, path], check=False).returncode == 9
    assert files.beside(path) == [tmp_path / "graph.wal"]
    return path


async def opened(path: Path) -> LadybugStore:
    store = await LadybugStore.open(path, WORLD)
    try:
        await store.migrate()
    except BaseException:
        await store.close()
        raise
    return store


async def test_a_log_is_replayed_to_its_last_whole_commit(killed: Path) -> None:
    log = files.beside(killed)[0]
    log.write_bytes(log.read_bytes()[:-50])
    store = await opened(killed)
    assert (await ids(store), (await store.reached()).whole) == (["G1", "G2", "G3"], 3)
    await write(store, Delta(things=(gadget("G5"),)))
    await store.close()
    assert not files.beside(killed)
    store = await opened(killed)
    assert await ids(store) == ["G1", "G2", "G3", "G5"]
    await store.close()


async def test_what_is_lost_with_a_log_shows_in_how_far_the_graph_is(killed: Path) -> None:
    files.beside(killed)[0].unlink()
    store = await opened(killed)
    assert (await ids(store), (await store.reached()).whole) == ([], 0)
    await store.close()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def junk(path: Path) -> None:
    path.write_bytes(b"another program's" * 1000)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "said", "own"),
    [
        (Path.unlink, "its files are not of one graph", True),
        (lambda path: path.write_bytes(b""), "its files are not of one graph", True),
        (junk, "the file is not a graph", False),
        (folder, "there is a folder in its place", False),
    ],
)
async def test_damage_is_told_with_its_remedy(
    killed: Path, damage: Callable[[Path], object], said: str, own: bool
) -> None:
    damage(killed)
    with pytest.raises(StoreDamaged, match=f"{said}; run `unshub rebuild`"):
        await opened(killed)
    assert files.is_graph(killed) is own


async def test_a_file_that_was_cut_is_told(tmp_path: Path) -> None:
    store = await filled(tmp_path / "graph")
    await store.close()
    cut(tmp_path / "graph")
    with pytest.raises(StoreDamaged, match="its files are damaged"):
        await opened(tmp_path / "graph")
    assert files.is_graph(tmp_path / "graph")


async def test_the_files_of_a_graph_move_and_go_together(killed: Path) -> None:
    moved = files.aside(killed, "damaged")
    assert not files.present(killed)
    assert [path.name for path in sorted(killed.parent.iterdir())] == [moved.name, f"{moved.name}.wal"]
    files.move(moved, killed)
    store = await opened(killed)
    assert (await store.reached()).whole == 4
    await store.close()
    files.remove(killed)
    assert list(killed.parent.iterdir()) == []


async def test_a_damaged_graph_that_can_not_be_moved_is_told_until_it_can(tmp_path: Path) -> None:
    place = tmp_path / ("g" * 230)
    store = await filled(place)
    # The engine reads what is noted in the file when the store is opened anew.
    place.unlink()
    place.write_bytes(b"LBUG1 and nothing more")
    with pytest.raises(StoreUnavailable):
        async with store.write():
            raise StoreUnavailable("as after a commit that the disk refused")
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"moving the graph .* failed: see that its folder .*name too long"):
            await store.clear()
    await store.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    with small_disk(tmp_path / "disk") as place:
        yield place


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)) == 4096:
                pass
        except OSError:
            pass
    return ballast


async def refused(store: LadybugStore) -> int:
    """Writes until the disk refuses; gives how many got through."""
    for number in range(10, 99):
        try:
            async with store.write(reached=number) as tx:
                await tx.write(Delta(things=(gadget(f"G{number}", note="x" * 900),)))
        except StoreUnavailable as error:
            assert "look at the disk's space" in str(error)
            return number
    raise AssertionError("the disk is not full")


async def test_a_commit_that_the_disk_refuses_harms_no_later_one(disk: Path) -> None:
    store = await filled(disk / "graph")
    ballast = fill(disk)
    kept = await refused(store) - 10
    assert await refused(store) == 10
    assert len(await ids(store)) == 4 + kept
    assert (await store.health()).ok
    ballast.unlink()
    await write(store, Delta(things=(gadget("LAST"),)))
    before = await dump(store)
    killed = disk / "killed"
    killed.mkdir()
    for file in (disk / "graph", disk / "graph.wal"):
        shutil.copy(file, killed)
    await store.close()
    for path in (killed / "graph", disk / "graph"):
        store = await opened(path)
        assert await dump(store) == before
        await store.close()
    assert "LAST" in str(before)


FULL = """
import asyncio, sys
from pathlib import Path
from tests.graph.ladybug.test_damage import fill, filled, refused

async def main(disk):
    store = await filled(disk / "graph")
    fill(disk)
    if sys.argv[2] == "refused":
        await refused(store)
    await store.close()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("when", ["refused", "calm"])
async def test_a_store_closes_in_order_while_the_disk_is_full(disk: Path, when: str) -> None:
    """In a process of its own: the engine would end it."""
    ran = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", FULL, disk, when], capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr.count("terminate called")) == (0, 0), ran.stderr
    (disk / "ballast").unlink()
    store = await opened(disk / "graph")
    assert {"G1", "G2", "G3", "G4"} <= set(await ids(store))
    await store.close()
