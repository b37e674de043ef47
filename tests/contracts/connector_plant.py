"""Sources that contracts fill, kill and start again."""

from __future__ import annotations

from typing import Any, Protocol

COUNT = 240
PAGE = 25
BEGIN = 1_772_000_000
"""When the first record was changed; each after it a second later."""

LOTS: dict[str, Any] = {"page": PAGE, "map": [{"kind": "MaterialLot", "id": "lot", "set": {"name": "title"}}]}


class Plant(Protocol):
    """A source of one kind. Its stream is `lots`."""

    again: int
    """So many records may be read anew by a run that goes on, beside those that had not arrived."""

    def config(self) -> dict[str, Any]:
        """A connector that reads it, a page at a time."""
        ...

    def put(self, first: int, count: int) -> None:
        """Makes the lots `L<number>` from a number on, a second after each other."""
        ...

    def kill(self) -> None:
        """Ends its processes as a failure of the machine would."""
        ...

    def start(self) -> None:
        """Starts it again, with what it held."""
        ...
