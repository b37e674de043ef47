"""Profiles by themselves: what is wrong with one, and what becomes of the tests beside its mappings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.load import Connector, load
from connectors.profiles.apply import Profile, Wrong
from connectors.profiles.settings import ProfileSettings
from connectors.registry import installed
from connectors.trial import tried
from hub.connect.files import Profiles, faults_in, faults_of, in_order
from hub.errors import Fault
from hub.settings.file import SettingsFile, parse
from schema.contract import Contract
from schema.model import MODEL


@dataclass(frozen=True, slots=True)
class Form:
    """A profile as a connector, with one of its modules beside those that are read anyhow."""

    connector: Connector
    streams: tuple[str, ...]
    """Those that the module makes or changes; all, where there is none."""
    module: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """A profile that was looked at."""

    path: Path
    settings: ProfileSettings | None
    faults: tuple[Fault, ...]
    forms: tuple[Form, ...] = ()
    tests: int = 0


def is_profile(file: SettingsFile) -> bool:
    """Whether a file is meant as a profile, and not as a connector or as settings."""
    return "connector" in file.values and "draft" in file.values


def looked_at(known: Profiles, name: str, contract: Contract | None = None) -> Looked:
    """Looks at a profile, and tries the tests beside its mappings where a contract is given."""
    path, wrong = known.profiles.paths[name], Wrong[SettingsFile]()
    profile = known.profile(name, wrong)
    faults = list(faults_in(wrong))
    forms: list[Form] = []
    tests = 0
    for modules, module in _variants(profile):
        assert profile is not None
        form, count, found = _form(known, profile, path, modules, module, contract)
        forms += [] if form is None else [form]
        tests += count
        faults += found
    return Looked(path, None if profile is None else profile.settings, in_order(set(faults)), tuple(forms), tests)


def _variants(profile: Profile[SettingsFile] | None) -> Iterator[tuple[Sequence[str], str | None]]:
    if profile is None:
        return
    modules = profile.settings.modules
    usual = [name for name, module in modules.items() if module.default]
    yield usual, None
    for name in modules:
        if name not in usual:
            yield [each for each in modules if each in usual or each == name], name


def _form(
    known: Profiles,
    profile: Profile[SettingsFile],
    path: Path,
    modules: Sequence[str],
    module: str | None,
    contract: Contract | None,
) -> tuple[Form | None, int, list[Fault]]:
    wrong = Wrong[SettingsFile]()
    draft = parse(profile.settings.draft, Path(f"{path} (draft)"))
    layered = known.as_shipped(draft, profile, modules, wrong)
    faults = [*draft.faults, *faults_in(wrong)]
    if layered is None or faults:
        return None, 0, faults
    loaded = load(profile.name, layered, path.parent, installed(), MODEL, with_secrets=False)
    if loaded.connector is None:
        return None, 0, list(faults_of(layered, loaded.misfits))
    streams = tuple(loaded.connector.mappings if module is None else profile.settings.modules[module].streams)
    form = Form(loaded.connector, streams, module)
    if contract is None:
        return form, 0, []
    came = [(at, misfits) for at, misfits in tried(loaded.connector, contract) if at[1] in streams]
    return form, len(came), list(faults_of(layered, (misfit for _, misfits in came for misfit in misfits)))
