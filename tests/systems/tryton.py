"""Tryton 8.2.1: an ERP. Its server, and a user who works in it over JSON-RPC."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.systems.environments import environment, kept
from tests.systems.process import System, outside

PYTHON = (3, 11)
PASSWORD = "geheim-und-richtig"
LOTS = 1000
MODULES = ("production_work", "production_routing", "stock_lot", "purchase", "quality")
SEED = Path(__file__).parent / "seeds" / "tryton.py"

CONFIGURATION = """
[database]
uri = sqlite://
path = {folder}
[web]
listen = 127.0.0.1:{port}
"""


class Tryton(System):
    """A server with a company that makes syrup: materials, a bill, a routing, lots and productions."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._programs = environment("tryton", PYTHON)
        self._configuration = _configure(folder, self.port)
        shutil.copy(_database(self._programs) / "erp.sqlite", folder / "erp.sqlite")

    def command(self) -> Sequence[str | Path]:
        return (self._programs / "trytond", "-c", self._configuration, "-d", "erp")

    def rpc(self, method: str, *params: Any) -> Any:
        """What a method of the server gives to the user `admin`."""
        answer = httpx.post(
            f"{self.base}/erp/rpc/",
            json={"id": 1, "method": method, "params": [*params, {"company": 1, "companies": [1]}]},
            auth=("admin", PASSWORD),
            timeout=60,
            trust_env=False,
        )
        body = answer.json()
        assert "error" not in body, body
        return body["result"]

    def find(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        """Records of a model."""
        found: list[dict[str, Any]] = self.rpc(f"model.{model}.search_read", domain, 0, None, None, list(fields))
        return found

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What its database holds, seen past the server."""
        with closing(sqlite3.connect(self.folder / "erp.sqlite")) as database:
            return database.execute(sql).fetchall()


def _configure(folder: Path, port: int) -> Path:
    file = folder / "trytond.conf"
    file.write_text(CONFIGURATION.format(folder=folder, port=port))
    return file


def _database(programs: Path) -> Path:
    """A folder with a database that is filled; made once."""
    with kept("tryton-filled", os.fsencode(programs), SEED.read_bytes(), f"{MODULES} {LOTS}".encode()) as (
        folder,
        there,
    ):
        if not there:
            configuration = _configure(folder, 1)
            (folder / "erp.sqlite").touch()
            (folder / "password").write_text(PASSWORD)
            admin = (programs / "trytond-admin", "-c", configuration, "-d", "erp")
            _run(folder, *admin, "--all", "--email", "admin@erp.example")
            _run(folder, *admin, "-u", *MODULES, "--activate-dependencies")
            _run(folder, programs / "python", SEED, configuration, str(LOTS), PASSWORD)
    return folder


def _run(folder: Path, *command: str | Path) -> None:
    environment_ = outside() | {"TRYTONPASSFILE": str(folder / "password")}
    done = subprocess.run(command, cwd=folder, env=environment_, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))} failed: {done.stderr[-2000:]}")
