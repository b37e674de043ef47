"""MariaDB as Debian installs it, on a free port of the loopback address, with its data in a temporary folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pymysql
import pytest

from tests.servers import START_SECONDS, free_port, missing, wait_for_answer

READER = "reader"
"""A user who may only read, and must give the password `secret`."""

REMEDY = "run `apt-get install mariadb-server`, or scripts/test as root"


def _program(*names: str) -> str:
    """Where a program of MariaDB is; daemons are often off a user's PATH."""
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin" + os.pathsep + "/usr/local/sbin"
    found = next((place for name in names if (place := shutil.which(name, path=path))), None)
    if found is None:
        missing("MariaDB", REMEDY)
    assert found is not None
    return found


class MariaDb:
    """A server of its own that can be stopped, killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._names = (f"test_{number}" for number in count(1))
        # MariaDB refuses to run as root, unless it is told which user it is.
        self._user = [f"--user={'mysql' if os.geteuid() == 0 else ''}"] if os.geteuid() == 0 else []

    def url(self, database: str, user: str = READER) -> str:
        return f"mariadb://{user}@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        """Makes the data folder."""
        install = _program("mariadb-install-db", "mysql_install_db")
        if self._user:
            shutil.chown(self._folder, "mysql")
        command = [install, "--no-defaults", f"--datadir={self._folder / 'data'}", *self._user]
        command += ["--auth-root-authentication-method=normal", "--skip-test-db"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.fail(f"mariadb-install-db failed: {done.stdout[-1000:]}{done.stderr[-1000:]}")

    def start(self) -> None:
        """Returns when the server answers."""
        options = {
            "datadir": self._folder / "data",
            "socket": self._folder / "socket",
            "pid-file": self._folder / "pid",
            "bind-address": "127.0.0.1",
            "port": self.port,
            "innodb-buffer-pool-size": "32M",
            "innodb-flush-log-at-trx-commit": "2",
        }
        command = [_program("mariadbd", "mysqld"), "--no-defaults", *self._user]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *(f"--{name}={value}" for name, value in options.items())],
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        self._wait()

    def kill(self) -> None:
        """Ends the server as a power failure would; does nothing where it has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_SECONDS)
            self._process = None

    @contextmanager
    def database(self) -> Iterator[str]:
        """The name of an empty database, gone afterwards."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            yield name
        finally:
            self.execute(f"DROP DATABASE {name}")

    def execute(self, sql: str, database: str | None = None) -> list[tuple[object, ...]]:
        """Runs a statement as the administrator; gives its rows."""
        with contextlib.closing(self._connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def _connect(self, database: str | None) -> pymysql.Connection[pymysql.cursors.Cursor]:
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="root", database=database, autocommit=True, connect_timeout=5
        )

    def _wait(self) -> None:
        log = self._folder / "log"
        wait_for_answer(lambda: self.execute("SELECT 1"), pymysql.OperationalError, self._process, "MariaDB", log)


@contextmanager
def mariadb() -> Iterator[MariaDb]:
    """A running server in a temporary folder."""
    _program("mariadbd", "mysqld")
    # Not pytest's folder, which belongs to this user alone.
    folder = Path(tempfile.mkdtemp(prefix="unshub-mariadb-"))
    try:
        server = MariaDb(folder)
        server.initialise()
        server.start()
        try:
            server.execute(f"CREATE USER {READER} IDENTIFIED BY 'secret'")
            server.execute(f"GRANT SELECT ON *.* TO {READER}")
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder)
