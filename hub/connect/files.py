"""The folder that `connectors` names: each file a connector, called as the file is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from connectors.faults import Misfit
from connectors.layers import Layered, whole
from connectors.load import Connector, load
from connectors.profiles.apply import Reader, Wrong
from connectors.profiles.found import installed as installed_profiles
from connectors.registry import Kinds, installed
from connectors.trial import tried
from hub.connect.loops import loops
from hub.errors import Fault, HubError, SettingsError
from hub.settings import Settings
from hub.settings.file import SettingsFile, read
from schema.contract import Contract
from schema.model import MODEL

SUFFIXES = (".yaml", ".yml")
PROFILES = "profiles"
"""A folder of this name beside connectors holds profiles of one's own."""

Profiles = Reader[SettingsFile]


@dataclass(frozen=True, slots=True)
class ConnectorFile:
    """A file, and the connector in it; None where it has faults."""

    path: Path
    connector: Connector | None
    faults: tuple[Fault, ...] = ()
    layered: Layered[SettingsFile] | None = None
    """What it says, and its profile, as values with places; None where it is not YAML."""
    profile: str | None = None
    """The profile that it names."""

    def tried(self, contract: Contract) -> tuple[int, tuple[Fault, ...]]:
        """How many tests of its mappings there are, and what came out otherwise."""
        if self.connector is None or self.layered is None:
            return 0, ()
        tests = list(tried(self.connector, contract))
        return len(tests), faults_of(self.layered, (misfit for _, misfits in tests for misfit in misfits))


def profiles(folder: Path | None = None) -> Profiles:
    """The profiles of all packages, and those beside the connectors of a folder. Each file is read once."""
    return Reader(installed_profiles(), cache(read)) if folder is None else profiles_in(folder / PROFILES)


def profiles_in(folder: Path) -> Profiles:
    """The profiles of all packages, and those in a folder."""
    return Reader(installed_profiles().with_folder(folder), cache(read))


def read_file(path: Path, kinds: Kinds | None = None, known: Profiles | None = None) -> ConnectorFile:
    """Reads the file of a connector."""
    file = read(path)
    if file.faults and not file.values:
        return ConnectorFile(path, None, file.faults)
    wrong = Wrong[SettingsFile]()
    layered: Layered[SettingsFile] | None = whole(file)
    if "profile" in file.values:
        layered = (known or profiles(path.parent)).applied(file, wrong)
    loaded = None if layered is None else load(path.stem, layered, path.parent, kinds or installed(), MODEL)
    found = () if layered is None or loaded is None else faults_of(layered, loaded.misfits)
    faults = in_order([*file.faults, *faults_in(wrong), *found])
    named = file.values.get("profile")
    profile = named if isinstance(named, str) else None
    connector = None
    if loaded is not None and loaded.connector is not None and not faults:
        connector = replace(loaded.connector, profile=profile)
    return ConnectorFile(path, connector, faults, layered, profile)


def is_connector(file: SettingsFile) -> bool:
    """Whether a file is meant as a connector and not as settings."""
    return "streams" in file.values or "profile" in file.values


def read_folder(folder: Path) -> Iterator[ConnectorFile]:
    """Reads every file of a folder, in order of names; `HubError` where there is no such folder."""
    if not folder.is_dir():
        raise HubError(f"there is no folder {folder} of connectors; make it, or set `connectors` to another")
    kinds, known = installed(), profiles(folder)
    for path in sorted(each for each in folder.iterdir() if each.suffix in SUFFIXES):
        yield read_file(path, kinds, known)


def read_for(folder: Path, settings: Settings) -> Iterator[ConnectorFile]:
    """The same, held against the settings of the hub that is to run them."""
    for file in read_folder(folder):
        if file.connector is not None and file.layered is not None:
            faults = faults_of(file.layered, loops(file.connector, settings))
            yield replace(file, connector=None, faults=faults) if faults else file
        else:
            yield file


def all_of(settings: Settings) -> Sequence[Connector]:
    """The connectors that the settings name; `SettingsError` carries every fault of all of them."""
    if settings.connectors is None:
        return ()
    files = list(read_for(settings.connectors, settings))
    if faults := [fault for file in files for fault in file.faults]:
        raise SettingsError(faults)
    return [file.connector for file in files if file.connector is not None]


def faults_of(layered: Layered[SettingsFile], misfits: Iterable[Misfit]) -> tuple[Fault, ...]:
    """What is wrong, each with the place in the file that has it."""
    told = []
    for misfit in misfits:
        file, at = layered.origin(misfit.location)
        told.append(file.fault(at, misfit.message, misfit.fix))
    return tuple(told)


def faults_in(wrong: Wrong[SettingsFile]) -> Iterator[Fault]:
    """What is wrong with profiles and how they are used."""
    for file in wrong.documents:
        yield from file.faults
    for file, misfit in wrong.found:
        yield file.fault(misfit.location, misfit.message, misfit.fix)


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults as they stand in the file."""
    return tuple(sorted(faults, key=lambda fault: (fault.place.partition(":")[0], fault.line or 0, fault.column or 0)))
