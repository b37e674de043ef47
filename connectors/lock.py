"""One process at a time runs a connector: two would tell the same changes twice, and take each other's checkpoints."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from connectors.errors import Occupied


@contextlib.contextmanager
def held(folder: Path, connector: str) -> Iterator[None]:
    """Holds a connector while the block runs; `Occupied` where another process does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{connector}.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            who = file.read(20).strip() or "unknown"
            remedy = "a hub runs its connectors by itself, as often as `every` says; anything else, stop first"
            raise Occupied(f"the connector {connector} is run by another process, {who}; {remedy}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
