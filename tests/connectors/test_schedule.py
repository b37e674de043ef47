"""Connectors that run again and again: each by itself, with longer and longer pauses where a source fails."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from connectors import registry, schedule
from connectors.backoff import BREAKS_AFTER, Breaker
from connectors.errors import SourceError
from connectors.faults import Document
from connectors.kind import Look, Offer, Page
from connectors.load import Connector, load
from connectors.mapping.messages import Message
from connectors.registry import Kinds, installed
from connectors.schedule import Around, always
from connectors.secret import Secret
from connectors.settings import ConnectorSettings
from connectors.state import State
from connectors.wire.errors import PublishError
from hub.settings.file import parse
from schema.contract import Contract
from schema.json import Json
from schema.model import MODEL
from schema.rules import Rules
from tests.connectors.running import Taken

CONFIG = """
kind: given
system: {system}
location: acme/north
every: 0.05s
streams:
"""
STREAM = """
  lots{number}:
    key: lot
    map: [{{kind: MaterialLot, id: lot, set: {{name: name}}}}]
"""


class Given:
    """A source of a test's own, as a package beside may bring one."""

    def __init__(self) -> None:
        self.records: list[dict[str, Json]] = []
        self.reads = 0
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def opened(self, secrets: Mapping[str, Secret]) -> None:
        """It is opened with these."""

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        yield Look("connection", "it is there")

    def discover(self) -> Iterator[Offer]:
        yield from ()

    def read(self, stream: str, position: Json) -> Iterator[Page]:
        self.reads += 1
        self.gate.wait()
        if self.error is not None:
            raise self.error
        yield Page(list(self.records))

    def close(self) -> None:
        self.gate.set()


class SecretSettings(ConnectorSettings):
    """With a secret in a file beside it."""

    password_file: Path | None = None

    def secret_files(self) -> Mapping[str, Path]:
        return {} if self.password_file is None else {"passwordFile": self.password_file}


class GivenKind:
    """The kind of such sources."""

    name = "given"
    settings = SecretSettings

    def __init__(self, source: Given | None = None) -> None:
        self._source = source or Given()

    def open(self, settings: Any, secrets: Mapping[str, Secret], folder: Path) -> Given:
        self._source.opened(secrets)
        return self._source


def connector(name: str, source: Given, folder: Path, streams: int = 1) -> Connector:
    text = CONFIG.format(system=name) + "".join(STREAM.format(number=number or "") for number in range(streams))
    document: Document = parse(text, folder / f"{name}.yaml")
    found = load(name, document, folder, Kinds({}).with_(GivenKind(source)), MODEL).connector
    assert found is not None
    return found


@asynccontextmanager
async def running(folder: Path, taken: Taken, *, streams: int = 1, **sources: Given) -> AsyncIterator[State]:
    """Connectors of these names, at work."""
    with closing(State(folder / "state.db")) as state:
        around = Around(folder, state, Contract(MODEL, Rules()), "uns/v1", taken.publish)
        connectors = [connector(name, source, folder, streams) for name, source in sources.items()]
        tasks = [asyncio.create_task(always(each, around)) for each in connectors]
        try:
            yield state
        finally:
            for source in sources.values():
                source.gate.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def until(holds: Any) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def test_a_source_that_hangs_holds_up_no_other(tmp_path: Path) -> None:
    slow, quick, taken = Given(), Given(), Taken()
    slow.gate.clear()
    quick.records = [{"lot": "L1", "name": "One"}]
    async with running(tmp_path, taken, slow=slow, quick=quick):
        await until(lambda: slow.reads == 1 and quick.reads > 5)
        assert ("MaterialLot", "L1") in taken.records


async def test_a_source_that_hangs_holds_up_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither that of its connector, nor that of the process, which waits for all threads that are no daemons."""
    monkeypatch.setattr(schedule, "CLOSE_SECONDS", 0.1)
    slow = Given()
    slow.gate.clear()
    with closing(State(tmp_path / "state.db")) as state:
        around = Around(tmp_path, state, Contract(MODEL, Rules()), "uns/v1", Taken().publish)
        task = asyncio.create_task(always(connector("slow", slow, tmp_path), around))
        await until(lambda: slow.reads == 1)
        task.cancel()
        async with asyncio.timeout(60):
            await asyncio.gather(task, return_exceptions=True)
        assert not slow.gate.is_set()
        assert [each.daemon for each in threading.enumerate() if each.name == "connector-slow"] == [True]
    slow.gate.set()


async def test_a_source_that_fails_is_left_alone_for_longer_and_longer(tmp_path: Path) -> None:
    broken, well, taken = Given(), Given(), Taken()
    broken.error = SourceError("the plant is dark")
    async with running(tmp_path, taken, broken=broken, well=well) as state:
        await until(lambda: well.reads > 20)
        assert broken.reads <= 4
        last = state.stream("broken", "lots").last()
        assert last is not None and last.error == "the plant is dark"


async def test_a_source_that_is_well_again_goes_on(tmp_path: Path) -> None:
    source, taken = Given(), Taken()
    source.records = [{"lot": "L1", "name": "One"}]
    source.error = ValueError("something nobody thought of")
    async with running(tmp_path, taken, mes=source):
        await until(lambda: source.reads == 1)
        source.error = None
        await until(lambda: ("MaterialLot", "L1") in taken.records)


class Guarded(Given):
    """Lets in who has the right password."""

    def opened(self, secrets: Mapping[str, Secret]) -> None:
        given = secrets["passwordFile"].reveal()
        self.error = None if given == "right-one" else SourceError(f"no entry with {given}")


async def test_a_corrected_password_reaches_a_connector_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.05)
    secret = tmp_path / "pw"
    secret.write_text("wrong-one\n")
    source, taken = Guarded(), Taken()
    source.records = [{"lot": "L1", "name": "One"}]
    text = CONFIG.format(system="mes").replace("every:", "passwordFile: pw\nevery:") + STREAM.format(number="")
    found = load("mes", parse(text, tmp_path / "mes.yaml"), tmp_path, Kinds({}).with_(GivenKind(source)), MODEL)
    mes = found.connector
    assert mes is not None
    with closing(State(tmp_path / "state.db")) as state:
        task = asyncio.create_task(
            always(mes, Around(tmp_path, state, Contract(MODEL, Rules()), "uns/v1", taken.publish))
        )
        await until(lambda: getattr(state.stream("mes", "lots").last(), "error", "") == "no entry with ***")
        secret.write_text("right-one\n")
        await until(lambda: taken.messages)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert mes.hidden("wrong-one, right-one") == "***, ***"


async def test_a_broker_that_is_away_is_no_fault_of_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it was away, the source is read as soon as it is back."""
    monkeypatch.setattr(schedule, "BROKER_SECONDS", 0.01)
    source, taken = Given(), Taken()
    source.records = [{"lot": "L1", "name": "One"}]

    async def away(_message: Message) -> None:
        raise PublishError("the broker is away")

    taken.breaks = away
    async with running(tmp_path, taken, mes=source) as state:
        await until(lambda: source.reads > 2 * BREAKS_AFTER)
        standing = state.stream("mes", "lots").standing()
        assert standing.last is not None
        assert (standing.last.error, standing.left_alone) == ("the broker is away", False)
        taken.breaks = None
        await until(lambda: ("MaterialLot", "L1") in taken.records)


async def test_a_source_of_many_streams_that_is_away_for_a_moment_goes_on_soon(tmp_path: Path) -> None:
    """Each of its streams fails; told one by one, these would be enough to leave it alone for minutes."""
    source, taken = Given(), Taken()
    source.records = [{"lot": "L1", "name": "One"}]
    source.error = SourceError("it starts again")
    async with running(tmp_path, taken, streams=2 * BREAKS_AFTER, mes=source):
        await until(lambda: source.reads >= 1)
        await asyncio.sleep(1)
        source.error = None
        await until(lambda: ("MaterialLot", "L1") in taken.records)


async def test_a_paused_connector_rests_until_it_is_resumed(tmp_path: Path) -> None:
    source, taken = Given(), Taken()
    async with running(tmp_path, taken, mes=source) as state:
        await until(lambda: source.reads > 2)
        state.pause("mes", True)
        await until(lambda: state.paused("mes"))
        # A run that had begun may end.
        await asyncio.sleep(0.3)
        before = source.reads
        await asyncio.sleep(0.3)
        assert source.reads == before
        state.pause("mes", False)
        await until(lambda: source.reads > before)


def test_pauses_grow_and_end_with_a_success() -> None:
    breaker = Breaker()
    pauses = [breaker.failed() for _ in range(BREAKS_AFTER - 1)]
    assert all(0.5 * 2**n <= pause <= 2**n for n, pause in enumerate(pauses))
    assert not breaker.open
    assert breaker.failed() >= 150
    assert breaker.open
    breaker.succeeded()
    assert not breaker.open and breaker.failed() <= 1


def test_a_source_that_asks_for_longer_gets_it() -> None:
    assert Breaker().failed(600) == 600


def test_the_kinds_that_come_along_are_found_by_the_same_door() -> None:
    assert {"sql", "rest", "file"} <= set(installed())


def test_a_package_beside_adds_a_kind_and_a_broken_one_harms_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    points = [
        EntryPoint("given", "tests.connectors.test_schedule:GivenKind", registry.GROUP),
        EntryPoint("broken", "tests.nowhere:Kind", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.GROUP else [])
    assert list(installed()) == ["given"]
    assert "the kind of connector 'broken' (tests.nowhere:Kind) can't be loaded" in caplog.text
