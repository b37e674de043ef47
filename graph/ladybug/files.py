"""The files of a Ladybug database: one by the name of the graph, and what the engine keeps beside it.

They are of one graph together. A log that is left beside another graph's file keeps that one from being opened.
What the system refuses comes out as `StoreUnavailable`.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from graph.errors import StoreUnavailable

_MAGIC = b"LBUG"
_BESIDE = (".wal", ".wal.checkpoint", ".shadow", ".tmp", ".lock")


def beside(path: Path) -> list[Path]:
    """What the engine keeps beside a graph's own file, and is there."""
    parts = (path.with_name(path.name + suffix) for suffix in _BESIDE)
    return [part for part in parts if part.exists()]


def present(path: Path) -> bool:
    """Whether there is any file of a graph."""
    return path.exists() or bool(beside(path))


def remove(path: Path) -> None:
    """Removes a graph; no harm if it is not there."""
    with _errors(f"removing the graph {str(path)!r}"):
        for part in _all(path):
            if part.is_dir() and not part.is_symlink():
                shutil.rmtree(part)
            else:
                part.unlink()


def move(path: Path, to: Path) -> None:
    """Gives a graph another name, at which there must be none."""
    with _errors(f"moving the graph {str(path)!r} to {str(to)!r}"):
        for part in _all(path):
            part.rename(to.with_name(to.name + part.name.removeprefix(path.name)))


def aside(path: Path, why: str) -> Path:
    """Moves a graph out of the way, to a name that says why and when; gives it."""
    when = datetime.now(UTC).isoformat(timespec="microseconds").replace(":", "").replace("+0000", "Z")
    to = path.with_name(f"{path.name}.{why}-{when}")
    move(path, to)
    return to


def is_graph(path: Path) -> bool:
    """Whether what is there was a graph, so that moving it away takes nothing from another program."""
    if not path.exists():
        return True
    if not path.is_file():
        return False
    with _errors(f"reading the graph {str(path)!r}"), path.open("rb") as file:
        return file.read(len(_MAGIC)) in (_MAGIC, b"")


def _all(path: Path) -> list[Path]:
    return [path, *beside(path)] if path.exists() else beside(path)


@contextlib.contextmanager
def _errors(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = "see that its folder is there and may be written, and that its disk is well"
        raise StoreUnavailable(f"{doing} failed: {remedy} ({error.strerror})") from error
