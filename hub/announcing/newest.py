"""Which look at a thing still counts, where other hubs write to the same graph.

A hub that commits a change first may be the last to publish it, and its older record would stay on the broker. So each
hub hears of the changes of the others (`peers`), and looks up again what it dealt with itself lately: an older change
was noted here before its commit, hence before the newer one's, hence before this hub heard of that. What it had still
to announce of an earlier look counts no more then. Where it may not have heard of something, it looks up everything
that is noted here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph.thing import Key, Thing


@dataclass(slots=True)
class _Look:
    version: int
    waiting: list[Thing | None] = field(default_factory=list)
    """What was seen and is still to be announced, in order."""
    topics: set[str] = field(default_factory=set)


class Newest:
    """The things dealt with lately, what of them is still to be announced, and where records of them may be.

    Those dealt with longest ago are forgotten beyond `limit`, once they are announced: they are long published then.
    """

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._versions = 0
        self._looks: OrderedDict[Key, _Look] = OrderedDict()

    def note(self, key: Key, thing: Thing | None, topics: Iterable[str | None]) -> None:
        """Notes what a thing is about to be, while it is locked; None where it goes. It is still to be announced.

        Records of it may come to be on `topics`.
        """
        look = self._look(key)
        look.waiting.append(thing)
        look.topics.update(topic for topic in topics if topic is not None)

    def left(self, key: Key, topic: str) -> None:
        """Notes a topic on which a record of a thing may be."""
        self._look(key).topics.add(topic)

    def counts(self, key: Key, thing: Thing | None) -> bool:
        """Whether what was noted of a thing has not been overtaken by a look at it since."""
        look = self._looks.get(key)
        return look is None or any(seen is thing for seen in look.waiting)

    def announced(self, key: Key, thing: Thing | None, topic: str | None) -> None:
        """Notes that what was noted is handed to the outbox, on this topic alone."""
        look = self._looks.get(key)
        if look is not None:
            place = next((place for place, seen in enumerate(look.waiting) if seen is thing), -1)
            del look.waiting[: place + 1]
            look.topics = set() if topic is None else {topic}

    def looked_up(self, key: Key, topic: str | None) -> None:
        """Notes that a thing was looked up and handed to the outbox, which overtakes all that waits of it."""
        look = self._look(key)
        look.waiting.clear()
        look.topics = set() if topic is None else {topic}

    def version(self, key: Key) -> int:
        """A number that grows whenever something is noted of a thing; 0 where it was not dealt with lately."""
        look = self._looks.get(key)
        return 0 if look is None else look.version

    def topics(self, key: Key) -> frozenset[str]:
        """Where this hub may have left a record of a thing."""
        look = self._looks.get(key)
        return frozenset() if look is None else frozenset(look.topics)

    def keys(self) -> Sequence[Key]:
        """The things dealt with lately."""
        return tuple(self._looks)

    def _look(self, key: Key) -> _Look:
        self._versions += 1
        look = self._looks.pop(key, None) or _Look(0)
        look.version = self._versions
        self._looks[key] = look
        if len(self._looks) > self._limit:
            self._forget_one()
        return look

    def _forget_one(self) -> None:
        oldest = next((key for key, look in self._looks.items() if not look.waiting), None)
        if oldest is not None:
            del self._looks[oldest]
