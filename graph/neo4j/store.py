"""The graph store on Neo4j: a server, or a cluster, that several hub processes share."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import orjson

from graph import dump
from graph.cache import Cache
from graph.cypher import quote
from graph.errors import GraphError, StoreBehind, StoreBusy
from graph.neo4j import commit, ddl, explore
from graph.neo4j.cypher import decode
from graph.neo4j.driver import Address, Server
from graph.neo4j.kept import KeptStatements
from graph.neo4j.marks import put_marks
from graph.neo4j.write import LANES, LOCK_LANES, Known, Statements, Writer
from graph.plan import Plan, Row
from graph.rows import IDENTIFIER, WITHDRAWN
from graph.store import Health, Reached, WriteTransaction
from schema.json import compact
from schema.registry import Model

ATTEMPTS = 8
"""How often a plan is run to see one state of the graph. Where a write was committed during each, the last counts."""

PAUSE_SECONDS = 0.0005
"""Half of the pause after the first attempt, which doubles with each: a commit takes some milliseconds."""

WRITERS = 4
"""With one, the server and Python wait for each other; with more than this, only batches for each other's locks."""

KNOWN = 20_000
"""Things of which the state is kept here, about 5 kB each: what is written is often written again soon."""

_TYPES = f"MATCH (m:{quote(ddl.MODEL)} {{key: 'types'}}) RETURN m.types"
_SET_TYPES = f"MERGE (m:{quote(ddl.MODEL)} {{key: 'types'}}) SET m.types = $types"
_ORIGIN = f"MATCH (m:{quote(ddl.MODEL)} {{key: 'origin'}}) RETURN m.origin"
_SET_ORIGIN = f"MERGE (m:{quote(ddl.MODEL)} {{key: 'origin'}}) SET m.origin = $origin"
_REACHED = f"MATCH (l:{quote(ddl.LANE)}) RETURN coalesce(max(l.last), 0), coalesce(max(l.whole), 0)"
_SET_REACHED = f"MATCH (l:{quote(ddl.LANE)}) SET l.last = $last, l.whole = $whole"
_AWAIT_INDEXES = "CALL db.awaitIndexes(600)"
_TRIES = 20
_PAUSE_SECONDS = 0.5


class Neo4jStore:
    """Implements `graph.store.GraphStore`. Make one with `open`."""

    def __init__(self, server: Server, model: Model, write_timeout: float) -> None:
        self._server = server
        self._write_timeout = write_timeout
        self._model = model
        self._indexes = ddl.indexes(model)
        self._statements = Statements.of(model)
        self._reads = KeptStatements()
        self._known: Known = Cache(KNOWN)
        self._random = random.Random()
        self._first = self._random.randrange(LANES)
        self._taken: set[int] = set()

    @classmethod
    async def open(
        cls,
        url: str,
        model: Model,
        *,
        password: str | None = None,
        read_timeout: float = 30.0,
        write_timeout: float = 60.0,
    ) -> Neo4jStore:
        """Opens the database that a URL names: `neo4j://user:password@host:7687/database`.

        `password` counts before the URL's. `read_timeout` limits each read, `write_timeout` each write transaction, in
        seconds. `StoreUnavailable` where the server does not answer or refuses the user, `SchemaMismatch` where the
        model can't be kept in Neo4j.
        """
        server = Server(Address.parse(url, password), read_timeout)
        try:
            store = cls(server, model, write_timeout)
            await server.check()
        except BaseException:
            await server.close()
            raise
        return store

    async def migrate(self) -> tuple[str, ...]:
        wanted, there = ddl.types(self._model), await self._types()
        ddl.check_types(wanted, there)
        statements = ddl.additions(self._indexes, await self._server.run(ddl.PRESENT))
        if there and ddl.MARKED.statement in statements:
            await put_marks(self._model, self._server.run)
        for each in statements:
            await self._change(each)
        await self._change(commit.FORGET)
        if statements:
            await self._server.run(_AWAIT_INDEXES)
        if not wanted.items() <= there.items():
            await self._change(_SET_TYPES, {"types": compact({**there, **wanted})})
        return statements

    async def _change(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Runs a statement that may run twice. Those of hubs that start together can deadlock, and one is ended."""
        for left in reversed(range(_TRIES)):
            try:
                await self._server.run(cypher, parameters)
                return
            except StoreBusy:
                if not left:
                    raise
                await asyncio.sleep(self._random.uniform(0, _PAUSE_SECONDS))

    async def _types(self) -> Mapping[str, str]:
        rows = await self._server.run(_TYPES)
        types: Mapping[str, str] = orjson.loads(rows[0][0]) if rows else {}
        return types

    async def clear(self) -> None:
        """See the port. Only what this store made goes: a database may hold other things."""
        async with self._server.transaction("clear", None) as transaction:
            await transaction.run(LOCK_LANES, {"rows": list(range(LANES)), "token": self._token()})
            for label in (ddl.THING, IDENTIFIER, WITHDRAWN, ddl.MODEL):
                await self._server.run(
                    f"MATCH (n:{quote(label)}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 5000 ROWS"
                )
            await transaction.run(_SET_REACHED, {"last": 0, "whole": 0})
            await transaction.commit()
        for each in ddl.drops(self._indexes, await self._server.run(ddl.PRESENT)):
            await self._server.run(each)
        await self.migrate()

    @property
    def writers(self) -> int:
        return WRITERS

    async def origin(self) -> str | None:
        rows = await self._server.read(_ORIGIN, {}, "origin")
        return str(rows[0][0]) if rows else None

    async def set_origin(self, text: str) -> None:
        await self._server.run(_SET_ORIGIN, {"origin": text})

    async def reached(self) -> Reached:
        ((last, whole),) = await self._server.read(_REACHED, {}, "reached")
        return Reached(last, whole)

    async def set_reached(self, reached: Reached) -> None:
        async with self._server.transaction("reached", self._write_timeout) as transaction:
            await transaction.run(LOCK_LANES, {"rows": list(range(LANES)), "token": self._token()})
            await transaction.run(_SET_REACHED, {"last": reached.last, "whole": reached.whole})
            await transaction.commit()

    @contextlib.asynccontextmanager
    async def write(self, reached: int = 0, whole: int = 0) -> AsyncIterator[WriteTransaction]:
        async with self._server.transaction("project", self._write_timeout) as transaction, self._lane() as lane:
            token = self._token()
            writer = Writer(transaction.run, self._statements, token, self._known)
            if (last := await writer.begin(lane, reached, whole)) < whole:
                raise StoreBehind(
                    f"the graph {self._server.place} has come to assertion {last}, and had come to {whole} before: it "
                    "was restored from an older backup, or cleared"
                )
            yield writer
            if writer.written or reached:
                await writer.end()
                await commit.marked(self._server.run, lane, token, transaction.commit)
                writer.committed()

    @contextlib.asynccontextmanager
    async def _lane(self) -> AsyncIterator[int]:
        """A lane for a batch, of those that other batches here leave free. As few as may be: a read looks at all."""
        near = (number % LANES for number in range(self._first, self._first + LANES))
        lane = next((lane for lane in near if lane not in self._taken), self._first)
        self._taken.add(lane)
        try:
            yield lane
        finally:
            self._taken.discard(lane)

    def _token(self) -> int:
        return self._random.getrandbits(62)

    async def read(self, plan: Plan, parameters: Mapping[str, Any]) -> Row:
        query = self._reads.of(plan, parameters)
        given = query.parameters(parameters)
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS * 2**attempt)
            ((found, whole),) = await self._server.read(query.text, given, plan.name or "read")
            if whole:
                break
        return query.result(found, parameters)

    async def counts(self) -> Mapping[str, int]:
        ((found,),) = await self._server.read(explore.counts(self._model), {}, "counts")
        return dict(zip(self._model.kinds, found, strict=True))

    async def places(self, path: str | None) -> Mapping[str, Mapping[str, int]]:
        rows = await self._server.read(*explore.places(self._model, path), "places")
        return explore.by_place([(path, kind, number) for path, kind, number in rows])

    async def dump(self, *, floors: bool = False) -> AsyncIterator[Mapping[str, Any]]:
        """See the port. `floors` adds those of withdrawn records, which no reader of the graph sees."""
        for part in dump.parts(self._model, floors=floors):
            after: Sequence[Any] | None = ()
            while after is not None:
                rows = await self._server.read(*part.statement(after), "dump")
                for row in rows:
                    yield part.entry(row, decode)
                after = part.next(rows)

    async def health(self) -> Health:
        try:
            return Health(True, f"{await self._server.check()} at {self._server.place}")
        except GraphError as error:
            return Health(False, f"Neo4j at {self._server.place}: {error}")

    async def close(self) -> None:
        await self._server.close()
