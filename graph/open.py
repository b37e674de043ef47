"""Which store a URL names, and the files of one that is embedded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graph.errors import StoreUnavailable
from graph.ladybug import files
from graph.store import GraphStore
from schema.registry import Model

FORMS = "ladybug:///<path> or neo4j://<user>@<host>"
NEO4J_SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""`+s` is over TLS with a certificate that the system trusts, `+ssc` with any."""

_LADYBUG = "ladybug:///"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A graph in files of its own, which only this machine's programs reach. It must not be open meanwhile.

    What the system refuses is a `StoreUnavailable`.
    """

    path: Path
    """The graph's own file; what the engine keeps beside it goes with it."""

    @classmethod
    def of(cls, url: str) -> Embedded | None:
        """The one that a URL names; None where it names a server, or nothing."""
        named = url.startswith(_LADYBUG) and url != _LADYBUG
        return cls(Path(url.removeprefix(_LADYBUG))) if named else None

    @property
    def url(self) -> str:
        return f"{_LADYBUG}{self.path}"

    def beside(self, suffix: str) -> Embedded:
        """One of nearly the same name, in the same folder."""
        return Embedded(self.path.with_name(f"{self.path.name}.{suffix}"))

    def present(self) -> bool:
        """Whether there is any file of it."""
        return files.present(self.path)

    def is_graph(self) -> bool:
        """Whether what is there was a graph, so that moving it away takes nothing from another program."""
        return files.is_graph(self.path)

    def remove(self) -> None:
        """Removes it; no harm if it is not there."""
        files.remove(self.path)

    def set_aside(self, why: str) -> Embedded:
        """Moves it out of the way, to a name that says why and when; gives it."""
        return Embedded(files.aside(self.path, why))

    def replace(self, by: Embedded) -> Embedded | None:
        """Puts another one in its place; gives where it is now, None where it was not there."""
        old = self.set_aside("before") if self.present() else None
        files.move(by.path, self.path)
        return old


async def open_store(url: str, model: Model, *, password: str | None = None, fit: bool = True) -> GraphStore:
    """Opens the store that a URL names and makes its tables fit the model.

    `ladybug:///unshub-data/graph` is relative to the working folder, `ladybug:////var/lib/unshub/graph` absolute.
    `neo4j://user:password@graph.example:7687/neo4j` is a server or a cluster (`neo4j+s://` over TLS), `bolt://` one
    server and no other; `password` counts before the URL's. Without `fit` its tables stay as they are, which serves to
    clear it, or to see how it is. `StoreUnavailable` says what stands in the way.
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
    place, scheme = Embedded.of(url), url.partition("://")[0]
    if place is not None:
        from graph.ladybug.store import LadybugStore

        return await LadybugStore.open(place.path, model)
    if scheme in NEO4J_SCHEMES:
        from graph.neo4j.store import Neo4jStore

        return await Neo4jStore.open(url, model, password=password)
    raise StoreUnavailable(f"can't open the graph: no store has URLs with {scheme!r}; write {FORMS}")
