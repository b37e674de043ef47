"""Messages on their way to the broker, kept while it does not take them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from connectors.wire.errors import PublishError, Unpublishable
from connectors.wire.messages import Outbound
from hub.troubles import Part, Troubles

log = logging.getLogger(__name__)

Publish = Callable[[Outbound], Awaitable[None]]

PAUSE = 1.0
"""Seconds before what the broker did not take is tried again."""


class Outbox:
    """Messages on their way to the broker: the newest for each topic, in the order in which topics came up.

    Retained ones are kept until they are published; others are dropped, oldest first, beyond `limit`.
    """

    def __init__(
        self,
        publish: Publish,
        limit: int = 20_000,
        in_flight: int = 200,
        troubles: Troubles | None = None,
        dropped: Outbound | None = None,
    ) -> None:
        """`in_flight` is how many messages may wait for the broker's acknowledgement at once.

        `troubles` is told when the broker does not take messages, and when it does again. `dropped` is published in the
        place of what had to be.
        """
        self._dropped = dropped
        self._overflowing = False
        self._publish = publish
        self._limit = limit
        self._in_flight = in_flight
        self._troubles = troubles or Troubles()
        self._retained: dict[str, tuple[int, Outbound]] = {}
        """By topic, in order of their numbers. One that takes the place of another has the other's number."""
        self._leaving = 0
        """The least number of the retained messages that are being published, 0 for none."""
        self._unacknowledged = 0
        """How many messages are being published."""
        self._number = 0
        self._passing: deque[Outbound] = deque()
        self._after: set[int] = set()
        """By their `id`, those in `_passing` that wait until all before them is published."""
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._progress = asyncio.Event()

    async def room(self) -> None:
        """Returns when no more than the limit of retained messages are on their way."""
        await self._room.wait()

    def push(self, message: Outbound) -> None:
        """Takes a message at once."""
        if message.retain:
            known = self._retained.get(message.topic)
            if known is None:
                self._number += 1
            self._retained[message.topic] = (known[0] if known else self._number, message)
            if len(self._retained) >= self._limit:
                self._room.clear()
        else:
            self._pass_on(message)
        self._empty.clear()
        self._work.set()

    def push_after(self, message: Outbound) -> None:
        """Takes a message that is not retained, to be published after all such that were taken before it."""
        self._after.add(id(message))
        self.push(message)

    def _pass_on(self, message: Outbound) -> None:
        self._passing.append(message)
        if len(self._passing) > self._limit:
            self._after.discard(id(self._passing.popleft()))
            if not self._overflowing:
                log.warning("more than %d messages wait for the broker: the oldest are dropped", self._limit)
            self._overflowing = True

    @property
    def waiting(self) -> int:
        """How many messages the broker has not acknowledged; for a moment, one and a newer one of its topic are two."""
        return len(self._retained) + len(self._passing) + self._unacknowledged

    @property
    def mark(self) -> int:
        """Stands for all the retained messages taken so far; see `passed`."""
        return self._number

    async def passed(self, mark: int) -> None:
        """Returns when every retained message taken before the mark, or a newer one in its place, is published."""
        while self._oldest() <= mark:
            self._progress.clear()
            await self._progress.wait()

    def _oldest(self) -> int:
        """The least number that is not published; beyond every mark where there is none."""
        if self._leaving:
            return self._leaving
        return next(iter(self._retained.values()))[0] if self._retained else self._number + 1

    async def drained(self) -> None:
        """Returns when everything that was put has been published."""
        await self._empty.wait()

    async def run(self) -> None:
        """Publishes until cancelled. What the broker does not take is tried again, unless it never will.

        In place of a retained message that it will never take, an older one is removed: no record is better than a
        wrong one.
        """
        while True:
            await self._work.wait()
            batch = self._take()
            if not batch:
                self._work.clear()
                self._empty.set()
                continue
            self._unacknowledged = len(batch)
            results = await asyncio.gather(*(self._publish(m) for _, m in batch), return_exceptions=True)
            self._unacknowledged = 0
            failed = [(one, error) for one, error in zip(batch, results, strict=True) if error is not None]
            self._keep([one for one, error in failed if not isinstance(error, Unpublishable)])
            self._give_up([(m, error) for (_, m), error in failed if isinstance(error, Unpublishable)])
            self._progress.set()
            await self._pause([error for _, error in failed if not isinstance(error, Unpublishable)])

    def _take(self) -> list[tuple[int, Outbound]]:
        """The next messages; those that are not retained have the number 0."""
        batch: list[tuple[int, Outbound]] = []
        if self._overflowing and self._dropped is not None:
            batch.append((0, self._dropped))
        self._overflowing = False
        while self._passing and len(batch) < self._in_flight:
            if batch and id(self._passing[0]) in self._after:
                break
            self._after.discard(id(self._passing[0]))
            batch.append((0, self._passing.popleft()))
        while self._retained and len(batch) < self._in_flight:
            number, message = self._retained.pop(next(iter(self._retained)))
            self._leaving = self._leaving or number
            batch.append((number, message))
        if len(self._retained) < self._limit:
            self._room.set()
        return batch

    def _keep(self, failed: Sequence[tuple[int, Outbound]]) -> None:
        """Puts what was not published before the rest; a retained one gives way to a newer one on its topic."""
        self._leaving = 0
        for _, message in reversed(failed):
            if not message.retain and len(self._passing) < self._limit:
                self._passing.appendleft(message)
        again = {m.topic: (number, self._retained.pop(m.topic, (0, m))[1]) for number, m in failed if m.retain}
        if again:
            self._retained = again | self._retained

    def _give_up(self, refused: Sequence[tuple[Outbound, Unpublishable]]) -> None:
        for message, error in refused:
            log.error("%s; the topic is left without a record", error)
            if message.retain and message.payload and message.topic not in self._retained:
                self.push(Outbound(message.topic, b"", retain=True))

    async def _pause(self, errors: Sequence[BaseException]) -> None:
        if not errors:
            self._troubles.mended(Part.PUBLISHING)
            return
        for error in errors:
            if not isinstance(error, PublishError):
                raise error
        self._troubles.failed(Part.PUBLISHING, errors[0])
        log.warning("publishing %d messages: %s; trying again in %g s", len(errors), errors[0], PAUSE)
        await asyncio.sleep(PAUSE)
