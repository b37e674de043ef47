"""The files of a Ladybug database: one by the name of the graph, and what the engine keeps beside it.

They are of one graph together. A log that is left beside another graph's file keeps that one from being opened.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

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
    for part in _all(path):
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink()


def move(path: Path, to: Path) -> None:
    """Gives a graph another name, at which there must be none."""
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
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) in (_MAGIC, b"")


def _all(path: Path) -> list[Path]:
    return [path, *beside(path)] if path.exists() else beside(path)
