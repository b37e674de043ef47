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
    from hub.connect.files import read_folder

    try:
        files = list(read_folder(settings.connectors))
    except HubError as error:
        yield Finding(CHECK, Level.FAIL, str(error))
        return
    faults = [fault for file in files for fault in file.faults]
    for fault in faults:
        yield Finding(CHECK, Level.FAIL, f"{fault.place}: {fault.message}", fault.fix)
    if not faults:
        yield from _runs(settings, [file.connector for file in files if file.connector is not None])


def _runs(settings: Settings, found: Sequence[Connector]) -> Iterator[Finding]:
    from hub.connect.running import FILE, folder_of, open_state

    failed = False
    # A look makes no file: where none has run here, there is no state.
    if (folder_of(settings) / FILE).exists():
        with closing(open_state(settings)) as state:
            for connector in found:
                for stream in connector.settings.streams:
                    last = state.stream(connector.name, stream).last()
                    if last is not None and last.error:
                        failed = True
                        remedy = f"`unshub connectors check {connector.name}` looks again"
                        yield Finding(CHECK, Level.WARN, f"{connector.name}/{stream}: {last.error}", remedy)
    if not failed:
        names = ", ".join(connector.name for connector in found) or "none"
        yield Finding(CHECK, Level.OK, f"{names}, in {settings.connectors}")
