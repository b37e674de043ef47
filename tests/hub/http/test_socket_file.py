from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.wire.address import SocketFile
from hub.cli.running import RunningHub
from hub.errors import HubError, SettingsError
from hub.http import socket_file
from hub.settings.load import load
from tests.servers import free_port

PATIENCE = 20.0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: paths of sockets are short."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_only_this_user_may_open_it_and_it_goes_at_the_end() -> None:
    path = Path("hub.sock")
    before = os.umask(0)
    try:
        with socket_file.listen(path, 5):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert os.umask(0) == 0
    finally:
        os.umask(before)
    assert not path.exists()


def test_what_a_killed_process_left_is_replaced() -> None:
    path = Path("hub.sock")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with socket_file.listen(path, 5), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_one_that_is_in_use_stays() -> None:
    path = Path("hub.sock")
    with socket_file.listen(path, 5):
        with pytest.raises(OSError, match="in use"), socket_file.listen(path, 5):
            pass
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_a_file_of_another_sort_stays() -> None:
    path = Path("hub.sock")
    path.write_text("notes")
    with pytest.raises(OSError, match="in use"), socket_file.listen(path, 5):
        pass
    assert path.read_text() == "notes"


@pytest.mark.parametrize(("text", "expected"), [("unix:", "names no file"), ("unix:/" + "x" * 120, "too long")])
def test_what_is_no_socket_file_is_refused(text: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        load({"http": text})


def test_only_http_may_be_a_socket_file() -> None:
    assert load({"http": "unix:/run/hub.sock"}).http == SocketFile(Path("/run/hub.sock"))
    with pytest.raises(SettingsError, match="HOST:PORT"):
        load({"mqtt": "unix:/run/hub.sock"})


@pytest.fixture
def hub(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A hub behind `hub.sock`."""
    places = ["--http", "unix:hub.sock", "--mqtt", f"127.0.0.1:{free_port()}", "--broker", "amqtt"]
    with Path("log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "hub.cli", "up", *places], stdout=log, stderr=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.slow
def test_a_hub_answers_through_it_and_ends_in_order(hub: subprocess.Popen[bytes]) -> None:
    running, deadline = RunningHub(SocketFile(Path("hub.sock"))), time.monotonic() + PATIENCE
    while not _ready(running):
        assert hub.poll() is None, Path("log").read_text()
        assert time.monotonic() < deadline, Path("log").read_text()
        time.sleep(0.05)
    doctor = [sys.executable, "-m", "hub.cli", "doctor", "--ready", "--http", "unix:hub.sock"]
    assert subprocess.run(doctor, capture_output=True, check=False).returncode == 0
    assert "unix:hub.sock/graphql" in Path("log").read_text()
    hub.send_signal(signal.SIGTERM)
    assert hub.wait(PATIENCE) == 0
    assert not Path("hub.sock").exists()


def _ready(running: RunningHub) -> bool:
    try:
        return bool(running.get("/readyz")["ready"])
    except HubError:
        return False
