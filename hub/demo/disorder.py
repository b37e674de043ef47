"""The disorder of real life: late messages, references before what they refer to, and messages that come twice."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hub.demo.messages import Message

LATE_SHARE = 0.08
TWICE_SHARE = 0.04
FARTHEST = 400


def disorder(messages: Sequence[Message], random: Random) -> list[Message]:
    """The messages in the order in which they arrive: some late by up to 400 places, some a second time.

    Each message is there, unchanged, at least once; the same `random` gives the same order.
    """
    placed: list[tuple[float, int, Message]] = []
    for place, message in enumerate(messages):
        late = random.uniform(0, FARTHEST) if random.random() < LATE_SHARE else 0.0
        placed.append((place + late, len(placed), message))
        if random.random() < TWICE_SHARE:
            placed.append((place + late + random.uniform(0, FARTHEST), len(placed), message))
    return [message for _, _, message in sorted(placed, key=lambda item: item[:2])]
