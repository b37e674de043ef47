"""Progress bars, on the standard error."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from connectors.stream import Outcome

LINE_SECONDS = 10.0
"""How often a load says how far it is where the output is no terminal."""


class Stages:
    """One bar a stage, in the order in which they come. Where the output is no terminal, nothing but the end shows."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, doing: str, done: int, total: int | None) -> None:
        """Says how far a stage is; a stage that is new ends the one before it."""
        if doing not in self._bars:
            self._bars[doing] = self._progress.add_task(doing, total=total)
        self._progress.update(self._bars[doing], completed=done, total=total)


class Loading:
    """How far the streams of a connector are, one bar each; where the output is no terminal, a line now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stages = Stages(console) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._stages is not None:
            self._stages.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stages is not None:
            self._stages.__exit__(kind, error, trace)

    @contextlib.contextmanager
    def stream(self, name: str, total: int | None) -> Iterator[Callable[[Outcome], None]]:
        """Shows a stream. `total` is how many records it has to read, None where nobody knows."""
        told = began = time.monotonic()

        def show(outcome: Outcome) -> None:
            nonlocal told
            if self._stages is not None:
                # A source may have grown since it was counted.
                self._stages.show(name, outcome.read, None if total is None else max(total, outcome.read))
            elif (now := time.monotonic()) - told >= LINE_SECONDS:
                told = now
                of = "" if total is None else f" of {total:,}"
                rate = outcome.read / (now - began)
                self._console.print(f"{name}: {outcome.read:,}{of} records read, {rate:,.0f}/s", markup=False)

        yield show
