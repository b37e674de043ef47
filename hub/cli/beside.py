"""Which hub runs on a data folder, for the one that can't start beside it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from hub.cli.running import RunningHub
from hub.mqtt.processes import command_of
from hub.settings import Settings

RECORD = "hub.json"


@contextlib.contextmanager
def recorded(settings: Settings) -> Iterator[None]:
    """While the block runs, the data folder tells which process is its hub, and where it is asked."""
    path = settings.data / RECORD
    record = {"process": os.getpid(), "name": settings.name, "http": settings.http.url}
    # It only helps people; on a full disk the hub runs without it.
    with contextlib.suppress(OSError):
        path.write_text(json.dumps(record))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def told(settings: Settings) -> str:
    """The hub that stands in the way of one with these settings, as the end of a sentence; empty where none is seen."""
    if on_folder := _on(settings.data):
        return f". {on_folder}"
    if RunningHub(settings.http).answers():
        return f". A hub on another data folder answers at {settings.http.url}"
    return ""


def _on(data: Path) -> str:
    try:
        record = json.loads((data / RECORD).read_text())
        process, name, http = int(record["process"]), record["name"], record["http"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    if process == os.getpid() or not command_of(process):
        return ""
    return f"On {data} runs the hub {name!r}, process {process}, at {http}"
