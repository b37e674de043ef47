"""Profiles as pages for people: what is read, what comes of it, and how far it is shown that it works."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from connectors.mapping.settings import AssertionSettings, EventForm
from connectors.profiles.settings import ProfileSettings
from connectors.push.settings import PushStream
from connectors.settings import CommonStream, StreamSettings
from hub.connect.files import Profiles
from hub.connect.profiles import Form, Looked, looked_at
from schema.model import MODEL

_FROM = ("path", "table", "query", "files", "topic", "topics")
"""Settings of the kinds that say where a stream's records are."""

_EVENTS = {EventForm.TAG: "values of tags", EventForm.STATE: "states", EventForm.COUNT: "counts"}


def systems(known: Profiles) -> dict[str, list[str]]:
    """The profiles by system, the newest version first."""
    found: dict[str, list[str]] = {}
    for name in known.profiles:
        found.setdefault(name.partition("@")[0], []).insert(0, name)
    return found


def index(known: Profiles, note: str) -> str:
    """The list of all profiles."""
    rows = [
        f"| [`{name}`](profiles/{system}.md) | {looked.title} | {looked.shown} |"
        for system, names in systems(known).items()
        for name in names
        if (looked := looked_at(known, name).settings) is not None
    ]
    head = "Ready connectors. [The page on profiles](../connectors/profiles.md) says how they are used and changed."
    return "\n".join(
        ["# Profiles", "", note, "", head, "", "| Profile | System | How far it is shown |", "|---|---|---|", *rows, ""]
    )


def page(known: Profiles, system: str, note: str) -> str:
    """The page of one system."""
    looked = {name: looked_at(known, name) for name in systems(known)[system]}
    first, *others = looked.items()
    parts = [f"# {_settings(first[1]).title}", note]
    parts += ["\n".join(f"- `{name}`: {_shown(_settings(each))}" for name, each in looked.items())]
    parts += _told(first[1])
    for name, each in others:
        parts += [f"## {name}", f"{_settings(each).title}: {_shown(_settings(each))}", *_about(_settings(each))]
    return "\n\n".join(parts) + "\n"


def _shown(settings: ProfileSettings) -> str:
    return f"version {settings.version} of the profile, *{settings.shown}*."


def _told(looked: Looked) -> Iterator[str]:
    settings = _settings(looked)
    yield from _about(settings)
    yield "To start with, as `unshub connectors draft` prints it:"
    yield f"```yaml\n{settings.draft.rstrip()}\n```"
    if settings.parameters:
        yield "## Parameters"
        yield "\n".join(_parameters(settings))
    yield "## What is read"
    yield "\n".join(["| Stream | From | Changes | Asserts |", "|---|---|---|---|", *_streams(looked)])
    if settings.modules:
        yield "\n".join(_modules(settings))
    yield "## What comes of it"
    yield "\n".join(_results(looked.forms))


def _about(settings: ProfileSettings) -> Iterator[str]:
    if settings.about:
        yield settings.about.rstrip()
    if settings.traps:
        yield "What it takes care of:"
        yield "\n".join(f"- {trap}" for trap in settings.traps)
    if settings.limits:
        yield "What it does not do:"
        yield "\n".join(f"- {limit}" for limit in settings.limits)
    if settings.sources:
        yield "Made from:"
        yield "\n".join(f"- {source}" for source in settings.sources)


def _parameters(settings: ProfileSettings) -> Iterator[str]:
    for name, parameter in settings.parameters.items():
        default = "has to be said" if parameter.required else f"`{_yaml(parameter.default)}` unless said"
        yield f"- `{name}`: {parameter.description} {default[0].upper()}{default[1:]}."


def _yaml(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _modules(settings: ProfileSettings) -> Iterator[str]:
    yield "`modules` names what is read of these:"
    yield ""
    for name, module in settings.modules.items():
        usual = "unless `modules` is given" if module.default else "only where named"
        streams = ", ".join(f"`{stream}`" for stream in module.streams)
        yield f"- `{name}`, {usual}: {module.about.rstrip('.')} ({streams})."


def _streams(looked: Looked) -> Iterator[str]:
    told = set()
    for form in looked.forms:
        for name in form.streams:
            stream = form.connector.settings.streams.get(name)
            if stream is not None and name not in told:
                told.add(name)
                yield f"| `{name}` | {_from(stream)} | {_changes(stream)} | {_gives(stream)} |"


def _gives(stream: CommonStream) -> str:
    given = [f"`{each.kind}`" for each in stream.map]
    if isinstance(stream, PushStream):
        given += [_EVENTS[each.event] for each in stream.events]
    return ", ".join(dict.fromkeys(given))


def _from(stream: CommonStream) -> str:
    found: Any = next((value for name in _FROM if (value := getattr(stream, name, None))), "")
    return ", ".join(f"`{each}`" for each in (found if isinstance(found, tuple) else (found,)))


def _changes(stream: CommonStream) -> str:
    if not isinstance(stream, StreamSettings):
        return "told by the source"
    every = "" if stream.every is None else f", every {stream.every:g} s"
    if stream.changed is None:
        return f"compared as a whole{every}"
    return f"by {' or '.join(f'`{name}`' for name in stream.changed)}, {stream.overlap:g} s overlap{every}"


def _results(forms: Sequence[Form]) -> Iterator[str]:
    found: dict[str, list[AssertionSettings]] = {}
    for form in forms:
        for stream in form.connector.settings.streams.values():
            for each in stream.map:
                found.setdefault(each.kind, []).append(each)
    if not found:
        yield "Events alone: see [publishing](../../publishing.md#topics)."
        return
    yield "| Kind | Attributes | Links | Identifiers |"
    yield "|---|---|---|---|"
    for name in sorted(found):
        kind = MODEL.kinds[name]
        members = dict.fromkeys(member for each in found[name] for member in each.set)
        attributes = ", ".join(f"`{member}`" for member in members if member in kind.attributes)
        links = ", ".join(f"`{member}` → {kind.links[member].target}" for member in members if member in kind.links)
        schemes = ", ".join(dict.fromkeys(f"`{scheme}`" for each in found[name] for scheme in each.identifiers))
        yield f"| `{name}` | {attributes} | {links} | {schemes} |"


def _settings(looked: Looked) -> ProfileSettings:
    if looked.settings is None or looked.faults:
        raise ValueError("\n".join(map(str, looked.faults)))
    return looked.settings
