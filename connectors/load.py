"""A connector's file as a connector, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connectors import secret
from connectors.discreet import discreet
from connectors.errors import SourceError
from connectors.faults import Document, Faults, Misfit, nearest, of_validation
from connectors.kind import AnyKind, PushSource, Source
from connectors.mapping.build import Defaults, build
from connectors.mapping.events import EventBuilder
from connectors.mapping.mapping import RecordMapping
from connectors.mapping.times import Clock, zone_of
from connectors.push.settings import PushStream
from connectors.records import Record
from connectors.registry import Kinds
from connectors.secret import Secret
from connectors.settings import CommonSettings, CommonStream, ConnectorSettings
from schema.json import Json
from schema.registry import Model


@dataclass(frozen=True)
class Connector:
    """A connector that is configured without fault."""

    name: str
    kind: AnyKind
    settings: CommonSettings
    mappings: Mapping[str, RecordMapping]
    secrets: Mapping[str, Secret]
    folder: Path
    profile: str | None = None
    """The profile that its file lies over."""
    seen: list[Secret] = field(default_factory=list, compare=False)
    """Every secret that it ever had since its file was read, also of what was made of it."""

    @property
    def polled(self) -> ConnectorSettings:
        """The settings of one that is read again and again."""
        assert isinstance(self.settings, ConnectorSettings)
        return self.settings

    def open(self) -> Source | PushSource:
        """Its source."""
        now = self.renewed()
        try:
            return discreet(self.kind.open(now.settings, now.secrets, now.folder), self.hidden)
        except SourceError as error:
            raise SourceError(self.hidden(str(error)), error.wait) from None

    def renewed(self) -> Connector:
        """The same, with its secrets as their files have them now; `SourceError` where one can't be read."""
        faults = Faults()
        secrets = _secrets(self.settings, self.folder, faults)
        for misfit in faults.found:
            raise SourceError(f"{self.name}: {misfit.message}; {misfit.fix}")
        hidden = {each.reveal() for each in self.seen}
        for each in (*self.secrets.values(), *secrets.values()):
            if each.reveal() not in hidden:
                self.seen.append(each)
                hidden.add(each.reveal())
        return replace(self, secrets=secrets)

    def outdated(self) -> bool:
        """Whether the files of its secrets, as far as they can be read, say something else by now."""
        found = _secrets(self.settings, self.folder, Faults())
        return any(
            name in self.secrets and each.reveal() != self.secrets[name].reveal() for name, each in found.items()
        )

    def hidden(self, text: str) -> str:
        """A text without its secrets."""
        return secret.hide(text, (*self.secrets.values(), *self.seen))

    def cleared(self, record: Record) -> Record:
        """A record without its secrets, to be kept for people: a source may repeat what it was sent."""
        return {self.hidden(name): self._cleared(value) for name, value in record.items()}

    def _cleared(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.hidden(value)
        if isinstance(value, list):
            return [self._cleared(each) for each in value]
        return dict(self.cleared(value)) if isinstance(value, dict) else value


@dataclass(frozen=True)
class Loaded:
    """A connector, or None and why not."""

    connector: Connector | None
    misfits: Sequence[Misfit] = ()


def load(
    name: str, document: Document, folder: Path, kinds: Kinds, model: Model, *, with_secrets: bool = True
) -> Loaded:
    """Reads a connector's file. Without secrets, it is one that can map, and not be opened."""
    values = document.values
    named = values.get("kind")
    kind = kinds.get(named) if isinstance(named, str) else None
    if kind is None:
        return Loaded(None, [_no_kind(values, kinds)])
    faults = Faults()
    try:
        settings = kind.settings.model_validate(dict(values))
    except ValidationError as error:
        return Loaded(None, list(of_validation(error, kind.settings)))
    mappings = {}
    for stream, own in settings.streams.items():
        at = ("streams", stream)
        defaults = _defaults(settings, own)
        built = build(own.map, defaults, model, document.place, (*at, "map"), faults)
        if isinstance(own, PushStream):
            builder = EventBuilder(defaults, model, document.place, faults)
            events = [builder.event(each, (*at, "events", index)) for index, each in enumerate(own.events)]
            built = None if built is None else replace(built, events=events)
        if built is not None:
            mappings[stream] = built
    secrets = _secrets(settings, folder, faults) if with_secrets else {}
    if faults.found:
        return Loaded(None, faults.found)
    return Loaded(Connector(name, kind, settings, mappings, secrets, folder))


def _no_kind(values: Mapping[str, Any], kinds: Kinds) -> Misfit:
    if "kind" not in values:
        return Misfit((), "kind is missing", f"write how the source is reached, one of {', '.join(kinds)}")
    return Misfit(("kind",), f"there is no kind of connector {values['kind']!r}", nearest(str(values["kind"]), kinds))


def _defaults(settings: CommonSettings, stream: CommonStream) -> Defaults:
    clock = Clock(None if settings.time_zone is None else zone_of(settings.time_zone))
    nulls = settings.nulls if stream.nulls is None else stream.nulls
    return Defaults(stream.location or settings.location, clock, nulls, stream.time_expression, stream.changed_format)


def _secrets(settings: CommonSettings, folder: Path, faults: Faults) -> dict[str, Secret]:
    found = {}
    for name, file in settings.secret_files().items():
        try:
            found[name] = secret.read(folder / file.expanduser())
        except ValueError as error:
            message, _, fix = str(error).partition("; ")
            faults.add(tuple(name.split(".")), f"{name}: {file} {message}", fix)
    return found
