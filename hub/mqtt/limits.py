"""How much a broker form takes at once."""

from __future__ import annotations

from dataclasses import dataclass

_HEADROOM = 131_072


@dataclass(frozen=True, slots=True)
class BrokerLimits:
    """`payload` is in bytes, `in_flight` counts messages that are taken and not acknowledged yet.

    Where the payloads of those have more than `memory` bytes, the hub reads no more for a while.
    """

    payload: int = 1_048_576
    in_flight: int = 1000
    memory: int = 64 << 20

    @property
    def packet(self) -> int:
        """The largest packet that the hub takes, in bytes.

        Its own broker cuts off a client that sends a larger one; one elsewhere is told, and keeps it from the hub.

        It is four times the payload limit, so that a message somewhat too large reaches the hub, which refuses it with
        a reason that people find among the dead letters. A broker that drops it could only do so in silence.
        """
        return 4 * self.payload + _HEADROOM
