"""When a message was true and which message it was, from wherever its sender could say so.

    MQTT 5 user properties   eventTime, messageId
    CloudEvents 1.0          binary mode: user properties time, id and source beside specversion, or ce_time, ce_id and
                             ce_source
                             structured mode: {"specversion", "id", "source", "type", "time"?, "data"} with the
                             content type application/cloudevents+json; MQTT 3.1.1 has none, there its members tell
    payload                  observedAt of each object, timestamp of an event: the event time alone
    arrival                  where nothing of these is given, the event time is the time of arrival

The first that speaks decides, for the event time and for the message id each. An event of CloudEvents is named
`source#id` in both modes, since its id is unique only within its source. A message that names itself nowhere is
named by a digest of what it says, so that equal words have equal stamps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Generic, Literal, NamedTuple, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from schema.errors import Reason
from schema.model.base import Instant
from schema.reasons import Reasons, expected_instant, shown
from schema.rules import Rules
from schema.topic import Topic

CLOUDEVENTS_JSON = "application/cloudevents+json"
MAX_MESSAGE_ID = 256

_TIME = ("eventTime", "ce_time")
_MESSAGE = "messageId"
_EVENT = ("ce_source", "ce_id")
_BINARY_TIME = (*_TIME, "time")
_BINARY_EVENT = ("source", "id")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a message came. `received` is microseconds since 1970 UTC; `properties` are MQTT 5 user properties.

    `read` is when it is read, where that is long after it was received: it may tell of anything until then.
    """

    received: int
    properties: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None
    read: int = 0

    @property
    def latest(self) -> int:
        """No event time is after this, but for clocks that differ."""
        return max(self.received, self.read)


class Given(NamedTuple):
    """What a message says of itself; None where it says nothing. `time` is the event time in microseconds."""

    time: int | None = None
    message: str | None = None


class Envelope(BaseModel, Generic[T]):
    """A CloudEvents 1.0 event in JSON. Other attributes of CloudEvents may stand beside these."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    specversion: Literal["1.0"] = Field(description="The version of CloudEvents.")
    id: str = Field(min_length=1, max_length=MAX_MESSAGE_ID, description="The event's id, unique within its source.")
    source: str = Field(
        min_length=1, max_length=MAX_MESSAGE_ID, description="What the event comes from, a URI reference."
    )
    type: str = Field(min_length=1, description="The type of event. The topic decides what is asserted, not this.")
    time: Instant | None = Field(None, description="The event time.")
    datacontenttype: str | None = Field(
        None, pattern=r"^[a-z]+/([^;\s]+\+)?json\s*(;.*)?$", description="JSON, where it is given."
    )
    data: T | None = Field(
        None, description="What the payload would be without the envelope; left out to withdraw a thing."
    )

    @property
    def given(self) -> Given:
        return Given(None if self.time is None else micros(self.time), event_name(self.source, self.id))


def event_name(source: str, id_: str) -> str:
    """The message id of an event of CloudEvents: its id is unique only within its source."""
    return f"{source}#{id_}"


def micros(value: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (value - _EPOCH) // _MICROSECOND


def is_envelope(payload: bytes, content_type: str | None) -> bool:
    """Whether a payload is a CloudEvents envelope rather than the thing itself."""
    if content_type is not None:
        return content_type.partition(";")[0].strip().lower() == CLOUDEVENTS_JSON
    if b'"specversion"' not in payload:
        return False
    try:
        root = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return False
    return isinstance(root, dict) and "specversion" in root and "source" in root


def from_properties(provenance: Provenance, rules: Rules, reasons: Reasons) -> Given:
    """What the user properties say; adds a reason for each that can't be read."""
    properties = provenance.properties
    if not properties:
        return Given()
    binary = "specversion" in properties
    time = _first(properties, _BINARY_TIME if binary else _TIME)
    return Given(
        None if time is None else _read_time(*time, provenance.latest, rules, reasons),
        _read_name(properties, (_EVENT, _BINARY_EVENT) if binary else (_EVENT,), reasons),
    )


def check_time(time: int, latest: int, rules: Rules, path: str, reasons: Reasons) -> None:
    """Adds a reason where an event time can't be true."""
    if time < 0:
        reasons.add(Reason(path, _text(time), "an event time is in 1970 or later; set the clock of the sender"))
    elif time > latest + rules.future:
        expected = (
            f"the event time is after the message's arrival, {_text(latest)}, by more than "
            f"{rules.future / 1_000_000:g} s; the clock of the sender is wrong: set it and send again"
        )
        reasons.add(Reason(path, _text(time), expected))


def message_digest(topic: Topic, payload: bytes, given: Given) -> bytes:
    """Names a message by everything that it consists of: its topic, its payload and what came beside it."""
    head = orjson.dumps([type(topic).__name__, topic, *given])
    return blake2b(head + b"\n" + payload, digest_size=16).digest()


def item_digest(digest: bytes, index: int) -> bytes:
    """Names one thing's place in a message, 16 bytes."""
    return blake2b(digest + index.to_bytes(4), digest_size=16).digest()


def _first(properties: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str] | None:
    for name in names:
        if name in properties:
            return name, properties[name]
    return None


def _read_time(name: str, value: str, latest: int, rules: Rules, reasons: Reasons) -> int | None:
    try:
        time = micros(_INSTANT.validator.validate_json(orjson.dumps(value)))
    except (ValidationError, orjson.JSONEncodeError):
        reasons.add(Reason(_property(name), shown(value), expected_instant(value)))
        return None
    check_time(time, latest, rules, _property(name), reasons)
    return time


def _read_name(properties: Mapping[str, str], events: Iterable[tuple[str, str]], reasons: Reasons) -> str | None:
    if _MESSAGE in properties:
        return _read_message(_MESSAGE, properties[_MESSAGE], reasons)
    for source, id_ in events:
        if id_ in properties:
            name = _read_message(id_, properties[id_], reasons)
            within = _read_message(source, properties[source], reasons) if source in properties else None
            return name if name is None or within is None else event_name(within, name)
    return None


def _read_message(name: str, value: str, reasons: Reasons) -> str | None:
    if 0 < len(value) <= MAX_MESSAGE_ID and value.isprintable():
        return value
    expected = f"expected a message id of 1 to {MAX_MESSAGE_ID} printable characters"
    reasons.add(Reason(_property(name), shown(value), expected))
    return None


def _property(name: str) -> str:
    return f"user property {name}"


def _text(time: int) -> str:
    try:
        return (_EPOCH + time * _MICROSECOND).isoformat()
    except OverflowError:
        return f"{time} µs since 1970"
