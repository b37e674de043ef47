"""The contract of a system's messages: from a topic and bytes to assertions, or to every reason why not.

    topic + payload -> limits and rules -> CloudEvents envelope, where there is one -> pydantic, straight from the bytes
                    -> cells, event time and message id -> Assertion, one for each object

A message is accepted or refused as a whole. An empty payload on a topic with an id withdraws, as does an envelope
without data. An object may name its id where the topic does, and then both agree; each item of an array must.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any, NoReturn

from pydantic import Field, TypeAdapter, ValidationError

from schema.assertion import PATH, Assertion, Stamp
from schema.cells import CellReader, check_id
from schema.errors import Reason, Refused
from schema.json import Json, canonical
from schema.model.base import Identifier
from schema.provenance import (
    Envelope,
    Given,
    Provenance,
    check_time,
    from_properties,
    is_envelope,
    item_digest,
    message_digest,
    micros,
)
from schema.reasons import Path, at_most, json_path, of_validation, shown
from schema.registry import Kind, Link, Model
from schema.rules import Rules, unknown_kind
from schema.topic import SourceTopic

BOM = b"\xef\xbb\xbf"

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
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

    def read(self, topic: SourceTopic, payload: bytes, provenance: Provenance) -> Reading:
        """What a message asserts; `Refused` carries every reason why it can't be accepted."""
        kind = self._model.by_topic.get(topic.kind)
        if kind is None:
            raise Refused((*self._rules.check_system(topic.system), unknown_kind(self._model, topic.kind)))
        reader = self._readers.get((topic.kind, topic.id is None))
        if reader is None:
            reader = _KindReader(self._model, kind, self._rules, many=topic.id is None)
            self._readers[topic.kind, topic.id is None] = reader
        return reader.read(topic, payload, provenance)


class _Message:
    """A message on its way through the contract: what is known of it, and the reasons found so far."""

    __slots__ = ("digest", "given", "payload", "provenance", "reasons", "root", "topic")

    def __init__(self, topic: SourceTopic, payload: bytes, provenance: Provenance, rules: Rules) -> None:
        self.topic = topic
        self.payload = payload.removeprefix(BOM)
        self.provenance = provenance
        self.reasons: list[Reason] = []
        self.given = from_properties(provenance, rules, self.reasons)
        self.root: Path = ()
        self.digest: bytes | None = None

    def item_digest(self, index: int) -> bytes:
        """What identifies one thing's place in this message."""
        if self.digest is None:
            self.digest = message_digest(self.topic, self.payload, self.given)
        return item_digest(self.digest, index)

    def refuse(self, reasons: Iterable[Reason] = ()) -> NoReturn:
        raise Refused(at_most([*self.reasons, *reasons]))


class _KindReader:
    """Reads the messages of one kind: those with one object, or those with many."""

    def __init__(self, model: Model, kind: Kind, rules: Rules, *, many: bool) -> None:
        self._kind = kind
        self._rules = rules
        self._many = many
        self._cells = CellReader(model, kind, rules.depth)
        shape: Any = Annotated[list[kind.payload], Field(max_length=rules.max_items)] if many else kind.payload  # type: ignore[name-defined]
        self._shape: TypeAdapter[Any] = TypeAdapter(shape)
        self._envelope: TypeAdapter[Envelope[Any]] = TypeAdapter(Envelope[shape])
        self._hints = {link.name: _hint(link) for link in kind.links.values()}
        self._shape_hint = (
            "expected an array of objects; one object goes to the topic that ends in its id"
            if many
            else "expected an object; an array of them goes to the topic without an id"
        )

    def read(self, topic: SourceTopic, payload: bytes, provenance: Provenance) -> Reading:
        message = _Message(topic, payload, provenance, self._rules)
        self._check_rules(message)
        said = self._parse(message)
        if said is None:
            return self._withdrawal(message)
        return self._assertions(message, said)

    def _check_rules(self, message: _Message) -> None:
        """Refuses what is too large to be looked at; other faults wait for the payload's."""
        rules, topic, reasons = self._rules, message.topic, message.reasons
        reasons += rules.check_system(topic.system)
        reasons += rules.check_kind(topic.system, self._kind)
        if topic.id is not None:
            _check_topic_id(topic.id, rules.of(topic.system).prefix, reasons)
        too_large = rules.check_payload(message.payload)
        if too_large:
            message.refuse(too_large)
        if b"\\u0000" in message.payload and _NUL.search(message.payload):
            reasons.append(Reason("$", r"\u0000", "a text holds the character U+0000; leave it out"))

    def _parse(self, message: _Message) -> list[dict[str, Any]] | None:
        """The objects of a message as JSON values, None for a withdrawal."""
        payload, provenance = message.payload, message.provenance
        if not payload:
            if self._many:
                message.refuse([_nothing_to_withdraw()])
            return None
        enveloped = is_envelope(payload, provenance.content_type)
        shape = self._envelope if enveloped else self._shape
        try:
            said = shape.validator.validate_json(payload)
        except ValidationError as error:
            message.refuse(of_validation(error, payload, self._hints | {"data" if enveloped else "": self._shape_hint}))
        if enveloped:
            said = self._open(message, said)
        if said is None:
            return None
        dumped = self._shape.serializer.to_python(said, mode="json", by_alias=True, exclude_unset=True)
        return dumped if self._many else [dumped]

    def _open(self, message: _Message, envelope: Envelope[Any]) -> Any:
        """The data of an envelope, None where it has none; what it says of the message is taken note of."""
        time, name = envelope.given
        if time is not None and message.given.time is None:
            check_time(time, message.provenance.received, self._rules, "$.time", message.reasons)
        message.given = Given(time if message.given.time is None else message.given.time, message.given.message or name)
        message.root = ("data",)
        if envelope.data is None and "data" in envelope.model_fields_set:
            message.refuse(
                [Reason("$.data", "null", "expected what is said of the thing; leave data out to withdraw it")]
            )
        if envelope.data is None and self._many:
            message.refuse([_nothing_to_withdraw()])
        return envelope.data

    def _withdrawal(self, message: _Message) -> Reading:
        if message.reasons:
            message.refuse()
        assert message.topic.id is not None
        id_ = self._rules.of(message.topic.system).prefix + message.topic.id
        time = message.provenance.received if message.given.time is None else message.given.time
        digest = None if message.given.time is None else message.item_digest(0)
        return Reading((self._assertion(message, id_, time, {}, withdraw=True),), (digest,))

    def _assertions(self, message: _Message, objects: list[dict[str, Any]]) -> Reading:
        prefix = self._rules.of(message.topic.system).prefix
        path = "/".join(message.topic.location)
        received, reasons = message.provenance.received, message.reasons
        found: list[Assertion] = []
        digests: list[bytes | None] = []
        unknown: Counter[str] = Counter()
        ids = self._ids(message, objects, prefix)
        for index, said in enumerate(objects):
            where = (*message.root, index) if self._many else message.root
            cells: dict[str, Json] = {PATH: path}
            unknown.update(self._cells.read(said, prefix, where, cells, reasons))
            time, explicit = message.given.time, message.given.time is not None
            if time is None and (observed := said.get("observedAt")) is not None:
                time, explicit = micros(datetime.fromisoformat(observed)), True
                check_time(time, received, self._rules, json_path((*where, "observedAt")), reasons)
            if reasons:
                continue
            replace = said.get("$replace", False)
            found.append(
                self._assertion(message, ids[index], received if time is None else time, cells, replace=replace)
            )
            digests.append(message.item_digest(index) if explicit else None)
        if reasons:
            message.refuse()
        return Reading(tuple(found), tuple(digests), unknown)

    def _ids(self, message: _Message, objects: list[dict[str, Any]], prefix: str) -> list[str]:
        """The ids of the objects, each with its system's prefix."""
        if not self._many:
            return [self._one_id(message, objects[0], prefix)]
        first: dict[str, int] = {}
        for index, said in enumerate(objects):
            where = json_path((*message.root, index, "id"))
            id_ = said.get("id")
            if id_ is None:
                message.reasons.append(Reason(where, "", "the id is missing; each item of an array names its own"))
            elif first.setdefault(id_, index) != index:
                expected = f"the item {first[id_]} has the same id; say all of one thing in one item"
                message.reasons.append(Reason(where, shown(id_), expected))
            elif prefix:
                check_id(prefix + id_, where, message.reasons)
        return [prefix + (said.get("id") or "") for said in objects]

    def _one_id(self, message: _Message, said: dict[str, Any], prefix: str) -> str:
        topic_id = message.topic.id
        assert topic_id is not None
        id_ = said.get("id")
        if id_ is not None and id_ != topic_id:
            where = json_path((*message.root, "id"))
            message.reasons.append(
                Reason(where, shown(id_), f"the topic names {shown(topic_id)}; send one id, or none here")
            )
        return prefix + topic_id

    def _assertion(
        self,
        message: _Message,
        id_: str,
        time: int,
        cells: dict[str, Json],
        *,
        replace: bool = False,
        withdraw: bool = False,
    ) -> Assertion:
        system, kind = message.topic.system, self._kind.name
        name = message.given.message
        if name is None:
            said = canonical([system, kind, id_, cells, replace, withdraw])
            name = blake2b(said, digest_size=8).hexdigest()
        return Assertion(system, kind, id_, Stamp(time, name), cells, replace, withdraw)


def _check_topic_id(id_: str, prefix: str, reasons: list[Reason]) -> None:
    try:
        _ID.validator.validate_python(id_)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        reasons.append(Reason("topic", shown(id_), f"the id {fault['ctx']['error']}"))
        return
    if prefix:
        check_id(prefix + id_, "topic", reasons)


def _nothing_to_withdraw() -> Reason:
    return Reason(
        "$", "", "the payload is empty; send an array, or withdraw one thing on the topic that ends in its id"
    )


def _hint(link: Link) -> str:
    one = f'its id as text, {{"id": …}}, or an object with another identifier of the {link.target}'
    return f"expected a list of references, each {one}" if link.many else f"expected a reference: {one}"
