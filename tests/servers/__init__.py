"""Real servers for the tests, started on free ports of the loopback address and stopped at the end.

A server that is not installed skips its tests on a developer's machine and fails them where `CI=true`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

START_SECONDS = 60.0
"""A bound on waiting, for a machine that has much else to do: what starts is seen as soon as it is there."""


def missing(server: str, remedy: str) -> None:
    """Skips the test, or fails it where CI promises every server."""
    message = f"{server} is not installed; {remedy}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message)
    pytest.skip(message)


PORTS = range(12_000, 32_000)
"""Below those that systems give to outgoing connections: one of these might take a port before its server does."""


def free_port() -> int:
    """A TCP port of the loopback address that nothing listens on now; at random, as test runs may be side by side."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def mosquitto_path() -> str:
    """Where Debian's mosquitto is; daemons are often off a user's PATH."""
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin" + os.pathsep + "/usr/local/sbin"
    found = shutil.which("mosquitto", path=path)
    if found is None:
        missing("mosquitto", "run `apt-get install mosquitto`, or scripts/test as root")
    assert found is not None
    return found


class Mosquitto:
    """A mosquitto of its own, with persistence, that can be stopped and started again on the same port.

    `lines` are further ones of its configuration.
    """

    def __init__(self, folder: Path, port: int | None = None, *, lines: Sequence[str] = ()) -> None:
        self._lines = lines
        self.port = port or free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._command = mosquitto_path()

    def start(self) -> None:
        """Returns when the broker takes connections."""
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\n"
            "allow_anonymous true\n"
            "persistence true\n"
            f"persistence_location {self._folder}/\n"
            "max_queued_messages 0\n"
            + ("user root\n" if os.geteuid() == 0 else "")
            + "".join(f"{line}\n" for line in self._lines)
        )
        with (self._folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([self._command, "-c", str(config)], stdout=log, stderr=log)
        wait_for_port(self.port, self._process)

    @property
    def pid(self) -> int:
        """The process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Ends the broker as an administrator would; it writes its store first."""
        self._end(kill=False)

    def kill(self) -> None:
        """Ends the broker as a power failure would."""
        self._end(kill=True)

    def save(self) -> None:
        """Has the broker write its store now; returns when it has."""
        assert self._process is not None
        store = self._folder / "mosquitto.db"
        before = store.stat().st_mtime_ns if store.exists() else 0
        self._process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + START_SECONDS
        while not store.exists() or store.stat().st_mtime_ns == before:
            assert time.monotonic() < deadline, "mosquitto did not write its store"
            time.sleep(0.01)

    def _end(self, *, kill: bool) -> None:
        if self._process is not None:
            self._process.kill() if kill else self._process.terminate()
            self._process.wait(START_SECONDS)
            self._process = None


def wait_for_port(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    """Returns when something takes connections on the port; fails when the process ends or ten seconds pass."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            ended = process.poll() if process else None
            if ended is not None or time.monotonic() > deadline:
                pytest.fail(f"nothing listens on port {port} (exit code {ended})")
            time.sleep(0.01)


def wait_for_answer(
    ask: Callable[[], object], away: type[Exception], process: subprocess.Popen[bytes] | None, server: str, log: Path
) -> None:
    """Returns when a server answers; fails, with the end of its log, when the process ends or it takes too long.

    `away` is what asking raises until then.
    """
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            ask()
            return
        except away as error:
            ended = process.poll() if process else None
            if ended is not None or time.monotonic() > deadline:
                written = log.read_text(errors="replace")
                pytest.fail(f"{server} does not answer (exit code {ended}): {error}\n{written[-2000:]}")
            time.sleep(0.02)


@contextmanager
def mosquitto(folder: Path, *lines: str) -> Iterator[Mosquitto]:
    """A running mosquitto whose files are in `folder`, with further lines of configuration."""
    broker = Mosquitto(folder, lines=lines)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
