"""What records assert, held to the contract as the hub will hold it: so a bad one is found before it is sent."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import orjson

from connectors.load import Connector
from connectors.mapping.mapping import Happened, Mapped, Said, Trouble
from connectors.mapping.messages import Message, event_message
from connectors.mapping.times import text_of
from connectors.records import FAULT, Record
from schema import topic as topics
from schema.contract import Contract
from schema.errors import Reason, Refused
from schema.events import EventContract
from schema.json import Json
from schema.provenance import Provenance
from schema.topic import CountTopic, SourceTopic, StateTopic, TagTopic

OBSERVED = "$.observedAt"
"""Where the contract finds the time of what a record says."""


@dataclass(frozen=True)
class Held:
    """A stream's mapping, with the contract."""

    connector: Connector
    stream: str
    contract: Contract
    prefix: str = topics.DEFAULT_PREFIX

    def of(self, record: Record) -> Mapped:
        """What a record asserts, or every reason why the hub would not take it."""
        return self.checked([self.mapped(record)])[0]

    def mapped(self, record: Record) -> Mapped:
        """What a record asserts, not yet held to the contract."""
        if (fault := record.get(FAULT)) is not None:
            return Mapped((), (Trouble("", "", str(fault)),))
        return self.connector.mappings[self.stream].of(record)

    def accepts(self, message: Message) -> bool:
        """Whether the hub would take a message."""
        topic = topics.parse(message.topic, self.prefix)
        assert isinstance(topic, SourceTopic)
        try:
            self.contract.check(topic, message.payload, _now())
        except Refused:
            return False
        return True

    def checked(self, mapped: Sequence[Mapped]) -> list[Mapped]:
        """The same, with the reasons in place of what the hub would not take; looked at one by one."""
        return [self._one(each) for each in mapped]

    def _one(self, mapped: Mapped) -> Mapped:
        refused = [trouble for said in mapped.said for trouble in self._refused(said)]
        refused += [trouble for event in mapped.events for trouble in self._unfit(event)]
        return Mapped((), tuple(refused)) if refused else mapped

    def _refused(self, said: Said) -> Iterable[Trouble]:
        topic = SourceTopic(topics.location(said.location), self.connector.settings.system, said.kind.topic, said.id)
        try:
            self.contract.read(topic, orjson.dumps(_body(said)), _now())
        except Refused as refused:
            about = f"{said.kind.name} {said.id!r}"
            return [Trouble(said.place, about, f"{reason}{self._zone(reason)}") for reason in refused.reasons]
        return ()

    def _zone(self, reason: Reason) -> str:
        """What a time that can't be true may come of, where the connector says how its times are meant."""
        zone = self.connector.settings.time_zone
        return f"; or `timeZone`, {zone}, is not that of the source" if zone and reason.path == OBSERVED else ""

    def _unfit(self, event: Happened) -> Iterable[Trouble]:
        message = event_message(event, self.prefix, self.connector.settings.system, event.time or text_of(0))
        topic = topics.parse(message.topic, self.prefix)
        assert isinstance(topic, (TagTopic, StateTopic, CountTopic))
        try:
            self._events.read(topic, message.payload, _now())
        except Refused as refused:
            name = "/".join(event.name) or self.connector.settings.system
            return [Trouble(event.place, f"{event.form} {name!r}", str(reason)) for reason in refused.reasons]
        return ()

    @cached_property
    def _events(self) -> EventContract:
        return EventContract(self.contract.rules)


def _body(said: Said) -> dict[str, Json]:
    return {"observedAt": said.time, **said.body} if said.time else said.body


def _now() -> Provenance:
    return Provenance(time.time_ns() // 1000)


def as_tested(mapped: Mapped) -> list[Mapping[str, Json]]:
    """What a record asserts, in the form that tests and previews have."""
    things: list[Mapping[str, Json]] = [
        {"kind": said.kind.name, "id": said.id, "location": said.location}
        | ({"observedAt": said.time} if said.time else {})
        | said.body
        for said in mapped.said
    ]
    return [*things, *map(_event_as_tested, mapped.events)]


def _event_as_tested(event: Happened) -> dict[str, Json]:
    told: dict[str, Json] = {"event": event.form, "location": event.location}
    if event.name:
        told["name"] = "/".join(event.name)
    if event.time:
        told["timestamp"] = event.time
    return told | event.body
