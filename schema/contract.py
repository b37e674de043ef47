"""The contract of a system's messages: from a topic and bytes to assertions, or to every reason why not.

    topic + payload -> limits and rules -> CloudEvents envelope, where there is one -> pydantic, straight from the bytes
                    -> cells, event time and message id -> Assertion, one for each object

A message is accepted or refused as a whole. An empty payload on a topic with an id withdraws, as does an envelope
without data. An object may name its id where the topic does, and then both agree; each item of an array must.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Annotated, Any, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError

from schema.assertion import PATH, Assertion, Stamp
from schema.cells import CellReader
from schema.errors import Reason, Refused
from schema.json import Json, canonical
from schema.message import Message, Shape
from schema.model.base import Entity, Identifier
from schema.provenance import Provenance, check_time, micros
from schema.reasons import Path, Reasons, json_path, shown
from schema.references import check_id
from schema.registry import Kind, Link, Model
from schema.rules import Rules, unknown_kind
from schema.topic import SourceTopic

_OBJECT = "expected an object; an array of them goes to the topic without an id"
_ARRAY = "expected an array of objects; one object goes to the topic that ends in its id"
_NOTHING = "the payload is empty; send an array, or withdraw one thing on the topic that ends in its id"

_ID: TypeAdapter[str] = TypeAdapter(Identifier)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an accepted message says.

    `digests` has one entry for each assertion: what identifies it in the journal where the message carried its own
    event time, else None. `unknown` counts, by name, the members that the model doesn't know; they are kept as
    properties.
    """

    assertions: tuple[Assertion, ...]
    digests: tuple[bytes | None, ...]
    unknown: Mapping[str, int] = field(default_factory=dict)


class Contract:
    """Reads the messages of all systems. Build one and keep it: it prepares each kind's validator once."""

    def __init__(self, model: Model, rules: Rules) -> None:
        self._model = model
        self._rules = rules
        self._readers: dict[tuple[str, bool], _KindReader] = {}

    @property
    def rules(self) -> Rules:
        """What holds of messages of all kinds."""
        return self._rules

    def read(self, topic: SourceTopic, payload: bytes, provenance: Provenance) -> Reading:
        """What a message asserts; `Refused` carries every reason why it can't be accepted."""
        return self._reader(topic).read(topic, payload, provenance)

    def check(self, topic: SourceTopic, payload: bytes, provenance: Provenance) -> None:
        """Raises `Refused` where `read` would, without making what the message asserts."""
        self._reader(topic).read(topic, payload, provenance, only_check=True)

    def _reader(self, topic: SourceTopic) -> _KindReader:
        kind = self._model.by_topic.get(topic.kind)
        if kind is None:
            raise Refused((*self._rules.check_system(topic.system), unknown_kind(self._model, topic.kind)))
        reader = self._readers.get((topic.kind, topic.id is None))
        if reader is None:
            reader = _KindReader(self._model, kind, self._rules, many=topic.id is None)
            self._readers[topic.kind, topic.id is None] = reader
        return reader


class _System(NamedTuple):
    """Who speaks, and what is put before its ids."""

    name: str
    prefix: str


class _KindReader:
    """Reads the messages of one kind: those with one object, or those with many."""

    def __init__(self, model: Model, kind: Kind, rules: Rules, *, many: bool) -> None:
        self._kind = kind
        self._rules = rules
        self._many = many
        self._cells = CellReader(model, kind, rules.depth)
        hints = {link.name: _hint(link) for link in kind.links.values()}
        self._shape = Shape(_array(kind, rules), _ARRAY, hints) if many else Shape(kind.payload, _OBJECT, hints)

    def read(self, topic: SourceTopic, payload: bytes, provenance: Provenance, *, only_check: bool = False) -> Reading:
        """What a message asserts; nothing is made of it where it is only checked."""
        message = Message(topic, payload, provenance, self._rules)
        for reason in (*self._rules.check_system(topic.system), *self._rules.check_kind(topic.system, self._kind)):
            message.reasons.add(reason)
        system = _System(topic.system, self._rules.of(topic.system).prefix)
        if topic.id is not None:
            _check_topic_id(topic.id, system.prefix, message.reasons)
        said = self._shape.read(message) if message.payload else None
        if said is None:
            return self._withdrawal(message, topic, system)
        return self._assertions(message, topic, system, said if self._many else [said], only_check=only_check)

    def _withdrawal(self, message: Message, topic: SourceTopic, system: _System) -> Reading:
        if topic.id is None:
            message.refuse(Reason("$", "", _NOTHING))
        message.reasons.settle()
        time = message.given.time
        stamped = self._assertion(message, system, system.prefix + topic.id, time, {}, withdraw=True)
        return Reading((stamped,), (None if time is None else message.item_digest(0),))

    def _assertions(
        self, message: Message, topic: SourceTopic, system: _System, objects: list[Entity], *, only_check: bool
    ) -> Reading:
        ids = self._ids(message, topic, system, objects)
        path = "/".join(topic.location)
        found: list[Assertion] = []
        digests: list[bytes | None] = []
        unknown: Counter[str] = Counter()
        for index, said in enumerate(objects):
            where = (*message.root, index) if self._many else message.root
            cells: dict[str, Json] = {PATH: path}
            names = self._cells.read(said, system.prefix, where, cells, message.reasons)
            if names:
                unknown.update(names)
            time = _event_time(message, said, where)
            if not (message.reasons or only_check):
                found.append(self._assertion(message, system, ids[index], time, cells, replace=said.replace))
                digests.append(None if time is None else message.item_digest(index))
        message.reasons.settle()
        return Reading(tuple(found), tuple(digests), unknown)

    def _ids(self, message: Message, topic: SourceTopic, system: _System, objects: list[Entity]) -> Sequence[str]:
        """The ids of the objects, each with its system's prefix."""
        if topic.id is None:
            return _item_ids(message, system, objects)
        id_ = objects[0].id
        if id_ is not None and id_ != topic.id:
            expected = f"the topic names {shown(topic.id)}; send that id, or none here"
            message.reasons.add(Reason(json_path((*message.root, "id")), shown(id_), expected))
        return (system.prefix + topic.id,)

    def _assertion(
        self,
        message: Message,
        system: _System,
        id_: str,
        time: int | None,
        cells: dict[str, Json],
        *,
        replace: bool = False,
        withdraw: bool = False,
    ) -> Assertion:
        name = message.given.message
        if name is None:
            said = canonical([system.name, self._kind.name, id_, cells, replace, withdraw])
            name = blake2b(said, digest_size=8).hexdigest()
        stamp = Stamp(message.provenance.received if time is None else time, name)
        return Assertion(system.name, self._kind.name, id_, stamp, cells, replace, withdraw)


def _array(kind: Kind, rules: Rules) -> Any:
    return Annotated[list[kind.payload], Field(max_length=rules.max_items)]  # type: ignore[name-defined]


def _item_ids(message: Message, system: _System, objects: list[Entity]) -> list[str]:
    first: dict[str, int] = {}
    for index, said in enumerate(objects):
        id_ = said.id
        if id_ is None:
            where = json_path((*message.root, index, "id"))
            message.reasons.add(Reason(where, "", "the id is missing; each item of an array names its own"))
        elif first.setdefault(id_, index) != index:
            where = json_path((*message.root, index, "id"))
            expected = f"item {first[id_]} has the same id; say all of one thing in one item"
            message.reasons.add(Reason(where, shown(id_), expected))
        elif system.prefix:
            check_id(system.prefix + id_, json_path((*message.root, index, "id")), message.reasons)
    return [system.prefix + (said.id or "") for said in objects]


def _event_time(message: Message, said: Entity, where: Path) -> int | None:
    """When an object was true, as far as it or its message says."""
    if message.given.time is not None or said.observed_at is None:
        return message.given.time
    time = micros(said.observed_at)
    observed = json_path((*where, "observedAt"))
    check_time(time, message.provenance.latest, message.rules, observed, message.reasons)
    return time


def _check_topic_id(id_: str, prefix: str, reasons: Reasons) -> None:
    try:
        _ID.validator.validate_python(id_)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        said = fault.get("ctx", {}).get("error", "is not text that can be sent in UTF-8; send the system's own number")
        reasons.add(Reason("topic", shown(id_), f"the id {said}"))
        return
    if prefix:
        check_id(prefix + id_, "topic", reasons)


def _hint(link: Link) -> str:
    one = f'its id as text, {{"id": …}}, or an object with another identifier of the {link.target}'
    return f"expected a list of references, each {one}" if link.many else f"expected a reference: {one}"
