"""What a load of very many records takes in memory: `python -m bench.connector_memory [--count N] [FORM …]`.

Each form of source is loaded by a process of its own, and nothing is behind it that takes the messages. What the
process holds is looked at as it goes: a record that leaves anything behind shows as bytes a record. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl

from connectors.mapping.messages import Message
from connectors.schedule import Around, at_work
from connectors.state import State
from connectors.stream import Outcome
from hub.connect.files import read_file
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules

COUNT = 1_000_000
SETTLED = 0.1
"""From this share of a load on its memory is compared: before that, caches fill."""

MAP = [
    {
        "kind": "MaterialLot",
        "id": "lot_no",
        "set": {"name": "title", "quantity": {"from": "qty", "unit": "kg"}, "definition": "part"},
    }
]
FIELDS = ("id", "lot_no", "title", "qty", "part", "changed_at")


def row(number: int) -> tuple[Any, ...]:
    """One record."""
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1_700_000_000 + number))
    return number, f"LOT-{number:07}", f"Base White {number}", number / 2, f"MAT-{number % 50}", at


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """All records."""
    return map(row, range(count))


def table(folder: Path, count: int) -> None:
    """A table of SQLite."""
    with closing(sqlite3.connect(folder / "plant.db")) as database:
        database.execute("CREATE TABLE lot (id INTEGER PRIMARY KEY, lot_no, title, qty, part, changed_at)")
        database.executemany("INSERT INTO lot VALUES (?, ?, ?, ?, ?, ?)", rows(count))
        database.execute("CREATE INDEX lot_changed ON lot (changed_at, id)")
        database.commit()


def csv(folder: Path, count: int) -> None:
    """A file of CSV."""
    with (folder / "lots.csv").open("w") as file:
        file.write(",".join(FIELDS) + "\n")
        file.writelines(",".join(map(str, each)) + "\n" for each in rows(count))


def xml(folder: Path, count: int) -> None:
    """A document of XML."""
    with (folder / "lots.xml").open("w") as file:
        file.write("<lots>")
        for each in rows(count):
            parts = "".join(f"<{name}>{value}</{name}>" for name, value in zip(FIELDS, each, strict=True))
            file.write(f"<lot>{parts}</lot>\n")
        file.write("</lots>")


def excel(folder: Path, count: int) -> None:
    """A workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(FIELDS)
    for each in rows(count):
        sheet.append(each)
    book.save(folder / "lots.xlsx")


def nothing(folder: Path, count: int) -> None:
    """Nothing is to be made before."""


@dataclass(frozen=True)
class Form:
    """A source of one form."""

    make: Callable[[Path, int], None]
    connector: dict[str, Any]
    stream: dict[str, Any]
    served: bool = False


SQL = {"kind": "sql", "url": "sqlite:///plant.db"}
FILE = {"kind": "file", "folder": "."}
FORMS = {
    "sql": Form(table, SQL, {"table": "lot", "key": "id", "changed": "changed_at"}),
    "sql-snapshot": Form(table, SQL, {"table": "lot", "key": "id"}),
    "rest": Form(
        nothing,
        {"kind": "rest", "url": "http://127.0.0.1:{port}"},
        {
            "path": "/lots",
            "params": {"offset": "{offset}", "limit": "{size}"},
            "records": "items",
            "pages": {"by": "offset", "size": 1000},
            "key": "id",
            "changed": "changed_at",
        },
        served=True,
    ),
    "csv": Form(csv, FILE, {"files": "*.csv", "format": "csv", "settle": 0}),
    "xml": Form(xml, FILE, {"files": "*.xml", "format": "xml", "records": "lots/lot", "settle": 0}),
    "excel": Form(excel, FILE, {"files": "*.xlsx", "format": "excel", "settle": 0}),
}


@dataclass
class Watched:
    """What the process held as the load went on."""

    count: int
    looks: list[tuple[int, int]] = field(default_factory=list)

    def look(self, outcome: Outcome) -> None:
        """Takes note, at each hundredth of the load."""
        if not self.looks or outcome.read - self.looks[-1][0] >= self.count // 100:
            self.looks.append((outcome.read, _resident()))

    @property
    def growth(self) -> float:
        """Bytes a record, over the load but for its beginning."""
        settled = [look for look in self.looks if look[0] >= self.count * SETTLED]
        (first, before), (last, after) = settled[0], settled[-1]
        return (after - before) / max(1, last - first)


def main() -> None:
    """Loads each form, a process each, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench.connector_memory")
    parser.add_argument("forms", nargs="*", choices=[*FORMS, []], help="all unless given")
    parser.add_argument("--count", type=int, default=COUNT)
    options = parser.parse_args()
    for name in options.forms or FORMS:
        with tempfile.TemporaryDirectory(prefix="unshub-bench-") as folder:
            FORMS[name].make(Path(folder), options.count)
            context = multiprocessing.get_context("spawn")
            process = context.Process(target=_load, args=(name, Path(folder), options.count))
            process.start()
            process.join()


def _load(name: str, folder: Path, count: int) -> None:
    form = FORMS[name]
    with _Served(count) if form.served else _Nobody() as port:
        config = {
            "system": "mes",
            "location": "acme/north",
            "timeZone": "UTC",
            **json.loads(json.dumps(form.connector).replace("{port}", str(port))),
            "streams": {"lots": {"page": 1000, "map": MAP, **form.stream}},
        }
        (folder / "mes.yaml").write_text(json.dumps(config))
        watched, seconds = asyncio.run(_run(folder, count))
    held = [held for _, held in watched.looks]
    print(
        f"{name}: {watched.looks[-1][0]} records in {seconds:.0f} s; {held[0] / 1e6:.0f} MB after the first page, "
        f"{max(held) / 1e6:.0f} MB at most, {held[-1] / 1e6:.0f} MB at the end; {watched.growth:.1f} bytes a record "
        f"from {SETTLED:.0%} on",
        flush=True,
    )


async def _run(folder: Path, count: int) -> tuple[Watched, float]:
    file = read_file(folder / "mes.yaml")
    assert file.connector is not None, file.faults
    watched = Watched(count)

    async def publish(message: Message) -> None:
        """Takes it, and keeps nothing."""

    with closing(State(folder / "state.db")) as state:
        around = Around(folder, state, Contract(MODEL, Rules()), "uns/v1", publish)
        async with at_work(file.connector, around) as worker:
            began = time.perf_counter()
            outcome = await worker.run("lots", progress=watched.look)
            watched.looks.append((outcome.read, _resident()))
            assert outcome.read == count, outcome
            return watched, time.perf_counter() - began


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class _Nobody:
    """In place of a server."""

    def __enter__(self) -> int:
        return 0

    def __exit__(self, *_: object) -> None:
        """There is nothing to end."""


class _Served(_Nobody):
    """A server of the records, in a process of its own."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __enter__(self) -> int:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._count, theirs))
        self._process.start()
        return int(ours.recv())

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


def _serve(count: int, told: Connection) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = {name: int(value[0]) for name, value in parse_qs(urlsplit(self.path).query).items()}
            numbers = range(asked["offset"], min(count, asked["offset"] + asked["limit"]))
            items = [dict(zip(FIELDS, row(number), strict=True)) for number in numbers]
            body = json.dumps({"items": items}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.send(server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
