"""mock-sap 0.22.0: a third party's mock of SAP's OData services, and not SAP's. Its server, and a user of its API."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from tests.systems.environments import environment
from tests.systems.process import System

PYTHON = (3, 11)
USER = "hub"
PASSWORD = "geheim-und-richtig"
MATERIALS = 1500
PRODUCTS = "/sap/opu/odata/sap/API_PRODUCT_SRV/A_Product"


class MockSap(System):
    """A server with the data that it makes up, and many materials more."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._programs = environment("sap", PYTHON)

    def command(self) -> Sequence[str | Path]:
        place = ("--host", "127.0.0.1", "--port", str(self.port), "--db", self.folder / "sap.db")
        return (self._programs / "mock-sap", *place, "--auth", f"{USER}:{PASSWORD}", "--no-request-log", "--quiet")

    @property
    def alive(self) -> str:
        return "/_mock/health"

    def fill(self) -> None:
        """Adds materials, past the server."""
        with closing(sqlite3.connect(self.folder / "sap.db", timeout=60)) as database:
            rows = [(f"M-{number:05}",) for number in range(MATERIALS)]
            database.executemany(
                "INSERT INTO A_Product (Product, ProductType, BaseUnit, IsMarkedForDeletion, LastChangeDate) "
                "VALUES (?, 'ROH', 'KG', 0, '2026-03-01T00:00:00')",
                rows,
            )
            database.commit()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What its database holds, seen past the server."""
        with closing(sqlite3.connect(self.folder / "sap.db", timeout=60)) as database:
            return database.execute(sql).fetchall()

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A request as SAP's gateway wants it, with the token against forged ones."""
        with httpx.Client(base_url=self.base, auth=(USER, PASSWORD), timeout=60, trust_env=False) as client:
            token = client.get(PRODUCTS + "?$top=1", headers={"X-CSRF-Token": "Fetch"}).headers["X-CSRF-Token"]
            answer = client.request(method, path, json=body, headers={"X-CSRF-Token": token, "If-Match": "*"})
            assert answer.status_code < 300, answer.text
            return answer
