"""PostgreSQL as Debian installs it, on a free port of the loopback address, with its data in a temporary folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.servers import START_SECONDS, free_port, missing, wait_for_answer

USER = "unshub"
GUARDED = "guarded"
"""A role that must give the password `secret`."""

ACCESS = f"""
host all {GUARDED} 127.0.0.1/32 scram-sha-256
host all,replication all 127.0.0.1/32 trust
"""


def postgres_folder() -> Path:
    """Where PostgreSQL's programs are. Debian keeps the server's off the PATH, one folder a version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = shutil.which("initdb") or (str(versions[-1]) if versions else None)
    if found is None:
        missing("PostgreSQL", "run `apt-get install postgresql`, or scripts/test as root")
    assert found is not None
    return Path(found).resolve().parent


class Postgres:
    """A server of its own that can be stopped, killed, paused and started again on the same port."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        """The folder must be one that the server's user can reach. `durable` has a commit wait for the disk.

        Without it only a failure of the machine would tell; what the tests kill are processes.
        """
        self._durable = durable
        self.port = free_port()
        self._folder = folder
        self._programs = postgres_folder()
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._names = (f"test_{number}" for number in count(1))

    def url(self, database: str, user: str = USER) -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        """Makes the data folder."""
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", f"--username={USER}")
        (self._folder / "data" / "pg_hba.conf").write_text(ACCESS)

    def follow(self, other: Postgres) -> None:
        """Makes the data folder a copy of another server, whose standby this one is from its start on."""
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("pg_basebackup", "--write-recovery-conf", f"--dbname={other.url('postgres')}", "--no-sync")

    def start(self) -> None:
        """Returns when the server answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "shared_buffers": "32MB",
            "fsync": "on" if self._durable else "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", *options],
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self._folder,
            )
        self._wait()

    @property
    def pid(self) -> int:
        """The process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Ends the server as an administrator would who is in a hurry: those connected are cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(START_SECONDS)
            self._process = None

    def kill(self) -> None:
        """Ends the server and all its children as a failure of the machine would."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(START_SECONDS)
            self._process = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The server takes connections and answers nothing meanwhile, as behind a network that loses everything."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database, gone afterwards."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def schema(self) -> Iterator[str]:
        """The URL of an empty schema, gone afterwards: as good as a database for most tests, and made sooner."""
        name = next(self._names)
        self.execute(f"CREATE SCHEMA {name}")
        try:
            yield f"{self.url('postgres')}?options=-csearch_path%3D{name}"
        finally:
            self.execute(f"DROP SCHEMA {name} CASCADE")

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Runs a statement beside any hub; gives its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def _signal(self, number: int) -> None:
        assert self._process is not None
        children = subprocess.run(["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True)
        for pid in (self._process.pid, *map(int, children.stdout.split())):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def _run(self, program: str, *options: str) -> None:
        command = [self._programs / program, "-D", self._folder / "data", *options]
        done = subprocess.run(command, capture_output=True, text=True, user=self._user, cwd=self._folder)
        if done.returncode:
            pytest.fail(f"{program} failed: {done.stderr}")

    def _wait(self) -> None:
        log = self._folder / "log"
        wait_for_answer(lambda: self.execute("SELECT 1"), psycopg.OperationalError, self._process, "PostgreSQL", log)


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A running server in a temporary folder."""
    postgres_folder()
    # Not pytest's folder, which belongs to this user alone.
    folder = Path(tempfile.mkdtemp(prefix="unshub-postgres-"))
    try:
        server = Postgres(folder, durable=durable)
        server.initialise()
        server.start()
        try:
            server.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'secret'")
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
