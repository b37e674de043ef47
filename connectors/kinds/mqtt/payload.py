"""From a message to its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from connectors.kinds.mqtt.settings import MqttSettings, MqttStream, Payload
from connectors.push.inbox import Arrival
from connectors.records import FAULT, Record, key_of, read_json
from connectors.wire.messages import Inbound
from schema.json import Json

TOPIC, PATH, NAME, VALUE = "_topic", "_path", "name", "value"
MOST_DEPTH = 16
_SHOWN = 1000


class Reader:
    """Reads the messages of one connector."""

    def __init__(self, settings: MqttSettings) -> None:
        self._settings = settings
        self._patterns = settings.patterns

    def arrivals(self, message: Inbound, received: int) -> list[Arrival]:
        """The records of a message, each with its stream. What a broker had kept is for streams that ask for it."""
        found = []
        for name, stream in self._settings.streams.items():
            if message.retained and not stream.retained:
                continue
            path = self._path(name, message.topic)
            if path is not None:
                for number, record in enumerate(self._records(stream, message)):
                    # By topic: a sender that goes on sending what can't be mapped has one place there.
                    key = message.topic if number == 0 else f"{message.topic} {number}"
                    found.append(Arrival(name, key_of(key), {**record, TOPIC: message.topic, PATH: {**path}}, received))
        return found

    def _path(self, stream: str, topic: str) -> Mapping[str, str] | None:
        found = (pattern.parts(topic) for pattern in self._patterns[stream])
        return next((parts for parts in found if parts is not None), None)

    def _records(self, stream: MqttStream, message: Inbound) -> Iterator[Record]:
        if len(message.payload) > self._settings.max_payload:
            size = len(message.payload)
            yield {FAULT: f"the message has {size} bytes, more than `maxPayload`, {self._settings.max_payload}"}
            return
        try:
            value = _value(message.payload, stream.payload)
        except ValueError as error:
            yield {FAULT: str(error), "_text": message.payload[:_SHOWN].decode(errors="replace")}
            return
        if stream.payload is Payload.VALUES:
            yield from _values(value, stream)
        else:
            yield from map(_record, value if isinstance(value, list) else [value])


def _value(payload: bytes, form: Payload) -> Json:
    if form is not Payload.TEXT:
        try:
            return read_json(payload)
        except orjson.JSONDecodeError as error:
            if form is not Payload.AUTO:
                raise ValueError(f"the message is no JSON: {error}") from None
        except ValueError as error:
            raise ValueError(f"the message {error}") from None
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise ValueError("the message is no text in UTF-8") from None


def _record(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {VALUE: value}


def _values(value: Json, stream: MqttStream) -> Iterator[Record]:
    """A record for each member of an object, with the times that hold for all of them."""
    if not isinstance(value, dict):
        yield {FAULT: "the message is no object of names and values"}
        return
    times = {name: value[name] for name in stream.changed or () if name in value}
    for name, each in _flat({name: each for name, each in value.items() if name not in times}, ""):
        yield {**times, NAME: name, VALUE: each}


def _flat(value: Mapping[str, Any], above: str, depth: int = 0) -> Iterator[tuple[str, Json]]:
    for name, each in value.items():
        if isinstance(each, dict) and depth < MOST_DEPTH:
            yield from _flat(each, f"{above}{name}/", depth + 1)
        else:
            yield f"{above}{name}", each
