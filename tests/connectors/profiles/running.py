"""Connectors with a shipped profile, run against a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from connectors.load import Connector
from connectors.schedule import Around, at_work
from connectors.state import State
from connectors.stream import Outcome
from hub.connect.files import profiles, read_file
from hub.connect.profiles import looked_at
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules
from tests.connectors.api import SECRET, Api
from tests.connectors.running import Taken

SHIPPED = profiles()


def connector(
    name: str, system: Api, folder: Path, secret: str = SECRET, edit: Callable[[str], str] = str
) -> Connector:
    """The connector that a profile's starting file makes, with another URL and secret, and what `edit` does to it."""
    settings = looked_at(SHIPPED, name).settings
    assert settings is not None
    (folder / "secret").write_text(secret)
    text = re.sub(r"/run/secrets/[\w-]+", "secret", settings.draft)
    text = re.sub(r"(?m)https?://[\w.-]+", system.url, text)
    path = folder / "mine.yaml"
    path.write_text(edit(text))
    file = read_file(path)
    assert file.faults == ()
    assert file.connector is not None
    return file.connector


async def load(made: Connector, folder: Path, taken: Taken, streams: Iterable[str] | None = None) -> dict[str, Outcome]:
    """One run of each stream, or of some."""
    with closing(State(folder / "state.db")) as state:
        around = Around(folder, state, Contract(MODEL, Rules()), "uns/v1", taken.publish)
        async with at_work(made, around) as worker:
            return {stream: await worker.run(stream) for stream in streams or made.settings.streams}


def said(taken: Taken, kind: str, id_: str) -> dict[str, Any]:
    """What was told of a thing."""
    return {name: cell.value for name, cell in taken.records[kind, id_].cells.items()}
