"""Connectors to files, and files for them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import yaml

from tests.connectors.running import Taken


def text(folder: str = "out", connector: dict[str, Any] | None = None, **stream: Any) -> str:
    """A connector to files with lots."""
    lots = {
        "files": "*.csv",
        "format": "csv",
        "map": [{"kind": "MaterialLot", "id": "lot", "set": {"name": "title"}}],
        **stream,
    }
    config = {"kind": "file", "system": "lims", "location": "acme/north", "folder": folder, **(connector or {})}
    return yaml.safe_dump({**config, "streams": {"lots": lots}}, sort_keys=False)


def put(path: Path, content: str | bytes, age: float = 60.0) -> None:
    """Writes a file, some seconds ago."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    then = time.time() - age
    os.utime(path, (then, then))


def name(taken: Taken, id_: str) -> object:
    """What a lot is called by what was taken."""
    return taken.records["MaterialLot", id_].value("name")
