"""The folder that `connectors` names: each file a connector, called as the file is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.faults import Misfit
from connectors.load import Connector, load
from connectors.registry import Kinds, installed
from connectors.trial import tried
from hub.errors import Fault, HubError, SettingsError
from hub.settings import Settings
from hub.settings.file import SettingsFile, read
from schema.contract import Contract
from schema.model import MODEL

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class ConnectorFile:
    """A file, and the connector in it; None where it has faults."""

    path: Path
    connector: Connector | None
    faults: tuple[Fault, ...] = ()
    file: SettingsFile | None = None
    """Its text, as values with places; None where it is not YAML."""

    def tried(self, contract: Contract) -> tuple[int, tuple[Fault, ...]]:
        """How many tests of its mappings there are, and what came out otherwise."""
        if self.connector is None or self.file is None:
            return 0, ()
        tests = list(tried(self.connector, contract))
        return len(tests), tuple(_fault(self.file, misfit) for _, misfits in tests for misfit in misfits)


def read_file(path: Path, kinds: Kinds | None = None) -> ConnectorFile:
    """Reads the file of a connector."""
    file = read(path)
    if file.faults and not file.values:
        return ConnectorFile(path, None, file.faults)
    loaded = load(path.stem, file, path.parent, kinds or installed(), MODEL)
    faults = (*file.faults, *(_fault(file, misfit) for misfit in loaded.misfits))
    ordered = tuple(sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0)))
    return ConnectorFile(path, None if faults else loaded.connector, ordered, file)


def is_connector(file: SettingsFile) -> bool:
    """Whether a file is meant as a connector and not as settings."""
    return "streams" in file.values


def read_folder(folder: Path) -> Iterator[ConnectorFile]:
    """Reads every file of a folder, in order of names; `HubError` where there is no such folder."""
    if not folder.is_dir():
        raise HubError(f"there is no folder {folder} of connectors; make it, or set `connectors` to another")
    kinds = installed()
    for path in sorted(each for each in folder.iterdir() if each.suffix in SUFFIXES):
        yield read_file(path, kinds)


def all_of(settings: Settings) -> Sequence[Connector]:
    """The connectors that the settings name; `SettingsError` carries every fault of all of them."""
    if settings.connectors is None:
        return ()
    files = list(read_folder(settings.connectors))
    if faults := [fault for file in files for fault in file.faults]:
        raise SettingsError(faults)
    return [file.connector for file in files if file.connector is not None]


def _fault(file: SettingsFile, misfit: Misfit) -> Fault:
    return file.fault(misfit.location, misfit.message, misfit.fix)
