"""What the plant's systems publish: their words, tags, states and counts as MQTT messages.

Event times and message ids travel inside the payloads, so that they arrive whatever version of MQTT carries them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import orjson

from hub.demo.plant import CountAt, Misfit, Plant, Signal, StateAt, Word
from hub.demo.shorthand import rfc3339
from schema.model import MODEL
from schema.topic import DEFAULT_PREFIX, CountTopic, SourceTopic, StateTopic, TagTopic, Topic, build

TAGS_SYSTEM = "iiot"
"""Who publishes tag values: their topics name no system."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as one system sends it. `things` is how many things or values the hub takes from it, 0 for a misfit."""

    system: str
    topic: str
    payload: bytes
    at: datetime
    things: int = 1


class Writer:
    """Makes messages, each system's in its own way."""

    def __init__(self, plant: Plant, prefix: str = DEFAULT_PREFIX) -> None:
        self._plant = plant
        self._prefix = prefix
        self._said: dict[tuple[str, str, str], int] = {}

    def history(self) -> list[Message]:
        """Everything that the systems said up to the plant's now, by event time; misfits come where they belong."""
        plant = self._plant
        messages = [
            *self._words(word for word in plant.words if word.at <= plant.now),
            *(self.state(state) for state in plant.states),
            *(self.count(count) for count in plant.counts),
            *(message for signal in plant.signals for message in self._samples(signal)),
            *(self.misfit(misfit) for misfit in plant.misfits),
        ]
        return sorted(messages, key=lambda message: message.at)

    def word(self, word: Word) -> Message:
        """One system's word on one thing."""
        topic = SourceTopic(tuple(word.place.split("/")), word.system, MODEL.kind(word.kind).topic, word.id)
        if word.said is None or self._plant.systems[word.system].enveloped:
            return self._message(word.system, topic, self._envelope(word, word.said), word.at)
        return self._message(word.system, topic, {**word.said, "observedAt": rfc3339(word.at)}, word.at)

    def state(self, state: StateAt) -> Message:
        """A state change."""
        body = {"state": state.state, "timestamp": rfc3339(state.at)}
        if state.reason:
            body["reason"] = state.reason
        return self._message(state.system, StateTopic(_segments(state.place), state.system), body, state.at)

    def count(self, count: CountAt) -> Message:
        """A production count."""
        body = {"good": count.good, "scrap": count.scrap, "order": count.order, "material": count.material}
        topic = CountTopic(_segments(count.place), count.system)
        return self._message(count.system, topic, {**body, "timestamp": rfc3339(count.at)}, count.at)

    def value(self, signal: Signal, at: datetime, value: float) -> Message:
        """A value of a tag."""
        topic = TagTopic(_segments(signal.place), tuple(signal.tag.split("/")))
        return self._message(TAGS_SYSTEM, topic, {"value": round(value, 2), "timestamp": rfc3339(at)}, at)

    def misfit(self, misfit: Misfit) -> Message:
        """A message that the hub must refuse."""
        return Message(
            misfit.system, f"{self._prefix}/{misfit.topic}", misfit.payload.encode(), self._plant.now, things=0
        )

    def _words(self, words: Iterable[Word]) -> Iterator[Message]:
        for (system, *_), group in groupby(words, key=lambda w: (w.system, w.kind, w.place, w.at)):
            said = list(group)
            if self._plant.systems[system].arrays and len(said) > 1 and all(word.said is not None for word in said):
                yield self._array(said)
            else:
                yield from map(self.word, said)

    def _array(self, words: Sequence[Word]) -> Message:
        first = words[0]
        topic = SourceTopic(_segments(first.place), first.system, MODEL.kind(first.kind).topic)
        objects: list[Any] = [{"id": word.id, **(word.said or {})} for word in words]
        return self._message(first.system, topic, self._envelope(first, objects), first.at, len(words))

    def _envelope(self, word: Word, data: Any) -> dict[str, Any]:
        key = (word.system, word.kind, word.id)
        number = self._said[key] = self._said.get(key, 0) + 1
        envelope = {
            "specversion": "1.0",
            "id": f"{word.kind}/{word.id}/{number}",
            "source": f"/{self._plant.places['enterprise']}/{word.system}",
            "type": word.kind,
            "time": rfc3339(word.at),
        }
        return envelope if data is None else {**envelope, "data": data}

    def _samples(self, signal: Signal) -> Iterator[Message]:
        time, until = signal.points[0][0], min(signal.points[-1][0], self._plant.now)
        while time <= until:
            yield self.value(signal, time, signal.at(time))
            time += timedelta(seconds=signal.every)

    def _message(self, system: str, topic: Topic, body: Any, at: datetime, things: int = 1) -> Message:
        return Message(system, build(topic, self._prefix), orjson.dumps(body), at, things)


def _segments(place: str) -> tuple[str, ...]:
    return tuple(place.split("/"))
