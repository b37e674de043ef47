"""MQTT messages in the project's own terms, and the port to a broker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


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


Accept = Callable[[Inbound], Awaitable[None]]
"""Takes a message; when it returns, the message or its refusal is in the journal, and it may be acknowledged.

`JournalError` where the journal is away: then it must come again. Any other error is one of this message.
"""


@dataclass(frozen=True, slots=True)
class BrokerStatus:
    """`product` names what carries the messages (`mosquitto 2.0.11, child process`); `guarantee` what that means.

    `retains` is False where retained messages are gone when the broker has been restarted. `problem` is why it is not
    connected, and `returning` True where it left only so that messages which could not be kept come again.
    """

    connected: bool
    product: str
    address: str
    guarantee: str
    retains: bool = True
    problem: str = ""
    returning: bool = False


class Broker(Protocol):
    """The connection to a broker, started or external."""

    async def start(self, accept: Accept) -> None:
        """Connects (starting the broker first, where it is the hub's own) and begins to take messages."""
        ...

    async def publish(self, message: Outbound) -> None:
        """Hands a message to the broker; QoS 1 returns when the broker has acknowledged it. `PublishError` if not."""
        ...

    async def status(self) -> BrokerStatus: ...

    async def stop(self) -> None:
        """Stops taking messages, lets those under way end, and disconnects."""
        ...
