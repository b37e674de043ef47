"""Which look at a thing is the newest of those that this hub had, where other hubs write to the same graph.

A hub that commits a change first may be the last to publish it, and its older record would stay on the broker. So each
hub hears of the changes of the others (`peers`), and looks up again what it dealt with itself lately. Nothing stays
stale: the older change was noted here before its commit, hence before the newer one's, hence before this hub heard of
that; and what was looked up then is the newer look, which the older one does not replace.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.thing import Key, Thing

_DONE = object()


@dataclass(slots=True)
class _Look:
    """`thing` is what was seen, let go of once it is published."""

    thing: object
    version: int
    topics: set[str] = field(default_factory=set)


class Newest:
    """The newest looks at things, and the topics on which this hub may have left a record of each.

    Those dealt with longest ago are forgotten beyond `limit`: a change of theirs is long published.
    """

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._versions = 0
        self._looks: OrderedDict[Key, _Look] = OrderedDict()

    def note(self, key: Key, thing: Thing | None, topics: Iterable[str | None]) -> None:
        """Notes a look at a thing while it is locked; None where it is gone. Records may come to be on `topics`."""
        look = self._looks.pop(key, None) or _Look(thing, 0)
        look.thing, look.version = thing, self._next()
        look.topics.update(topic for topic in topics if topic is not None)
        self._looks[key] = look
        if len(self._looks) > self._limit:
            self._looks.popitem(last=False)

    def counts(self, key: Key, thing: Thing | None) -> bool:
        """Whether this is the newest look at a thing, and not published yet."""
        look = self._looks.get(key)
        return look is None or look.thing is thing

    def published(self, key: Key, topic: str | None) -> None:
        """Notes that the newest look is published, on this topic alone."""
        look = self._looks.get(key)
        if look is not None:
            look.thing, look.version = _DONE, self._next()
            look.topics = set() if topic is None else {topic}

    def version(self, key: Key) -> int:
        """A number that differs whenever something was noted of a thing; 0 where it was not dealt with lately."""
        look = self._looks.get(key)
        return 0 if look is None else look.version

    def topics(self, key: Key) -> frozenset[str]:
        """Where this hub may have left a record of a thing."""
        look = self._looks.get(key)
        return frozenset() if look is None else frozenset(look.topics)

    def _next(self) -> int:
        self._versions += 1
        return self._versions
