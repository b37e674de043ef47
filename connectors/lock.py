"""One process at a time runs a connector: two would tell the same changes twice, and take each other's checkpoints."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from connectors.errors import Occupied

TRIES = 3
TRY_SECONDS = 0.02


@contextlib.contextmanager
def held(folder: Path, connector: str) -> Iterator[None]:
    """Holds a connector while the block runs; `Occupied` where another process does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{connector}.lock").open("a+") as file:
        if not _locked(file):
            file.seek(0)
            who = file.read(20).strip() or "unknown"
            remedy = "a hub runs its connectors by itself, as often as `every` says; anything else, stop first"
            raise Occupied(f"the connector {connector} is run by another process, {who}; {remedy}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_held(folder: Path, connector: str) -> bool:
    """Whether a process holds a connector now."""
    try:
        with (folder / f"{connector}.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _locked(file: IO[Any]) -> bool:
    """Takes the lock; tried a few times, since one who only looks has it for an instant."""
    for _ in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(TRY_SECONDS)
        else:
            return True
    return False
