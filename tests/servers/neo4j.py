"""Neo4j Community from Maven Central's jars, on a free port of the loopback address, without sign-in.

The jars are fetched once, into a cache folder. `UNSHUB_TEST_NEO4J=2026` tests with the newest line instead of the LTS.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import START_SECONDS, free_port, missing

_HERE = Path(__file__).parent / "neo4j"
_OPENED = tuple(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.nio", "java.io", "sun.nio.ch"))
_LINE = os.environ.get("UNSHUB_TEST_NEO4J", "5")
"""Read when the tests are collected: the settings of a developer's shell don't reach them later."""

BOOT_SECONDS = 300.0
REMEDY = (
    "install a JDK and Maven (on Debian: apt-get install default-jdk-headless maven; "
    "for UNSHUB_TEST_NEO4J=2026 a JDK of version 21 or newer), or run scripts/test as root"
)


@dataclass(frozen=True)
class Release:
    """A version of Neo4j, the versions of Java that it runs on, and what it wants of Java."""

    version: str
    java: range
    options: tuple[str, ...] = ()


RELEASES = {
    "5": Release("5.26.20", range(17, 22)),
    "2026": Release("2026.02.2", range(21, 100), ("--add-modules=jdk.incubator.vector",)),
}


def release() -> Release:
    """The version to test with."""
    if _LINE not in RELEASES:
        pytest.fail(f"UNSHUB_TEST_NEO4J={_LINE!r} is none of {', '.join(RELEASES)}")
    return RELEASES[_LINE]


def java_path(versions: range) -> Path:
    """A JDK's `java` of one of these versions: the one that JAVA_HOME or the PATH names, or one of Debian's."""
    homes = [Path(os.environ["JAVA_HOME"])] if "JAVA_HOME" in os.environ else []
    homes += [Path(found).resolve().parents[1]] if (found := shutil.which("java")) else []
    for home in [*homes, *sorted(Path("/usr/lib/jvm").glob("*"))]:
        if (home / "bin" / "javac").exists() and _java_version(home) in versions:
            return home / "bin" / "java"
    missing("Neo4j's Java", REMEDY)
    raise AssertionError


def _java_version(home: Path) -> int:
    text = (home / "release").read_text() if (home / "release").exists() else ""
    found = re.search(r'^JAVA_VERSION="(\d+)', text, re.MULTILINE)
    return int(found[1]) if found else 0


def jars(version: str) -> Path:
    """The folder with the jars of a version; fetched by Maven where it is not there yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unshub-tests"
    folder = cache / f"neo4j-{version}"
    if folder.exists():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        missing("Maven, which fetches Neo4j's jars,", REMEDY)
    assert maven is not None
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as fresh:
        goal = ["dependency:copy-dependencies", f"-Dneo4j.version={version}", f"-DoutputDirectory={fresh}/jars"]
        done = subprocess.run(
            [maven, "-q", "-B", "-ntp", "-f", str(_HERE / "pom.xml"), *goal],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            missing("Neo4j", f"Maven can't fetch its jars: {done.stdout[-2000:]}")
        if not folder.exists():
            (Path(fresh) / "jars").rename(folder)
    return folder


class Neo4j:
    """A server of its own that can be stopped, killed, paused and started again on the same port."""

    def __init__(self, folder: Path, heap: str = "512m") -> None:
        self.release = release()
        self.port = free_port()
        self.url = f"bolt://127.0.0.1:{self.port}"
        self.routed_url = f"neo4j://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._command = [
            str(java_path(self.release.java)),
            f"-Xmx{heap}",
            "-XX:+UseSerialGC",
            *_OPENED,
            *self.release.options,
            "-cp",
            f"{jars(self.release.version)}/*",
            str(_HERE / "Neo4jServer.java"),
            str(folder),
            str(self.port),
        ]

    def start(self) -> None:
        """Returns when the server takes connections and its database is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        output = self._folder / "output.log"
        output.write_bytes(b"")
        with output.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + BOOT_SECONDS
        while b"ready" not in output.read_bytes():
            if (code := self._process.poll()) is not None or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"Neo4j does not start (exit code {code}): {output.read_text()[-2000:]}")
            time.sleep(0.1)

    @property
    def pid(self) -> int:
        """The process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Ends the server as an administrator would."""
        self._end(kill=False)

    def kill(self) -> None:
        """Ends the server as a power failure would."""
        self._end(kill=True)

    def pause(self) -> None:
        """Stops the server in its tracks: connections stay, nothing answers. Returns when all its threads stand."""
        self._signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, *, kill: bool) -> None:
        if self._process is not None:
            self._process.kill() if kill else self._process.terminate()
            self._process.wait(START_SECONDS * 3)
            self._process = None


class Neo4jPool:
    """Servers for stores that must be apart, as the Community edition keeps one graph a server; started when needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: list[Neo4j] = []

    def server(self, number: int) -> Neo4j:
        """The server of that number, running."""
        while len(self._servers) <= number:
            server = Neo4j(self._folder / str(len(self._servers)))
            server.start()
            self._servers.append(server)
        return self._servers[number]

    def stop(self) -> None:
        """Ends all of them; what they keep is thrown away, so there is nothing to wait for."""
        for server in self._servers:
            server.kill()
