"""What the hub would say of a message, without sending it."""

from __future__ import annotations

from collections.abc import Mapping

from hub.clock import now
from hub.messages import Inbound
from hub.settings import Settings
from schema import topic as topics
from schema.contract import Contract
from schema.errors import Reason, Refused, TopicError
from schema.events import EventContract
from schema.model import MODEL
from schema.provenance import Provenance
from schema.topic import GoldenTopic, HubTopic, SourceTopic


def inbound(topic: str, payload: bytes, properties: Mapping[str, str] | None = None) -> Inbound:
    """A message as if it had just arrived."""
    return Inbound(topic, payload, now(), properties or {})


def reasons(settings: Settings, message: Inbound) -> tuple[Reason, ...]:
    """Why the hub would refuse a message; none where it would accept it."""
    try:
        topic = topics.parse(message.topic, settings.topic_prefix)
        provenance = Provenance(message.received, message.properties, message.content_type)
        if isinstance(topic, SourceTopic):
            Contract(MODEL, settings.rules()).read(topic, message.payload, provenance)
        elif isinstance(topic, GoldenTopic | HubTopic):
            return (Reason("topic", message.topic, "this is for the hub to write; publish below _source, _tag, …"),)
        else:
            EventContract(settings.rules()).read(topic, message.payload, provenance)
    except TopicError as error:
        return (Reason("topic", "", str(error)),)
    except Refused as refused:
        return refused.reasons
    return ()
