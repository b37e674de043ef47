"""How much a broker form takes at once."""

from __future__ import annotations

from dataclasses import dataclass

_HEADROOM = 131_072


@dataclass(frozen=True, slots=True)
class BrokerLimits:
    """`payload` is in bytes, `in_flight` counts messages that are taken and not acknowledged yet."""

    payload: int = 1_048_576
    in_flight: int = 1000

    @property
    def packet(self) -> int:
        """The largest packet that the hub's own broker reads, in bytes; a client that sends a larger one is cut off.

        It is four times the payload limit, so that a message somewhat too large reaches the hub, which refuses it with
        a reason that people find among the dead letters. A broker that drops it could only do so in silence.
        """
        return 4 * self.payload + _HEADROOM
