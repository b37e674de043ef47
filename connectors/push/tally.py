"""How the streams of a source that pushes fare, in the form that runs have."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.push.buffer import Counts
from connectors.state import LastRun


@dataclass
class _Stream:
    taken: int = 0
    changed: int = 0
    last: float = 0.0
    told: tuple[object, ...] | None = None


class Tally:
    """What came of each stream since the source is at work, and what the trouble is at present."""

    def __init__(self, streams: Iterable[str]) -> None:
        self.trouble = ""
        self.buffered = Counts()
        self._began = time.time()
        self._streams = {name: _Stream() for name in streams}

    def took(self, stream: str, records: int, changed: int) -> None:
        """Counts records that are at the broker, or set aside."""
        each = self._streams[stream]
        each.taken += records
        each.changed += changed
        each.last = time.time()

    def news(self) -> Iterator[tuple[str, LastRun]]:
        """How each stream fares that has not been told as it is."""
        for name, each in self._streams.items():
            now = (each.taken, each.changed, self.trouble, self.buffered.waiting, self.buffered.dropped)
            if now != each.told:
                each.told = now
                seconds = max(0.0, each.last - self._began)
                yield (
                    name,
                    LastRun(
                        self._began,
                        seconds,
                        each.taken,
                        each.changed,
                        error=self.trouble,
                        buffered=self.buffered.waiting,
                        dropped=self.buffered.dropped,
                    ),
                )
