"""`unshub doctor`: what a hub needs on this machine, checked, each line with its remedy."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Annotated

import typer

from connectors.wire.address import Address, SocketFile, Url
from graph.errors import GraphError
from hub.cli.broker_check import external_broker
from hub.cli.connector_check import connectors
from hub.cli.finding import Finding, Level
from hub.cli.options import with_settings
from hub.cli.output import out, show_json
from hub.cli.running import HubUnreachable, RunningHub
from hub.cli.server_check import graph_server, journal_server
from hub.errors import HubError
from hub.journal.sqlite_lock import FileLock
from hub.mqtt import mosquitto
from hub.settings import Settings
from hub.settings.load import ENVIRONMENT_PREFIX, FILE_VARIABLE
from schema.model import MODEL

OLDEST_PYTHON = (3, 11)
LITTLE_SPACE = 1 << 30
RELEASED = 1_767_225_600
"""2026-01-01 UTC: a clock before this version's year is wrong."""


_STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


@with_settings()
def doctor(
    settings: Settings,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")] = False,
    ready: Annotated[bool, typer.Option("--ready", help="Check only that a hub runs here and is ready.")] = False,
) -> None:
    """Check whether this machine has what a hub needs. The exit code is 1 where something fails."""
    failed = False
    for finding in [_readiness(settings)] if ready else findings(settings):
        failed = failed or finding.level is Level.FAIL
        if json:
            show_json(asdict(finding))
            continue
        remedy = f"\n       {finding.remedy}" if finding.remedy else ""
        out().print(f"{finding.level.value:<6} {finding.check}: {finding.detail}{remedy}", style=_STYLES[finding.level])
    raise typer.Exit(1 if failed else 0)


def findings(settings: Settings) -> Iterator[Finding]:
    """Every check, in the order in which a start needs it."""
    hub = RunningHub(settings.http)
    running = hub.answers()
    yield _python()
    yield from _packages()
    yield from _variables()
    yield _clock()
    yield _folder(settings.data)
    yield _space(settings.data)
    if isinstance(settings.http, SocketFile):
        yield _socket_file(settings.http.path)
    else:
        yield _port("http", settings.http, running)
    if not isinstance(settings.broker, Url):
        yield _port("mqtt", settings.mqtt, running)
    yield from _broker(settings)
    # A hub with other data may run at the http address; who has this journal open has this graph open too.
    in_use = running if settings.journal.host else FileLock.held(settings.journal.file)
    if settings.journal.host:
        yield journal_server(settings.journal)
    else:
        yield _journal(settings.journal.file, in_use)
    if settings.graph.host:
        yield graph_server(settings.graph)
    else:
        yield _graph(settings.graph.file, in_use)
    yield from connectors(settings)
    yield _ready(hub, running)


def _python() -> Finding:
    have = sys.version_info[:3]
    detail = ".".join(map(str, have))
    if have >= OLDEST_PYTHON:
        return Finding("python", Level.OK, detail)
    return Finding("python", Level.FAIL, detail, "install Python 3.11 or newer")


def _packages() -> Iterator[Finding]:
    missing = []
    for requirement in requires("unshub") or ():
        if "extra ==" in requirement:
            # A driver that only some need; a connector that lacks its own says so.
            continue
        name = requirement.split(";")[0].split("[")[0].split(">")[0].split("=")[0].split("<")[0].strip()
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        remedy = "install unshub again, into an environment of its own"
        yield Finding("packages", Level.FAIL, f"missing: {', '.join(missing)}", remedy)
    else:
        yield Finding("packages", Level.OK, f"unshub {version('unshub')} and all that it needs")


def _variables() -> Iterator[Finding]:
    known = {ENVIRONMENT_PREFIX + name.upper() for name in Settings.model_fields} | {FILE_VARIABLE}
    for name in sorted(os.environ):
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            yield Finding("environment", Level.WARN, f"{name} is no setting and has no effect", "check its spelling")


def _clock() -> Finding:
    now = time.time()
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    if now < RELEASED:
        return Finding("clock", Level.FAIL, text, "set the clock: messages would be refused as from the future")
    return Finding("clock", Level.OK, text)


def _folder(data: Path) -> Finding:
    existing = _existing(data)
    if not existing.is_dir():
        return Finding("data folder", Level.FAIL, f"{existing} is no folder", "give another folder with --data")
    if not os.access(existing, os.W_OK | os.X_OK):
        return Finding("data folder", Level.FAIL, f"{existing} can't be written", "let this user write there")
    return Finding("data folder", Level.OK, f"{data}{'' if data.exists() else ', made at the first start'}")


def _space(data: Path) -> Finding:
    free = shutil.disk_usage(_existing(data)).free
    detail = f"{free / (1 << 30):.1f} GiB free"
    if free < LITTLE_SPACE:
        return Finding("disk space", Level.WARN, detail, "free some: the hub stops taking messages on a full disk")
    return Finding("disk space", Level.OK, detail)


def _existing(path: Path) -> Path:
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())


def _port(name: str, address: Address, running: bool) -> Finding:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address.host, address.port))
        except OSError as error:
            if running:
                return Finding(f"{name} port", Level.OK, f"{address} is in use, by the hub that runs")
            remedy = f"end the program that has it, or choose another with --{name}"
            return Finding(f"{name} port", Level.FAIL, f"{address}: {error.strerror}", remedy)
    return Finding(f"{name} port", Level.OK, f"{address} is free")


def _socket_file(path: Path) -> Finding:
    folder = path.absolute().parent
    if not os.access(folder, os.W_OK | os.X_OK):
        remedy = "make the folder and let this user write there, or choose another with --http"
        return Finding("http socket", Level.FAIL, f"no file can be made in {folder}", remedy)
    return Finding("http socket", Level.OK, str(path))


def _broker(settings: Settings) -> Iterator[Finding]:
    if isinstance(settings.broker, Url):
        yield from external_broker(settings, settings.broker)
    else:
        yield _own_broker(settings.broker)


def _own_broker(choice: str) -> Finding:
    if choice == "amqtt":
        return Finding("broker", Level.OK, f"amqtt {version('amqtt')}, in the hub's process")
    found = mosquitto.find()
    if found:
        return Finding("broker", Level.OK, f"{_first_line([str(found), '-h'])} ({found})")
    remedy = "install it (apt-get install mosquitto) so that messages outlast a restart of the hub"
    if choice == "mosquitto":
        return Finding("broker", Level.FAIL, "mosquitto is not installed", remedy)
    return Finding("broker", Level.WARN, "mosquitto is not installed; amqtt serves in its place", remedy)


def _first_line(command: list[str]) -> str:
    run = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    return (run.stdout or run.stderr).partition("\n")[0]


def _journal(path: Path, in_use: bool) -> Finding:
    if in_use:
        return Finding("journal", Level.OK, f"{path}, open in a hub that runs")
    if not path.exists():
        return Finding("journal", Level.OK, f"{path}, made at the first start")
    try:
        detail = asyncio.run(_open_journal(path))
    except HubError as error:
        return Finding("journal", Level.FAIL, str(error), "see the reason given")
    return Finding("journal", Level.OK, detail)


async def _open_journal(path: Path) -> str:
    from hub.journal.migrations import load
    from hub.journal.sqlite import SqliteJournal

    journal = await SqliteJournal.open(path)
    await journal.close()
    return f"{path} opens; this version's tables are {load('sqlite')[-1]}"


def _graph(path: Path, in_use: bool) -> Finding:
    if in_use:
        return Finding("graph", Level.OK, f"{path}, open in a hub that runs")
    if not path.exists():
        return Finding("graph", Level.OK, f"{path}, made at the first start")
    try:
        detail = asyncio.run(_open_graph(path))
    except GraphError as error:
        return Finding("graph", Level.FAIL, str(error), "see the reason given; `unshub rebuild` makes the graph anew")
    return Finding("graph", Level.OK, detail)


async def _open_graph(path: Path) -> str:
    from graph.open import Embedded, open_store

    # Its tables are made to fit by the hub, at its start.
    store = await open_store(Embedded(path).url, MODEL, fit=False)
    try:
        return f"{path} opens; {(await store.health()).detail}"
    finally:
        await store.close()


def _readiness(settings: Settings) -> Finding:
    """Whether a hub runs and is ready, where one must."""
    try:
        RunningHub(settings.http).get("/readyz")
    except HubUnreachable as error:
        # It says itself what to do.
        return Finding("hub", Level.FAIL, str(error))
    except HubError as error:
        return Finding("hub", Level.FAIL, str(error), "read the hub's log")
    return Finding("hub", Level.OK, "runs and is ready")


def _ready(hub: RunningHub, running: bool) -> Finding:
    if not running:
        return Finding("hub", Level.OK, "none runs at the http address")
    try:
        hub.get("/readyz")
    except HubError as error:
        return Finding("hub", Level.WARN, str(error), "wait a moment, or read the hub's log")
    return Finding("hub", Level.OK, "runs and is ready")
