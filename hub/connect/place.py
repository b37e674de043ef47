"""Where connectors keep what they keep: beside the journal in PostgreSQL, else in the data folder."""

from __future__ import annotations

from pathlib import Path

from connectors.state import Server, State
from hub.settings import Settings

FILE = "state.db"


def folder_of(settings: Settings) -> Path:
    """Where the connectors' own files are."""
    return settings.data / "connectors"


def open_state(settings: Settings) -> State:
    """What connectors keep between runs; `StateError` says what stands in the way."""
    if settings.journal.scheme != "postgresql":
        return State(folder_of(settings) / FILE)
    # The driver is imported where it is needed.
    from hub.journal.postgres_server import SESSION, Place

    return State(Server(Place(settings.journal).parameters, SESSION))


def is_there(settings: Settings) -> bool:
    """Whether connectors may have kept something: a look makes no file."""
    return settings.journal.scheme == "postgresql" or (folder_of(settings) / FILE).exists()
