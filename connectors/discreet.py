"""Sources as they are handed out: nothing that they say has a secret of the connector in it.

A kind may be anybody's, and what a driver says is not in its hands. So what leaves a source is looked through once,
here. An error of a kind that nobody thought of keeps its own form, unless there is something in it to hide.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from inspect import isawaitable
from typing import Any, cast

from connectors.errors import SourceError
from connectors.kind import Look, PushSource, Source

Hidden = Callable[[str], str]
"""A text without secrets."""


def discreet(source: Source | PushSource, hidden: Hidden) -> Source | PushSource:
    """The source, with what it says looked through. It has what the source has, and no more."""
    return cast("Source | PushSource", _Discreet(source, hidden))


class _Discreet:
    def __init__(self, source: Source | PushSource, hidden: Hidden) -> None:
        self._source = source
        self._hidden = hidden

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._source, name)
        return self._asked(found) if callable(found) else found

    def _asked(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*arguments: Any) -> Any:
            with self._speaking():
                answer = method(*arguments)
            if isinstance(answer, Iterator):
                return self._each(answer)
            return self._awaited(answer) if isawaitable(answer) else answer

        return ask

    def _each(self, answers: Iterator[Any]) -> Iterator[Any]:
        with self._speaking():
            for answer in answers:
                if isinstance(answer, Look):
                    yield Look(answer.what, self._hidden(answer.detail), self._hidden(answer.remedy))
                else:
                    yield answer

    async def _awaited(self, answer: Awaitable[Any]) -> Any:
        with self._speaking():
            return await answer

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
