"""One subscription's plan at work, for everyone who subscribes with an equal document, operation and variables.

    Changes ──> Choice ──> a queue for each subscriber ──> Evaluation.text, once for each event ──> every transport
                           (hub.announcing.waiting)

A change is looked at once, and an event is executed and written once, when the first subscriber takes it. One who is
slow has newer changes put in the place of older ones; what came of putting two together is shared, too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.announcing.live import Change, Listener
from hub.announcing.waiting import Lagged, Waiting
from hub.api.answers import Request, answer
from hub.api.choice import Choice
from hub.api.context import ApiContext
from hub.api.positions import Positions
from hub.api.schema import HubSchema
from hub.api.source import Source, Told

log = logging.getLogger(__name__)

MOST_BEHIND = 10_000
"""For how many things a subscriber may be behind."""

_IN_TURN = 50
"""Subscribers who are handed a batch before others get their turn."""


@dataclass(eq=False, slots=True)
class Event:
    """A change as it waits for subscribers, and its answer as text once one of them has taken it."""

    what: Change | Lagged
    text: asyncio.Task[str] | None = None
    _followed: tuple[Event, Event | None] | None = None

    @property
    def key(self) -> object:
        return self.what.key if isinstance(self.what, Change) else self

    @property
    def position(self) -> int:
        return self.what.position

    def followed_by(self, newer: Event) -> Event | None:
        """The same for all who have both waiting."""
        if self._followed is None or self._followed[0] is not newer:
            assert isinstance(self.what, Change) and isinstance(newer.what, Change)
            both = self.what.followed_by(newer.what)
            self._followed = (newer, None if both is None else Event(both))
        return self._followed[1]


class Evaluation:
    """A subscription's plan at work. It ends with its last subscriber."""

    def __init__(
        self, schema: HubSchema, context: ApiContext, request: Request, positions: Positions, ended: Callable[[], None]
    ) -> None:
        self._schema = schema
        self._context = context
        self._request = request
        self._ended = ended
        self._source = Source()
        self._subscribers: set[Waiting[Event]] = set()
        self._listener: Listener | None = None
        self._pump: asyncio.Task[None] | None = None
        self._results: AsyncGenerator[Any, None] | None = None
        self._coming: asyncio.Task[Any] | None = None
        self._turn = asyncio.Lock()
        self._begun: asyncio.Task[None] | None = None
        self._over = False
        self.positions = positions

    @property
    def choice(self) -> Choice:
        assert self._source.choice is not None
        return self._source.choice

    async def join(self) -> Waiting[Event]:
        """Events from now on, until `leave`. `Refused` where the subscription can't be."""
        subscriber: Waiting[Event] = Waiting(MOST_BEHIND)
        self._subscribers.add(subscriber)
        try:
            if self._begun is None:
                self._begun = asyncio.create_task(self._begin())
            await asyncio.shield(self._begun)
        except BaseException:
            self.leave(subscriber)
            raise
        return subscriber

    def leave(self, subscriber: Waiting[Event]) -> None:
        self._subscribers.discard(subscriber)
        subscriber.close()
        self._end_where_unused()

    async def text(self, event: Event) -> str:
        """The event's answer. It is executed once, however many ask."""
        if event.text is None:
            event.text = asyncio.create_task(self._execute(event.what))
        return event.text.result() if event.text.done() else await asyncio.shield(event.text)

    async def _begin(self) -> None:
        # Heard from before the filter's memory is made, so that nothing falls between.
        self._listener = self._context.changes.subscribe()
        self._results = await self._schema.stream(
            self._request.query,
            variable_values=None if self._request.variables is None else dict(self._request.variables),
            context_value=replace(self._context, source=self._source),
            operation_name=self._request.operation_name,
        )
        self._coming = asyncio.create_task(self._next())
        opened = asyncio.create_task(self._source.opened.wait())
        try:
            await asyncio.wait({self._coming, opened}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            opened.cancel()
        if self._source.choice is None:
            answer(self._coming.result())
            raise AssertionError("a subscription gave an answer before it was opened")
        self._pump = asyncio.create_task(self._run())

    async def _execute(self, what: Change | Lagged) -> str:
        async with self._turn:
            assert self._coming is not None
            self._source.feed(Told(what, self.positions.cursor(what.position)))
            try:
                return answer(await self._coming)
            finally:
                if not self._over:
                    self._coming = asyncio.create_task(self._next())

    async def _next(self) -> Any:
        assert self._results is not None
        return await anext(self._results)

    async def _run(self) -> None:
        assert self._listener is not None
        try:
            while True:
                await self._hand_on(*await self._listener.batch())
        except StopAsyncIteration:
            return

    async def _hand_on(self, lagged: Lagged | None, changes: Sequence[Change]) -> None:
        try:
            events = [Event(change) for change in await self.choice.tell(changes)]
        except Exception as error:
            log.warning("looking up which of %d changes a subscription is about: %s", len(changes), error)
            self.choice.forget()
            lagged, events = Lagged(None, min(change.position for change in changes)), []
        for number, subscriber in enumerate(tuple(self._subscribers)):
            if lagged is not None:
                subscriber.lag(lagged)
            for event in events:
                subscriber.push(event)
            if number % _IN_TURN == _IN_TURN - 1:
                await asyncio.sleep(0)

    def _end_where_unused(self) -> None:
        if self._subscribers or self._over:
            return
        self._over = True
        self._ended()
        if self._listener is not None:
            self._context.changes.leave(self._listener)
        tasks = [task for task in (self._begun, self._pump, self._coming) if task is not None]
        for task in tasks:
            task.cancel()
        closing = asyncio.create_task(self._close(tasks))
        _CLOSING.add(closing)
        closing.add_done_callback(_CLOSING.discard)

    async def _close(self, tasks: Sequence[asyncio.Task[Any]]) -> None:
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._results is not None:
            await self._results.aclose()


_CLOSING: set[asyncio.Task[None]] = set()
"""Kept from being collected before they have ended."""
