"""What records assert, as the messages that carry it.

Many objects of one kind and location go into one message. Each object names its id and `observedAt`, so that a message
needs nothing beside its payload, also over MQTT 3.1.1, and coming twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

import orjson

from connectors.mapping.mapping import Happened, Said
from schema import topic as topics
from schema.json import Json, canonical
from schema.topic import CountTopic, SourceTopic, StateTopic, TagTopic

MAX_OBJECTS = 500
MAX_BYTES = 256 * 1024


class Message(NamedTuple):
    """One message to publish."""

    topic: str
    payload: bytes
    objects: int


class Thing(NamedTuple):
    """A thing of which something was said: its kind in topics, its id, and where it was said to be."""

    kind: str
    id: str
    location: str


def thing_of(said: Said) -> Thing:
    """Of which thing it is said."""
    return Thing(said.kind.topic, said.id, said.location)


def digest(said: tuple[Said, ...]) -> bytes:
    """Names what a record asserts, but for when: a record that was not changed has the same again."""
    told: list[Json] = [[each.kind.topic, each.id, each.location, each.body] for each in said]
    return blake2b(canonical(told), digest_size=16).digest()


def event_message(event: Happened, prefix: str, system: str, when: str) -> Message:
    """An event as the message that carries it."""
    location = topics.location(event.location)
    topic: TagTopic | StateTopic | CountTopic
    match event.form:
        case "tag":
            topic = TagTopic(location, event.name)
        case "state":
            topic = StateTopic(location, system)
        case _:
            topic = CountTopic(location, system)
    return Message(topics.build(topic, prefix), orjson.dumps({**event.body, "timestamp": when}), 1)


@dataclass
class _Open:
    """A message that is being filled."""

    objects: list[bytes] = field(default_factory=list)
    ids: dict[str, bytes] = field(default_factory=dict)
    size: int = 0


class Packer:
    """Packs what is asserted into messages; a message goes out when it is full, the others with `rest`."""

    def __init__(self, prefix: str, system: str, *, max_objects: int = MAX_OBJECTS, max_bytes: int = MAX_BYTES) -> None:
        self._prefix = prefix
        self._system = system
        self._max_objects = max_objects
        self._max_bytes = max_bytes
        self._open: dict[tuple[str, str], _Open] = {}

    def add(self, said: Said, observed: str) -> Iterator[Message]:
        """Takes one in; gives the messages that are full with it."""
        where = (said.location, said.kind.topic)
        packed = orjson.dumps({"id": said.id, "observedAt": observed, **said.body})
        opened = self._open.setdefault(where, _Open())
        same = opened.ids.get(said.id)
        if same == packed:
            return
        # A message speaks of each thing once.
        if same is not None or opened.size + len(packed) > self._max_bytes:
            yield self._closed(where)
            opened = self._open.setdefault(where, _Open())
        opened.objects.append(packed)
        opened.ids[said.id] = packed
        opened.size += len(packed) + 1
        if len(opened.objects) >= self._max_objects:
            yield self._closed(where)

    def rest(self) -> Iterator[Message]:
        """Gives the messages that are not full."""
        for where in list(self._open):
            yield self._closed(where)

    def withdrawal(self, thing: Thing, observed: str) -> Message:
        """Takes back all that the system said of a thing, as an envelope without data, which can tell when."""
        topic = SourceTopic(topics.location(thing.location), self._system, thing.kind, thing.id)
        named = blake2b(f"{thing.kind}/{thing.id}/{observed}".encode(), digest_size=8).hexdigest()
        envelope = {
            "specversion": "1.0",
            "id": named,
            "source": f"unshub/connectors/{self._system}",
            "type": "withdrawn",
            "time": observed,
        }
        return Message(topics.build(topic, self._prefix), orjson.dumps(envelope), 1)

    def _closed(self, where: tuple[str, str]) -> Message:
        location, kind = where
        opened = self._open.pop(where)
        topic = topics.build(SourceTopic(topics.location(location), self._system, kind), self._prefix)
        return Message(topic, b"[" + b",".join(opened.objects) + b"]", len(opened.objects))
