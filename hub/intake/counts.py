"""Counts of names that come from outside, as many as anybody may think up, in bounded memory."""

from __future__ import annotations

from collections import Counter
from typing import Generic, TypeVar

K = TypeVar("K")


class Counts(Generic[K]):
    """How often each of many names came. The most frequent ones are kept apart, the rest only as a sum."""

    def __init__(self, kept: int = 1_000) -> None:
        """`kept` is how many names are surely kept apart; up to twice as many are."""
        self._kept = kept
        self._counts: Counter[K] = Counter()
        self.total = 0

    def add(self, name: K, count: int = 1) -> None:
        """Counts a name. One that was rare when others needed its place begins anew when it comes again."""
        self.total += count
        self._counts[name] += count
        if len(self._counts) > 2 * self._kept:
            self._counts = Counter(dict(self._counts.most_common(self._kept)))

    def __len__(self) -> int:
        """How many names are kept apart."""
        return len(self._counts)

    def most_common(self, limit: int) -> list[tuple[K, int]]:
        """The most frequent names, with how often each came."""
        return self._counts.most_common(limit)
