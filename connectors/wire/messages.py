"""MQTT messages in the project's own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message as it came. `received` is microseconds since 1970 UTC; `properties` are MQTT 5 user properties.

    `retained` where the broker had kept it and gave it to a new subscription, so that nobody knows how old it is. One
    that came as it was sent is none, though its sender had the broker keep it.
    """

    topic: str
    payload: bytes
    received: int
    properties: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to publish. Its `properties` and `content_type` are lost on an MQTT 3.1.1 connection."""

    topic: str
    payload: bytes
    retain: bool = False
    qos: int = 1
    properties: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None
