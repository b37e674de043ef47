"""Sources as they are handed out: nothing that they say has a secret of the connector in it.

A kind may be anybody's, and what a driver says is not in its hands. So what leaves a source is looked through once,
here. An error of a kind that nobody thought of keeps its own form, unless there is something in it to hide.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from connectors.errors import SourceError
from connectors.kind import Heeds, Look, Offer, Page, PushSource, Reception, Source
from connectors.records import Record
from schema.json import Json

T = TypeVar("T")

Hidden = Callable[[str], str]
"""A text without secrets."""


def discreet(source: Source | PushSource, hidden: Hidden) -> Source | PushSource:
    """The source, with what it says looked through."""
    return _Push(source, hidden) if isinstance(source, PushSource) else _Read(source, hidden)


class _Looked:
    def __init__(self, hidden: Hidden) -> None:
        self._hidden = hidden

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except SourceError as error:
            raise SourceError(self._hidden(str(error)), error.wait) from None
        except Exception as error:
            if self._hidden(str(error)) == str(error):
                raise
            raise SourceError(f"{type(error).__name__}: {self._hidden(str(error))}") from None

    def _each(self, begin: Callable[[], Iterator[T]]) -> Iterator[T]:
        with self._speaking():
            yield from begin()

    def _looks(self, begin: Callable[[], Iterator[Look]]) -> Iterator[Look]:
        for look in self._each(begin):
            yield Look(look.what, self._hidden(look.detail), self._hidden(look.remedy))


class _Read(_Looked):
    def __init__(self, source: Source, hidden: Hidden) -> None:
        super().__init__(hidden)
        self._source = source

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        return self._looks(lambda: self._source.check(fields))

    def discover(self) -> Iterator[Offer]:
        return self._each(self._source.discover)

    def read(self, stream: str, position: Json) -> Iterator[Page]:
        return self._each(lambda: self._source.read(stream, position))

    def arrived(self, stream: str, position: Json) -> None:
        if isinstance(self._source, Heeds):
            with self._speaking():
                self._source.arrived(stream, position)

    def close(self) -> None:
        with self._speaking():
            self._source.close()


class _Push(_Looked):
    def __init__(self, source: PushSource, hidden: Hidden) -> None:
        super().__init__(hidden)
        self._source = source

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        return self._looks(lambda: self._source.check(fields))

    def discover(self) -> Iterator[Offer]:
        return self._each(self._source.discover)

    async def receive(self, reception: Reception) -> None:
        with self._speaking():
            await self._source.receive(reception)

    def sample(self, data: bytes) -> Iterator[tuple[str, Record]]:
        return self._each(lambda: self._source.sample(data))

    def close(self) -> None:
        with self._speaking():
            self._source.close()
