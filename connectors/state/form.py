"""Where connectors keep what they keep: a file of SQLite, or the database of a journal in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.engine import Engine


@dataclass(frozen=True, slots=True)
class Hold:
    """A connector, held by this process alone: who writes by its engine holds it still, or fails."""

    engine: Engine = field(repr=False)
    check: Callable[[], None] = lambda: None
    """Raises `StateError` where the hold is lost."""


class Form(Protocol):
    """One form of it, opened, its tables made."""

    engine: Engine
    """Reads, and writes what needs no hold."""

    def hold(self, connector: str) -> AbstractContextManager[Hold]:
        """Holds a connector while the block runs; `Occupied` where another process does."""
        ...

    def held(self, connector: str) -> bool:
        """Whether a process holds a connector now."""
        ...

    def close(self) -> None:
        """Lets go of it."""
        ...
