from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import pytest

from graph.ladybug.store import LadybugStore
from hub.journal.sqlite_lock import FileLock
from schema.model import MODEL
from tests.hub.cli.conftest import Run
from tests.servers import Mosquitto, free_port


@pytest.fixture
def ports() -> list[str]:
    return ["--http", f"127.0.0.1:{free_port()}", "--mqtt", f"127.0.0.1:{free_port()}"]


def levels(out: str) -> dict[str, str]:
    return {row["check"]: row["level"] for row in map(json.loads, out.splitlines())}


def test_a_fit_machine(unshub: Run, ports: list[str]) -> None:
    ran = unshub("doctor", *ports, "--broker", "amqtt")
    assert ran.code == 0
    assert "ok     python: 3." in ran.out
    assert "FAIL" not in ran.out


def test_machines_get_one_object_a_check(unshub: Run, ports: list[str]) -> None:
    found = levels(unshub("doctor", "--json", *ports, "--broker", "amqtt").out)
    assert set(found.values()) == {"ok"}
    assert {"python", "packages", "clock", "data folder", "disk space", "http port", "mqtt port"} < found.keys()


def test_a_taken_port_fails_with_a_remedy(unshub: Run, ports: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = unshub("doctor", *ports[2:], "--http", f"127.0.0.1:{taken.getsockname()[1]}")
    assert ran.code == 1
    assert "choose another with --http" in ran.out


def test_a_data_folder_that_is_a_file_fails(unshub: Run, ports: list[str]) -> None:
    Path("data").write_text("")
    assert "is no folder" in unshub("doctor", *ports, "--data", "data").out


def test_a_damaged_journal_fails(unshub: Run, ports: list[str]) -> None:
    Path("data").mkdir()
    Path("data/journal.db").write_bytes(b"not a database, " * 100)
    ran = unshub("doctor", "--json", *ports, "--data", "data")
    assert (ran.code, levels(ran.out)["journal"]) == (1, "fail")


def test_a_graph_of_an_earlier_version_is_left_as_it_is(unshub: Run, ports: list[str]) -> None:
    async def made(*, migrated: bool) -> tuple[str, ...]:
        store = await LadybugStore.open(Path("data/graph"), MODEL)
        try:
            return await store.migrate() if migrated else ()
        finally:
            await store.close()

    Path("data").mkdir()
    asyncio.run(made(migrated=False))
    assert levels(unshub("doctor", "--json", *ports, "--data", "data").out)["graph"] == "ok"
    assert asyncio.run(made(migrated=True))


def test_variables_that_are_no_settings_are_warned_of(
    unshub: Run, ports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNSHUB_HTPT", "x")
    ran = unshub("doctor", *ports)
    assert "UNSHUB_HTPT is no setting" in ran.out
    assert ran.code == 0


def test_a_broker_elsewhere_is_tried(unshub: Run, ports: list[str], mosquitto: Mosquitto) -> None:
    assert levels(unshub("doctor", "--json", *ports, "--broker", mosquitto.url).out)["broker"] == "ok"
    mosquitto.stop()
    assert levels(unshub("doctor", "--json", *ports, "--broker", mosquitto.url).out)["broker"] == "warn"


def test_without_mosquitto_auto_warns_and_mosquitto_fails(
    unshub: Run, ports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert levels(unshub("doctor", "--json", *ports).out)["broker"] == "warn"
    assert levels(unshub("doctor", "--json", *ports, "--broker", "mosquitto").out)["broker"] == "fail"


def test_a_socket_file_needs_a_folder(unshub: Run, ports: list[str]) -> None:
    Path("run").mkdir()
    assert levels(unshub("doctor", "--json", "--http", "unix:run/hub.sock").out)["http socket"] == "ok"
    ran = unshub("doctor", "--json", "--http", "unix:none/hub.sock")
    assert (ran.code, levels(ran.out)["http socket"]) == (1, "fail")


def test_ready_fails_where_no_hub_runs(unshub: Run) -> None:
    ran = unshub("doctor", "--ready", "--http", "unix:hub.sock")
    assert ran.code == 1
    assert "no hub answers at unix:hub.sock" in ran.out


def test_the_journals_own_lock_tells_whether_it_is_open(unshub: Run, ports: list[str]) -> None:
    Path("data").mkdir()
    lock = FileLock.take(Path("data/journal.db"))
    assert "journal: data/journal.db, open in a hub that runs" in unshub("doctor", *ports, "--data", "data").out
    lock.release()
    assert "journal: data/journal.db, made at the first start" in unshub("doctor", *ports, "--data", "data").out
