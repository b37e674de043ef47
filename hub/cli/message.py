"""What the hub would say of a message, without sending it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from connectors.wire.messages import Inbound
from hub.clock import now
from hub.settings import Settings
from schema import topic as topics
from schema.contract import Contract
from schema.errors import Reason, Refused, TopicError
from schema.events import EventContract
from schema.model import MODEL
from schema.provenance import Provenance
from schema.registry import ENVELOPE
from schema.topic import GoldenTopic, HubTopic, SourceTopic


def inbound(topic: str, payload: bytes, properties: Mapping[str, str] | None = None) -> Inbound:
    """A message as if it had just arrived."""
    return Inbound(topic, payload, now(), properties or {})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the hub would make of a message.

    `reasons`: why it would refuse it; none where it would accept it. `notes`: what it accepts, but what may not be
    meant, each one line.
    """

    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()


def judge(settings: Settings, message: Inbound) -> Verdict:
    """What the hub would make of a message."""
    try:
        topic = topics.parse(message.topic, settings.topic_prefix)
        if isinstance(topic, GoldenTopic | HubTopic):
            expected = "this is for the hub to write; publish below _source, _tag, …"
            return Verdict((Reason("topic", message.topic, expected),))
        provenance = Provenance(message.received, message.properties, message.content_type)
        if isinstance(topic, SourceTopic):
            said = Contract(MODEL, settings.rules()).read(topic, message.payload, provenance)
            kind = MODEL.by_topic[topic.kind]
            return Verdict(notes=_notes(said.unknown, [*kind.attributes, *kind.links, *ENVELOPE]))
        return Verdict(notes=_notes(EventContract(settings.rules()).read(topic, message.payload, provenance).unknown))
    except TopicError as error:
        return Verdict((Reason("topic", "", str(error)),))
    except Refused as refused:
        return Verdict(refused.reasons)


def _notes(unknown: Iterable[str], known: Sequence[str] = ()) -> tuple[str, ...]:
    return tuple(f"{name}: the model doesn't know it; kept as a property{_meant(name, known)}" for name in unknown)


def _meant(name: str, known: Sequence[str]) -> str:
    lower = {each.lower(): each for each in known}
    close = get_close_matches(name.lower().replace("_", "").replace("-", ""), lower, n=1)
    return f"; did you mean {lower[close[0]]}?" if close else ""
