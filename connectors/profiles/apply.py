"""A connector's file with its profile as one document.

    the file  over  the modules that it reads  over  the profile  over  the profile that this one is based on

and `${name}` replaced by parameters. Tests of the profile stay with it: they are of the profile as it is, and not of
what a site makes of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic

from pydantic import ValidationError

from connectors.faults import Faults, Location, Misfit, nearest, of_validation
from connectors.layers import D, Layered, over, put, whole
from connectors.profiles.found import Profiles
from connectors.profiles.settings import ProfileSettings, Use

_PARAMETER = re.compile(r"\$\{([A-Za-z][A-Za-z0-9]*)\}")
_OWN = ("profile", "profileVersion", "modules", "parameters")
_NOT_INHERITED = ("version", "title", "run", "seen")
_SYSTEM = "system"
"""A parameter that every profile has: the connector's `system`."""


@dataclass(frozen=True)
class Profile(Generic[D]):
    """A profile, with all that it is based on."""

    name: str
    settings: ProfileSettings
    layered: Layered[D]


@dataclass
class Wrong(Generic[D]):
    """What is wrong, each with the document that has it; and the documents that were read."""

    found: list[tuple[D, Misfit]] = field(default_factory=list)
    documents: list[D] = field(default_factory=list)

    def add(self, layered: Layered[D], misfits: Sequence[Misfit]) -> None:
        """Takes note of what is wrong with a document made of several."""
        for misfit in misfits:
            document, at = layered.origin(misfit.location)
            self.found.append((document, misfit._replace(location=at)))


@dataclass(frozen=True)
class Reader(Generic[D]):
    """Reads profiles."""

    profiles: Profiles
    read: Callable[[Path], D]

    def applied(self, document: D, wrong: Wrong[D]) -> Layered[D] | None:
        """A connector's file with its profile; None where that can't be, which is told."""
        own = whole(document)
        use = _use(own, wrong)
        if use is None:
            return None
        faults = Faults()
        name = self._chosen(use, faults)
        profile = None if name is None else self.profile(name, wrong)
        if profile is not None:
            _versions(use, profile, faults)
            made = _made(own, profile, _modules(use, profile.settings, faults), wrong)
        wrong.add(own, faults.found)
        return None if profile is None or wrong.found else _filled(made, own, profile, wrong)

    def as_shipped(self, draft: D, profile: Profile[D], modules: Sequence[str], wrong: Wrong[D]) -> Layered[D] | None:
        """A profile with its own tests, as the file that it gives to start with has it."""
        own = whole(draft)
        made = _made(own, profile, modules, wrong, tests=True)
        return None if wrong.found else _filled(made, own, profile, wrong)

    def profile(self, name: str, wrong: Wrong[D]) -> Profile[D] | None:
        """A profile by its whole name; None where its file has faults, which are told."""
        layered = self._based(name, wrong, ())
        if layered is None:
            return None
        try:
            return Profile(name, ProfileSettings.model_validate(dict(layered.values)), layered)
        except ValidationError as error:
            wrong.add(layered, list(of_validation(error, ProfileSettings)))
            return None

    def _based(self, name: str, wrong: Wrong[D], above: Sequence[str]) -> Layered[D] | None:
        document = self.read(self.profiles.paths[name])
        wrong.documents.append(document)
        if not document.values:
            return None
        layered = whole(document)
        base = document.values.get("base")
        if base is None:
            return layered
        if base in (name, *above):
            wrong.add(layered, [Misfit(("base",), f"{name} is based on itself", "leave `base` out, or name another")])
            return None
        if base not in self.profiles.paths:
            message, fix = f"there is no profile {base!r} to be based on", nearest(str(base), self.profiles)
            wrong.add(layered, [Misfit(("base",), message, fix)])
            return None
        below = self._based(base, wrong, (*above, name))
        return None if below is None else _laid(layered, _without(below, _NOT_INHERITED), wrong)

    def _chosen(self, use: Use, faults: Faults) -> str | None:
        found = self.profiles.named(use.profile)
        if len(found) == 1:
            return found[0]
        if found:
            faults.add(("profile",), f"{use.profile!r} is of several versions", f"write one of {', '.join(found)}")
        else:
            fix = f"{nearest(use.profile, self.profiles)}; `unshub connectors profiles` lists them"
            faults.add(("profile",), f"there is no profile {use.profile!r}", fix)
        return None


def _use(own: Layered[D], wrong: Wrong[D]) -> Use | None:
    try:
        return Use.model_validate({name: own.values[name] for name in _OWN if name in own.values})
    except ValidationError as error:
        wrong.add(own, list(of_validation(error, Use)))
        return None


def _made(
    own: Layered[D], profile: Profile[D], modules: Sequence[str], wrong: Wrong[D], *, tests: bool = False
) -> Layered[D]:
    made = profile.layered.under("connector")
    for module in modules:
        made = _laid(_only(profile.layered.under("modules", module), "streams"), made, wrong)
    return _laid(_without(own, _OWN), made if tests else _untested(made), wrong)


def _laid(above: Layered[D], below: Layered[D], wrong: Wrong[D]) -> Layered[D]:
    faults = Faults()
    found = over(above, below, faults)
    wrong.add(above, faults.found)
    return found


def _only(layered: Layered[D], name: str) -> Layered[D]:
    return Layered({name: layered.values.get(name, {})}, layered.origins)


def _without(layered: Layered[D], names: Sequence[str]) -> Layered[D]:
    return Layered({name: value for name, value in layered.values.items() if name not in names}, layered.origins)


def _untested(layered: Layered[D]) -> Layered[D]:
    streams = {
        name: {each: value for each, value in stream.items() if each != "tests"} if isinstance(stream, dict) else stream
        for name, stream in layered.values.get("streams", {}).items()
    }
    return Layered({**layered.values, "streams": streams}, layered.origins)


def _versions(use: Use, profile: Profile[D], faults: Faults) -> None:
    has = profile.settings.version
    if use.profile_version not in (None, has):
        message = f"{profile.name} is of version {has} here, and this file was written for {use.profile_version}"
        faults.add(("profileVersion",), message, f"read what has changed in its page, then write {has}")


def _modules(use: Use, settings: ProfileSettings, faults: Faults) -> list[str]:
    if use.modules is None:
        return [name for name, module in settings.modules.items() if module.default]
    for index, name in enumerate(use.modules):
        if name not in settings.modules:
            faults.add(("modules", index), f"the profile has no module {name!r}", nearest(name, settings.modules))
    return [name for name in settings.modules if name in use.modules]


def _filled(made: Layered[D], own: Layered[D], profile: Profile[D], wrong: Wrong[D]) -> Layered[D] | None:
    """The document with its parameters in their places."""
    given = _parameters(own, profile, wrong)
    for at, text in list(_texts(made.values, ())):
        names = _PARAMETER.findall(text)
        for name in names:
            if name not in given.values:
                wrong.add(made, [Misfit(at, f"there is no parameter {name!r}", nearest(name, given.values))])
        if wrong.found or not names:
            continue
        if text == f"${{{names[0]}}}":
            made = put(made, at, given.values[names[0]], given, (names[0],))
        else:
            filled = _PARAMETER.sub(lambda match: str(given.values[match[1]]), text)
            made = put(made, at, filled, made, at)
    return None if wrong.found else made


def _parameters(own: Layered[D], profile: Profile[D], wrong: Wrong[D]) -> Layered[D]:
    """What each parameter is, with where it is said."""
    faults = Faults()
    known = profile.settings.parameters
    given = own.values.get("parameters") or {}
    for name in given:
        if name not in known:
            faults.add(("parameters", name), f"the profile has no parameter {name!r}", nearest(name, known))
    below = Layered[D]({}, {(): profile.layered.origin(("parameters",))})
    for name, parameter in known.items():
        if not parameter.required:
            below = put(below, (name,), parameter.default, profile.layered, ("parameters", name, "default"))
        else:
            if name not in given:
                fix = f"give it: {parameter.description[0].lower()}{parameter.description[1:].rstrip('.')}"
                faults.add(("parameters",), f"the parameter {name} is missing", fix)
            below = put(below, (name,), None, profile.layered, ("parameters", name))
    wrong.add(own, faults.found)
    found = _laid(own.under("parameters"), below, wrong)
    return put(found, (_SYSTEM,), own.values.get(_SYSTEM, ""), own, (_SYSTEM,))


def _texts(value: Any, at: Location) -> Iterator[tuple[Location, str]]:
    """Every text with a parameter in it."""
    match value:
        case str() if "${" in value:
            yield at, value
        case Mapping():
            for name, each in value.items():
                yield from _texts(each, (*at, name))
        case list():
            for index, each in enumerate(value):
                yield from _texts(each, (*at, index))
