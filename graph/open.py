"""Which store a URL names."""

from __future__ import annotations

import shutil
from pathlib import Path

from graph.errors import StoreUnavailable
from graph.store import GraphStore
from schema.registry import Model

_LADYBUG = "ladybug:///"


def ladybug_path(url: str) -> Path | None:
    """The file that a `ladybug:///` URL names; None for another kind of store."""
    return Path(url.removeprefix(_LADYBUG)) if url.startswith(_LADYBUG) and url != _LADYBUG else None


def remove(path: Path) -> None:
    """Removes a Ladybug database and what it keeps beside it; no harm if it is not there."""
    for part in [path, *path.parent.glob(f"{path.name}.*")]:
        if part.name in {path.name, f"{path.name}.wal", f"{path.name}.shadow", f"{path.name}.lock"}:
            shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)


async def open_store(url: str, model: Model) -> GraphStore:
    """Opens the store that a URL names and makes its tables fit the model.

    `ladybug:///unshub-data/graph` is relative to the working folder, `ladybug:////var/lib/unshub/graph` absolute.
    `StoreUnavailable` says what stands in the way.
    """
    path = ladybug_path(url)
    if path is None:
        raise StoreUnavailable(f"can't open the graph {url!r}: no store has such a URL; write {_LADYBUG}<path>")
    from graph.ladybug.store import LadybugStore

    store = await LadybugStore.open(path, model)
    try:
        await store.migrate()
    except BaseException:
        await store.close()
        raise
    return store
