"""What `unshub doctor` finds in connectors.

A faulty file keeps a hub from starting; a run that failed brings in nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from hub.cli.finding import Finding, Level
from hub.errors import HubError
from hub.settings import Settings

if TYPE_CHECKING:
    from connectors.load import Connector

CHECK = "connectors"


def connectors(settings: Settings) -> Iterator[Finding]:
    """Every faulty file, or how the last runs went; nothing where the settings name no connectors."""
    if settings.connectors is None:
        return
    from hub.connect.files import read_for

    try:
        files = list(read_for(settings.connectors, settings))
    except HubError as error:
        yield Finding(CHECK, Level.FAIL, str(error))
        return
    faults = [fault for file in files for fault in file.faults]
    for fault in faults:
        yield Finding(CHECK, Level.FAIL, f"{fault.place}: {fault.message}", fault.fix)
    if not faults:
        yield from _runs(settings, [file.connector for file in files if file.connector is not None])


def _runs(settings: Settings, found: Sequence[Connector]) -> Iterator[Finding]:
    from connectors.errors import StateError
    from connectors.status import look
    from hub.connect.place import is_there, open_state

    failed = False
    # A look makes no file: where none has run here, there is no state.
    if is_there(settings):
        try:
            with closing(open_state(settings)) as state:
                statuses = look(found, state)
        except StateError as error:
            yield Finding(CHECK, Level.FAIL, str(error), "no connector runs until that is mended")
            return
        for status in statuses:
            for stream in status.streams:
                if stream.error:
                    failed = True
                    yield Finding(CHECK, Level.WARN, f"{status.name}/{stream.name}: {stream.error}", status.remedy)
    if not failed:
        names = ", ".join(connector.name for connector in found) or "none"
        yield Finding(CHECK, Level.OK, f"{names}, in {settings.connectors}")
