"""One stream's part of what is kept."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson
from sqlalchemy import Table, bindparam, delete, exists, func, select, update
from sqlalchemy.engine import Connection, Engine, Row

from connectors.mapping.messages import Thing
from connectors.state.tables import (
    CHECKPOINT,
    GONE,
    LETTER,
    RECORD,
    STANDING,
    THING,
    WITHDRAWN,
    reading,
    upsert,
    writing,
)
from connectors.state.values import Checkpoint, Kept, Known, LastRun, Standing, Step, Totals

T = TypeVar("T")

PART = 10_000
"""So many values in one statement: SQLite takes 32,766, and a source without pages may have more records."""
WITHDRAWN_MICROS = 366 * 24 * 3600 * 1_000_000
"""For how long it is known when a thing was withdrawn: one that comes back later has a newer time of its own."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """One stream's part of what is kept."""

    engine: Engine = field(repr=False)
    connector: str
    stream: str
    writer: Engine | None = field(default=None, repr=False)
    """Writes, where the connector is held."""

    @property
    def _writer(self) -> Engine:
        return self.writer or self.engine

    def checkpoint(self) -> Checkpoint:
        """How far it is."""
        with reading(self.engine) as connection:
            row = connection.execute(select(CHECKPOINT).where(*self._own(CHECKPOINT))).first()
        return Checkpoint() if row is None else checkpoint_of(row)

    def known(self, keys: Sequence[str]) -> dict[str, Known]:
        """What was said before of records, by key."""
        found = select(RECORD.c.key, RECORD.c.digest, RECORD.c.observed).where(*self._own(RECORD))
        with reading(self.engine) as connection:
            return {
                row.key: Known(row.digest, row.observed)
                for part in _parts(keys)
                for row in connection.execute(found.where(RECORD.c.key.in_(part)))
            }

    def has_letter(self, key: str) -> bool:
        """Whether a record of this name is set aside."""
        with reading(self.engine) as connection:
            found = select(LETTER.c.key).where(*self._own(LETTER), LETTER.c.key == key)
            return connection.execute(found).first() is not None

    def gone_at(self, things: Collection[Thing]) -> dict[tuple[str, str], int]:
        """When the connector withdrew things last, by kind and id; of others nothing."""
        kinds = {kind: {thing.id for thing in things if thing.kind == kind} for kind in {t.kind for t in things}}
        found = select(WITHDRAWN).where(WITHDRAWN.c.connector == self.connector)
        with reading(self.engine) as connection:
            return {
                (row.kind, row.id): row.time
                for kind, ids in kinds.items()
                for part in _parts(list(ids))
                for row in connection.execute(found.where(WITHDRAWN.c.kind == kind, WITHDRAWN.c.id.in_(part)))
            }

    def keep(self, step: Step) -> None:
        """Keeps what follows from a page."""
        with writing(self._writer) as connection:
            self._keep_records(connection, step)
            self._keep_letters(connection, step)
            if step.back:
                back = [{"c": self.connector, "k": kind, "i": id_} for kind, id_ in step.back]
                connection.execute(_CAME_BACK, back)
            if step.forget_below is not None:
                connection.execute(delete(RECORD).where(*self._own(RECORD), RECORD.c.mark < step.forget_below))
            if step.generation > 0:
                self._keep_checkpoint(connection, Checkpoint(step.position, step.generation, False))

    def tried(self, since: Checkpoint) -> None:
        """What a source had told that was set aside is tried again, as a reset asked for; not if one asks anew."""
        with writing(self._writer) as connection:
            self._keep_checkpoint(connection, Checkpoint(0, since.generation, True))

    def completed(self, generation: int) -> None:
        """A run came to its end."""
        with writing(self._writer) as connection:
            before = connection.execute(select(CHECKPOINT.c.position).where(*self._own(CHECKPOINT))).scalar()
            position = None if before is None else orjson.loads(before)
            self._keep_checkpoint(connection, Checkpoint(position, generation, True))

    def standing(self) -> Standing:
        """How it fares."""
        with reading(self.engine) as connection:
            told = connection.execute(select(STANDING.c.told).where(*self._own(STANDING))).scalar()
        return Standing() if told is None else standing_of(told)

    def stand(self, standing: Standing) -> None:
        """Keeps how it fares."""
        with writing(self._writer) as connection:
            connection.execute(upsert(connection, STANDING, "told"), {**self._names, "told": orjson.dumps(standing)})

    def ran(self, last: LastRun) -> None:
        """Keeps how a stream fares whose source tells it, since that began; what it told is added to the totals."""
        before = self.standing()
        same = before.last if before.last is not None and before.last.began == last.began else None
        self.stand(
            Standing(
                last=last,
                success=before.success if last.error else last,
                failures=before.failures + (same is None or not same.error) if last.error else 0,
                totals=before.totals.grown(same, last),
            )
        )

    def last(self) -> LastRun | None:
        """How the last run went; None where there was none."""
        return self.standing().last

    def count(self) -> int:
        """How many records are known."""
        with reading(self.engine) as connection:
            return connection.execute(select(func.count()).select_from(RECORD).where(*self._own(RECORD))).scalar_one()

    def gone(self, generation: int) -> int:
        """How many records a whole run, the one of this generation, has not found any more."""
        with reading(self.engine) as connection:
            return connection.execute(
                select(func.count()).select_from(RECORD).where(*self._own(RECORD), RECORD.c.generation < generation)
            ).scalar_one()

    def unsaid(self, generation: int, limit: int) -> list[Thing]:
        """Things that nothing asserts any more that a whole run has found; the same again until `withdrawn`."""
        mine = THING.alias()
        other = THING.alias()
        alive = (
            select(other.c.id)
            .join(
                RECORD,
                (RECORD.c.connector == other.c.connector)
                & (RECORD.c.stream == other.c.stream)
                & (RECORD.c.key == other.c.key),
            )
            .where(
                other.c.connector == self.connector,
                other.c.kind == mine.c.kind,
                other.c.id == mine.c.id,
                (RECORD.c.stream != self.stream) | (RECORD.c.generation >= generation),
            )
        )
        old = exists(
            select(RECORD.c.key).where(*self._own(RECORD), RECORD.c.key == mine.c.key, RECORD.c.generation < generation)
        )
        chosen = (
            select(mine.c.kind, mine.c.id, func.min(mine.c.location).label("location"))
            .where(mine.c.connector == self.connector, mine.c.stream == self.stream)
            .where((mine.c.key == GONE) | old)
            .where(~exists(alive))
            .group_by(mine.c.kind, mine.c.id)
            .limit(limit)
        )
        with reading(self.engine) as connection:
            return [Thing(row.kind, row.id, row.location) for row in connection.execute(chosen)]

    def withdrawn(self, things: Iterable[Thing], time_: int) -> None:
        """Forgets things that were withdrawn, but for the time, in microseconds since 1970 UTC."""
        rows = [{"k": thing.kind, "i": thing.id} for thing in things]
        if rows:
            gone = [{"connector": self.connector, "kind": row["k"], "id": row["i"], "time": time_} for row in rows]
            with writing(self._writer) as connection:
                old = WITHDRAWN.c.time < time_ - WITHDRAWN_MICROS
                connection.execute(delete(WITHDRAWN).where(WITHDRAWN.c.connector == self.connector, old))
                connection.execute(upsert(connection, WITHDRAWN, "time"), gone)
                connection.execute(
                    delete(THING).where(
                        *self._own(THING), THING.c.kind == bindparam("k"), THING.c.id == bindparam("i")
                    ),
                    rows,
                )

    def forget_gone(self, generation: int) -> None:
        """Forgets the records that a whole run has not found, once their things are withdrawn."""
        with writing(self._writer) as connection:
            old = select(RECORD.c.key).where(*self._own(RECORD), RECORD.c.generation < generation)
            connection.execute(delete(THING).where(*self._own(THING), THING.c.key.in_(old)))
            connection.execute(delete(THING).where(*self._own(THING), THING.c.key == GONE))
            connection.execute(delete(LETTER).where(*self._own(LETTER), LETTER.c.key.in_(old)))
            connection.execute(delete(RECORD).where(*self._own(RECORD), RECORD.c.generation < generation))

    def reset(self) -> None:
        """Begins anew: the next run reads everything and says it again. What records asserted stays known.

        So that what has gone meanwhile is withdrawn. A run that is under way can move the position no more.
        """
        with writing(self._writer) as connection:
            connection.execute(update(RECORD).where(*self._own(RECORD)).values(digest=b""))
            connection.execute(
                update(CHECKPOINT)
                .where(*self._own(CHECKPOINT))
                .values(position=b"null", generation=CHECKPOINT.c.generation + 1, complete=0)
            )

    def _keep_records(self, connection: Connection, step: Step) -> None:
        if step.said:
            for said in _parts(step.said):
                self._keep_things(connection, said)
            rows = [
                {**self._names, "key": s.key, "digest": s.digest, "observed": s.observed, "mark": s.mark}
                | {"generation": step.generation}
                for s in step.said
            ]
            connection.execute(upsert(connection, RECORD, "digest", "observed", "mark", "generation"), rows)
        for part in _parts(step.found):
            chosen = update(RECORD).where(*self._own(RECORD), RECORD.c.key.in_(part))
            connection.execute(chosen.values(generation=step.generation))

    def _keep_things(self, connection: Connection, said: Sequence[Kept]) -> None:
        compared = {kept.key: kept.things for kept in said if kept.things is not None}
        if not compared:
            return
        own = (*self._own(THING), THING.c.key.in_(list(compared)))
        before = connection.execute(select(THING.c.key, THING.c.kind, THING.c.id, THING.c.location).where(*own))
        now = {(key, thing.kind, thing.id) for key, things in compared.items() for thing in things}
        dropped = [row._asdict() for row in before if (row.key, row.kind, row.id) not in now]
        connection.execute(delete(THING).where(*own))
        rows = [
            {**self._names, "key": key, **thing._asdict()} for key, things in compared.items() for thing in set(things)
        ]
        rows += [{**self._names, **row, "key": GONE} for row in dropped]
        if rows:
            connection.execute(upsert(connection, THING, "location"), rows)

    def _keep_letters(self, connection: Connection, step: Step) -> None:
        mapped = [*(kept.key for kept in step.said), *step.same, *step.mapped]
        for part in _parts(mapped):
            connection.execute(delete(LETTER).where(*self._own(LETTER), LETTER.c.key.in_(part)))
        if step.letters:
            connection.execute(
                upsert(connection, LETTER, "time", "record", "troubles", by=("connector", "stream", "key")),
                [
                    {
                        **self._names,
                        "key": letter.key,
                        "time": time.time_ns() // 1000,
                        "record": orjson.dumps(letter.record),
                        "troubles": orjson.dumps(list(letter.troubles)),
                    }
                    for letter in step.letters
                ],
            )

    def _keep_checkpoint(self, connection: Connection, checkpoint: Checkpoint) -> None:
        current = CHECKPOINT.c.generation <= checkpoint.generation
        connection.execute(
            upsert(connection, CHECKPOINT, "position", "generation", "complete", where=current),
            {
                **self._names,
                "position": orjson.dumps(checkpoint.position),
                "generation": checkpoint.generation,
                "complete": int(checkpoint.complete),
            },
        )

    @property
    def _names(self) -> dict[str, Any]:
        return {"connector": self.connector, "stream": self.stream}

    def _own(self, table: Table) -> tuple[Any, Any]:
        return table.c.connector == self.connector, table.c.stream == self.stream


_CAME_BACK = delete(WITHDRAWN).where(
    WITHDRAWN.c.connector == bindparam("c"), WITHDRAWN.c.kind == bindparam("k"), WITHDRAWN.c.id == bindparam("i")
)


def checkpoint_of(row: Row[Any]) -> Checkpoint:
    """A row as a value."""
    return Checkpoint(orjson.loads(row.position), row.generation, bool(row.complete))


def standing_of(told: bytes) -> Standing:
    """What was kept as a value."""
    found = orjson.loads(told)
    runs = {name: LastRun(**run) for name in ("last", "success", "under_way") if (run := found[name]) is not None}
    return Standing(**{**found, **runs, "totals": Totals(**found["totals"])})


def _parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for begin in range(0, len(values), PART):
        yield values[begin : begin + PART]
