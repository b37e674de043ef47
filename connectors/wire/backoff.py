"""Growing pauses between attempts, spread by chance so that many clients don't come back at once."""

from __future__ import annotations

import random


class Backoff:
    """Each pause is about twice the one before, from `first` to `longest` seconds, less up to half by chance."""

    def __init__(self, first: float = 0.25, longest: float = 30.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def pause(self) -> float:
        """Seconds to wait before the next attempt."""
        seconds = self._next
        self._next = min(seconds * 2, self._longest)
        return seconds * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begins anew with the shortest pause."""
        self._next = self._first
