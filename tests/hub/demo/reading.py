"""Reads messages as the hub does, without a broker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hub.demo.messages import Message
from schema import topic as topics
from schema.assertion import Assertion
from schema.contract import Contract
from schema.errors import Refused
from schema.events import Event, EventContract
from schema.model import MODEL
from schema.provenance import Provenance, micros
from schema.rules import Rules
from schema.topic import CountTopic, SourceTopic, StateTopic, TagTopic


@dataclass(frozen=True)
class Read:
    """What a message amounts to; `refused` has the reasons in words where it is refused."""

    message: Message
    assertions: tuple[Assertion, ...] = ()
    event: Event | None = None
    refused: str = ""

    @property
    def things(self) -> int:
        return len(self.assertions) + (self.event is not None)


def read_all(messages: Iterable[Message], arrival: datetime) -> Iterator[Read]:
    """Reads messages that arrive at one moment."""
    return read_arriving((arrival, message) for message in messages)


def read_arriving(messages: Iterable[tuple[datetime, Message]]) -> Iterator[Read]:
    """Reads messages, each with its arrival."""
    contract, events = Contract(MODEL, Rules()), EventContract(Rules())
    for arrival, message in messages:
        topic, provenance = topics.parse(message.topic), Provenance(micros(arrival))
        try:
            if isinstance(topic, SourceTopic):
                yield Read(message, contract.read(topic, message.payload, provenance).assertions)
            else:
                assert isinstance(topic, TagTopic | StateTopic | CountTopic)
                yield Read(message, event=events.read(topic, message.payload, provenance))
        except Refused as refusal:
            yield Read(message, refused="; ".join(str(reason) for reason in refusal.reasons))
