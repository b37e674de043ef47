"""The port to a broker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from connectors.wire.messages import Inbound, Outbound

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
