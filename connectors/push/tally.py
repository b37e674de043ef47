"""How the streams of a source that pushes fare, in the form that runs have."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, field, fields

from connectors.push.buffer import Counts
from connectors.push.prepare import Counted
from connectors.state import LastRun


@dataclass
class _Stream:
    total: Counted = field(default_factory=Counted)
    last: float = 0.0
    told: tuple[object, ...] | None = None


class Tally:
    """What came of each stream since the source is at work, and what the trouble is at present."""

    def __init__(self, streams: Iterable[str]) -> None:
        self.trouble = ""
        self.buffered = Counts()
        self.lost = 0
        """Records that could not be mapped, and had no place among those that are set aside."""
        self._began = time.time()
        self._streams = {name: _Stream() for name in streams}

    def took(self, counts: Mapping[str, Counted]) -> None:
        """Counts records that are at the broker, or set aside."""
        for name, counted in counts.items():
            each = self._streams[name]
            each.last = time.time()
            for what in fields(counted):
                setattr(each.total, what.name, getattr(each.total, what.name) + getattr(counted, what.name))

    def news(self) -> Iterator[tuple[str, LastRun]]:
        """How each stream fares that has not been told as it is."""
        for name, each in self._streams.items():
            buffered = (self.buffered.waiting, self._dropped)
            now = (*astuple(each.total), self.trouble, *buffered)
            if now != each.told:
                each.told = now
                yield name, self._as_run(each)

    def _as_run(self, stream: _Stream) -> LastRun:
        return LastRun(
            self._began,
            max(0.0, stream.last - self._began),
            **asdict(stream.total),
            error=self.trouble,
            buffered=self.buffered.waiting,
            dropped=self._dropped,
        )

    @property
    def _dropped(self) -> int:
        return self.buffered.dropped + self.lost
