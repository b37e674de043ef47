"""Which store a URL names."""

from __future__ import annotations

from pathlib import Path

from graph.errors import StoreUnavailable
from graph.store import GraphStore
from schema.registry import Model

FORMS = "ladybug:///<path> or neo4j://<user>@<host>"
NEO4J_SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""`+s` is over TLS with a certificate that the system trusts, `+ssc` with any."""

_LADYBUG = "ladybug:///"


def ladybug_path(url: str) -> Path | None:
    """The file that a `ladybug:///` URL names; None for another kind of store."""
    return Path(url.removeprefix(_LADYBUG)) if url.startswith(_LADYBUG) and url != _LADYBUG else None


async def open_store(url: str, model: Model, *, password: str | None = None, fit: bool = True) -> GraphStore:
    """Opens the store that a URL names and makes its tables fit the model.

    `ladybug:///unshub-data/graph` is relative to the working folder, `ladybug:////var/lib/unshub/graph` absolute.
    `neo4j://user:password@graph.example:7687/neo4j` is a server or a cluster (`neo4j+s://` over TLS), `bolt://` one
    server and no other; `password` counts before the URL's. Without `fit` its tables stay as they are, which serves to
    clear it. `StoreUnavailable` says what stands in the way.
    """
    store = await _open(url, model, password)
    try:
        if fit:
            await store.migrate()
    except BaseException:
        await store.close()
        raise
    return store


async def _open(url: str, model: Model, password: str | None) -> GraphStore:
    # Each form brings its driver, so only the one asked for is imported.
    path, scheme = ladybug_path(url), url.partition("://")[0]
    if path is not None:
        from graph.ladybug.store import LadybugStore

        return await LadybugStore.open(path, model)
    if scheme in NEO4J_SCHEMES:
        from graph.neo4j.store import Neo4jStore

        return await Neo4jStore.open(url, model, password=password)
    raise StoreUnavailable(f"can't open the graph: no store has URLs with {scheme!r}; write {FORMS}")
