"""Rows of a database through a mapping to acknowledged messages, beside reading them and publishing ready JSON."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from bench import parts
from bench.measure import Measure, by_turns
from connectors.load import Connector
from connectors.mapping.messages import Message
from connectors.schedule import Around, at_work
from connectors.state import State
from connectors.wire.address import Url
from connectors.wire.tls import Tls
from hub.connect.files import read_file
from hub.connect.publisher import Publisher
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules

COUNT = 100_000
PAGE = 1000
STREAM = "lots"
TOPIC = "uns/v1/acme/north/_source/mes/material-lot"

_TABLE = "CREATE TABLE lot (id INTEGER PRIMARY KEY, lot_no, title, state, qty, uom, part, produced, changed_at, weight)"
_CONNECTOR = f"""
kind: sql
system: mes
url: sqlite:///plant.db
location: acme/north
timeZone: UTC
streams:
  {STREAM}:
    table: lot
    key: id
    changed: changed_at
    page: {PAGE}
    map:
      - kind: MaterialLot
        id: lot_no
        set:
          name: title
          status: {{from: state, enum: {{F: RELEASED, S: BLOCKED}}}}
          quantity: {{from: qty, unit: {{from: uom, enum: {{KG: kg}}}}}}
          producedAt: produced
          definition: part
"""


async def measure(runs: int, count: int | None = None) -> list[Measure]:
    """How near a first load comes to its floor."""
    rows = count or COUNT
    with tempfile.TemporaryDirectory(prefix="unshub-bench-") as folder:
        connector = _prepared(Path(folder), rows)
        async with parts.broker(parts.nothing, prefix="elsewhere") as port:
            url = Url("mqtt", "127.0.0.1", port)
            ready = await _ready(connector, Path(folder))
            alone = [Message(f"{TOPIC}/{one['id']}", orjson.dumps(one), 1) for one in _objects(ready)]
            here = Path(folder)
            found = await by_turns(
                runs,
                partial(_load, connector, here, url, rows),
                partial(_floor, "alone", here, url, rows, alone),
                partial(_floor, "together", here, url, rows, ready),
            )
    what = f"{rows:,} rows of SQLite through a mapping to acknowledged"
    return [
        Measure(what, found["load"], "rows/s", found["alone"], "reading them and publishing a row's JSON each", runs),
        Measure(what, found["load"], "rows/s", found["together"], "the same, 500 rows' JSON in a message", runs),
    ]


def _objects(messages: list[Message]) -> Iterator[dict[str, Any]]:
    return (each for message in messages for each in orjson.loads(message.payload))


def _prepared(folder: Path, rows: int) -> Connector:
    with closing(sqlite3.connect(folder / "plant.db")) as database:
        database.execute(_TABLE)
        database.executemany(
            "INSERT INTO lot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (n, f"LOT-{n:06}", f"Base White {n}", "FS"[n % 2], n / 2, "KG", f"MAT-{n % 50}", _at(n), _at(n), n / 7)
                for n in range(rows)
            ),
        )
        database.execute("CREATE INDEX lot_changed ON lot (changed_at, id)")
        database.commit()
    (folder / "mes.yaml").write_text(_CONNECTOR)
    found = read_file(folder / "mes.yaml").connector
    assert found is not None
    return found


def _at(number: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1_772_000_000 + number))


async def _load(connector: Connector, folder: Path, url: Url, rows: int) -> Mapping[str, float]:
    publisher = Publisher(url, "bench", Tls())
    try:
        return {"load": rows / await _run(connector, folder, publisher.publish)}
    finally:
        await publisher.close()


async def _run(connector: Connector, folder: Path, publish: object) -> float:
    (folder / "state.db").unlink(missing_ok=True)
    with closing(State(folder / "state.db")) as state:
        around = Around(folder, state, Contract(MODEL, Rules()), "uns/v1", publish)  # type: ignore[arg-type]
        async with at_work(connector, around) as worker:
            began = time.perf_counter()
            await worker.run(STREAM)
            return time.perf_counter() - began


async def _ready(connector: Connector, folder: Path) -> list[Message]:
    """The messages that the load makes."""
    made: list[Message] = []

    async def keep(message: Message) -> None:
        made.append(message)

    await _run(connector, folder, keep)
    return made


async def _floor(name: str, folder: Path, url: Url, rows: int, ready: list[Message]) -> Mapping[str, float]:
    """Reads all rows, a page at a time, and publishes the messages, those of a page at once."""
    publisher = Publisher(url, "bench", Tls())
    messages = iter(ready)
    try:
        await publisher.publish(ready[0])
        began = time.perf_counter()
        with closing(sqlite3.connect(folder / "plant.db")) as database:
            last = -1
            while page := database.execute(
                "SELECT * FROM lot WHERE id > ? ORDER BY id LIMIT ?", (last, PAGE)
            ).fetchall():
                last = page[-1][0]
                following = list(islice(messages, -(-len(ready) * PAGE // rows)))
                await asyncio.gather(*map(publisher.publish, following))
        return {name: rows / (time.perf_counter() - began)}
    finally:
        await publisher.close()
