"""factorysemantics-mes 0.4.2: a MES. Its server, and a supervisor who works in it over its API."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.systems.environments import environment, kept
from tests.systems.process import System, outside

PYTHON = (3, 12)
USER = "HUB"
PASSWORD = "geheim-und-richtig"
LOTS = 2000
FILE = "fsmes.db"


class Mes(System):
    """A server with the plant that it brings along for demonstrations, and many lots of sugar."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._programs = environment("mes", PYTHON)
        self._token = ""
        shutil.copy(_database(self._programs) / FILE, folder / FILE)

    def command(self) -> Sequence[str | Path]:
        return (self._programs / "fsmes", "run-api", "--host", "127.0.0.1", "--port", str(self.port))

    def environment(self) -> Mapping[str, str]:
        return _settings(self.folder)

    @property
    def alive(self) -> str:
        return "/health"

    def post(self, path: str, **body: Any) -> Any:
        """What the supervisor does."""
        answer = self._ask("POST", path, body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        """What the supervisor sees."""
        answer = self._ask("GET", path, None)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """A statement to its database, past the server: nothing is ever deleted over the API."""
        with closing(sqlite3.connect(self.folder / FILE, isolation_level=None, timeout=60)) as database:
            return database.execute(sql).fetchall()

    def orders_of_the_erp(self, *orders: Mapping[str, Any]) -> None:
        """Takes orders in, by the function of the MES that its link to an ERP calls."""
        take = (
            "import json, sys\n"
            "from fsmes.db import session_scope\n"
            "from fsmes.services import erp\n"
            "with session_scope() as session:\n"
            "    for order in json.loads(sys.argv[1]):\n"
            "        erp.import_order(session, order)\n"
        )
        _run(self.folder, self._programs / "python", "-c", take, httpx.Response(200, json=list(orders)).text)

    def _ask(self, method: str, path: str, body: Any) -> httpx.Response:
        with httpx.Client(base_url=self.base, timeout=60, trust_env=False) as client:
            if not self._token:
                login = client.post("/auth/login", json={"code": USER, "password": PASSWORD})
                self._token = str(login.json()["token"])
            return client.request(method, path, json=body, headers={"Authorization": f"Bearer {self._token}"})


def _settings(folder: Path) -> dict[str, str]:
    return {"FSMES_HOME": str(folder), "MES_DATABASE_URL": f"sqlite:///{folder / FILE}", "MES_SECRET_KEY": "of-tests"}


def _database(programs: Path) -> Path:
    """A folder with a database that is filled; made once."""
    with kept("mes-filled", os.fsencode(programs), str(LOTS).encode()) as (folder, there):
        if not there:
            fsmes = programs / "fsmes"
            _run(folder, fsmes, "init-db")
            _run(folder, fsmes, "seed")
            _run(folder, fsmes, "add-user", USER, "Hub", PASSWORD, "--role", "supervisor")
            with closing(sqlite3.connect(folder / FILE)) as database:
                (sugar,) = database.execute("SELECT id FROM materials WHERE code = 'RAW-SUGAR'").fetchone()
                rows = [(f"S-{number:05}", sugar, 25.0, 25.0) for number in range(LOTS)]
                database.executemany(
                    "INSERT INTO material_lots (code, material_id, quantity, original_quantity, status, created_at) "
                    "VALUES (?, ?, ?, ?, 'available', '2026-03-01 10:00:00')",
                    rows,
                )
                database.commit()
    return folder


def _run(folder: Path, *command: str | Path) -> None:
    done = subprocess.run(
        command, cwd=folder, env=outside() | _settings(folder), capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))} failed: {done.stderr[-2000:]}")
