"""Pauses between attempts at a source: growing, spread by chance, and long where it has failed again and again."""

from __future__ import annotations

import random
from dataclasses import dataclass

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 300.0
BREAKS_AFTER = 5
LONGEST_ASKED = 3600.0
"""A source that asks for more is tried all the same: what it says may be nonsense."""


@dataclass
class Breaker:
    """The attempts at one source. After five failures in a row it is open: one attempt every five minutes."""

    first: float = FIRST_SECONDS
    longest: float = LONGEST_SECONDS
    failures: int = 0

    @property
    def open(self) -> bool:
        """Whether the source is left alone but for a trial now and then."""
        return self.failures >= BREAKS_AFTER

    def failed(self, asked: float = 0.0) -> float:
        """Takes note of a failure; gives the seconds to wait. `asked` is how many the source asks for at least."""
        self.failures += 1
        grown = self.longest if self.open else min(self.first * 2.0 ** (self.failures - 1), self.longest)
        return max(min(asked, LONGEST_ASKED), grown * random.uniform(0.5, 1.0))

    def succeeded(self) -> None:
        """Takes note of a success."""
        self.failures = 0
