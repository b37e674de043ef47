"""Puts the settings together: flags over environment over `unshub.yaml` over defaults; and says all that is wrong.

A fault names the place that a person must edit: the flag, the variable, or the line and column in the file.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource
from pydantic_settings import SettingsError as EnvironmentFault

from connectors.wire.address import redact
from hub.errors import Fault, SettingsError
from hub.settings import LimitSettings, Settings, SystemSettings
from hub.settings.file import DEFAULT_FILE, Location, SettingsFile, read
from hub.settings.fit import misfits
from hub.settings.named_files import with_files
from hub.settings.types import DEFAULT_SCOPE
from schema.model import MODEL
from schema.registry import Model

ENVIRONMENT_PREFIX = "UNSHUB_"
FILE_VARIABLE = ENVIRONMENT_PREFIX + "CONFIG"

_FIELDS = {to_camel(name): name for name in Settings.model_fields}
_MEMBERS = {
    part: {to_camel(name): name for name in model.model_fields}
    for part, model in (("systems", SystemSettings), ("limits", LimitSettings))
}


def load(flags: Mapping[str, Any] | None = None, config: Path | None = None, *, model: Model = MODEL) -> Settings:
    """The settings in force. `flags` are by field name, None where not given; `SettingsError` carries every fault.

    `config` is the settings file; without it `UNSHUB_CONFIG` names it, or `unshub.yaml` is read where it is there.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    settings, faults = _combine(given, _file(config), model, environment=True)
    if settings is None or faults:
        raise SettingsError(faults)
    return settings


def check(file: SettingsFile, *, model: Model = MODEL) -> tuple[Fault, ...]:
    """Everything that is wrong with a settings file, in order of lines; flags and environment left out."""
    _, faults = _combine({}, file, model, environment=False)
    return tuple(sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0)))


def of_file(file: SettingsFile, *, model: Model = MODEL) -> Settings | None:
    """What a settings file sets, flags and environment left out; None where that can't be told for its faults."""
    settings, _ = _combine({}, file, model, environment=False)
    return settings


def _file(config: Path | None) -> SettingsFile:
    named = config or (Path(os.environ[FILE_VARIABLE]) if FILE_VARIABLE in os.environ else None)
    if named is None and not DEFAULT_FILE.exists():
        return SettingsFile(DEFAULT_FILE)
    return read(named or DEFAULT_FILE)


def _combine(
    flags: Mapping[str, Any], file: SettingsFile, model: Model, *, environment: bool
) -> tuple[Settings | None, list[Fault]]:
    faults = list(file.faults)
    faults += _unknown(file)
    from_file = {_FIELDS[name]: value for name, value in file.values.items() if name in _FIELDS and value is not None}
    variables: dict[str, Any] = {}
    if environment:
        variables, broken = _environment()
        faults += broken
    values = {**from_file, **variables, **flags}
    explain = _Explain(flags, variables, file)
    faults += [explain.at(location, message, fix) for location, message, fix in _against(values, model)]
    try:
        settings, wrong = with_files(Settings(**values))
    except ValidationError as error:
        return None, faults + [explain.fault(detail) for detail in _own(error.errors())]
    misfit = [*wrong, *misfits(settings)]
    return settings, faults + [explain.at((name,), message, fix) for name, message, fix in misfit]


def _environment() -> tuple[dict[str, Any], list[Fault]]:
    """What the environment sets. A value that can't be decoded hides the others until it is mended."""
    try:
        return EnvSettingsSource(Settings)(), []
    except EnvironmentFault as error:
        name = str(error).split('"')[1]
        fix = "write a JSON object in one line, or put it into unshub.yaml"
        return {}, [Fault(ENVIRONMENT_PREFIX + name.upper(), "the value is not JSON", fix)]


def _own(details: Iterable[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without what only follows from another fault."""
    return (detail for detail in details if detail["type"] != "default_factory_not_called")


def _unknown(file: SettingsFile) -> Iterator[Fault]:
    for name in file.values:
        if name not in _FIELDS:
            yield file.fault((name,), f"there is no setting {name!r}", _nearest(name, _FIELDS))


def _nearest(name: str, known: Iterable[str]) -> str:
    """The fix for an unknown name: the one that was probably meant, or all."""
    names = sorted(known)
    lower = {each.lower(): each for each in names}
    plain = name.lower().replace("_", "").replace("-", "")
    close = difflib.get_close_matches(plain, lower, n=1, cutoff=0.6)
    return f"did you mean {lower[close[0]]}?" if close else f"known are {', '.join(names)}"


class _Explain:
    """Turns what pydantic reports into faults at the place where the value came from."""

    def __init__(self, flags: Mapping[str, Any], variables: Mapping[str, Any], file: SettingsFile) -> None:
        self._flags = flags
        self._variables = variables
        self._file = file

    def fault(self, detail: ErrorDetails) -> Fault:
        location = tuple(part for part in detail["loc"] if part != "[key]")
        field = str(location[0])
        shown = ".".join([to_camel(field), *map(str, location[1:])])
        if detail["type"] == "extra_forbidden":
            known = _MEMBERS.get(field, _FIELDS)
            return self.at(location, f"there is no setting {shown!r}", _nearest(str(location[-1]), known))
        named = len(location) == 1 and (field in self._flags or field in self._variables)
        prefix = "" if named else f"{shown}: "
        value = _shown(location[-1] if detail["loc"][-1] == "[key]" else detail["input"])
        if detail["type"] == "value_error":
            message, _, fix = str(detail["ctx"]["error"]).partition("; ")
            return self.at(location, f"{prefix}{value} {message}", fix or _by_example(field))
        should = detail["msg"].removeprefix("Input ").removeprefix("Value ")
        return self.at(location, f"{prefix}{value} will not do", f"it {should}")

    def at(self, location: Sequence[str | int], message: str, fix: str) -> Fault:
        field = str(location[0])
        if field in self._flags:
            return Fault("--" + field.replace("_", "-"), message, fix)
        if field in self._variables:
            return Fault(ENVIRONMENT_PREFIX + field.upper(), message, fix)
        return self._file.fault((to_camel(field), *location[1:]), message, fix)


def _by_example(field: str) -> str:
    examples = Settings.model_fields[field].examples
    return f"write it as {examples[0]}" if examples else "docs/reference/settings.md says what it may be"


def _shown(value: Any) -> str:
    text = redact(repr(value))
    return text if len(text) <= 80 else text[:79] + "…"


def _against(values: Mapping[str, Any], model: Model) -> Iterator[tuple[Location, str, str]]:
    """What is said of kinds, attributes and systems that are not there. Wrong types are told of elsewhere."""
    systems = _mapping(values.get("systems"))
    for system, own in systems.items():
        for index, name in enumerate(_list(_mapping(own).get("kinds"))):
            if name not in model.kinds:
                yield ("systems", system, "kinds", index), f"there is no kind {name!r}", _nearest(name, model.kinds)
    for scope, order in _mapping(values.get("authority")).items():
        yield from _scope(scope, model)
        yield from _order(scope, _list(order), systems)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else []


def _scope(scope: str, model: Model) -> Iterator[tuple[Location, str, str]]:
    name, _, cell = scope.partition(".")
    kind = model.kinds.get(name)
    if scope == DEFAULT_SCOPE:
        return
    if kind is None:
        yield ("authority", scope), f"there is no kind {name!r}", _nearest(name, model.kinds)
    elif cell and cell not in (names := {*kind.attributes, *kind.links}):
        yield ("authority", scope), f"{name} has no attribute {cell!r}", _nearest(cell, names)


def _order(scope: str, order: Sequence[str], systems: Mapping[str, Any]) -> Iterator[tuple[Location, str, str]]:
    for index, system in enumerate(order):
        if system in order[:index]:
            yield ("authority", scope, index), f"{system!r} is named a second time", "remove one of the two"
        elif systems and system not in systems:
            yield ("authority", scope, index), f"{system!r} is none of the systems", _nearest(system, systems)
