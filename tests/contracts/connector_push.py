"""What every kind of connector that is told by its source must do. A kind's tests say how its source tells.

A class with a fixture `teller` joins; what else a kind owes its source is in tests of its own.
"""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import pytest

from connectors.load import Connector
from connectors.mapping.messages import Message
from connectors.secret import HIDDEN
from hub.connect.files import read_file
from tests.connectors.running import Taken, letters
from tests.contracts.connector import MOST_BYTES
from tests.contracts.connector_plant import COUNT, PAGE

Tell = Callable[[Sequence[dict[str, Any]]], Awaitable[bool]]
"""Tells records as the source does; whether it got its receipt."""


class Teller(Protocol):
    """A source that tells by itself. Its stream is `lots`."""

    secret: str
    """What it shares with the connector."""

    def config(self, folder: Path) -> dict[str, Any]:
        """A connector that is told by it; files for it go into the folder."""
        ...

    def telling(self, connector: Connector, folder: Path, taken: Taken) -> AbstractAsyncContextManager[Tell]:
        """The connector at work, and how the source tells it something."""
        ...


class PushContract:
    """Every kind that is told."""

    @pytest.fixture
    def teller(self) -> Teller:
        """A source."""
        raise NotImplementedError

    @pytest.fixture
    def told(self, teller: Teller, tmp_path: Path) -> Connector:
        file = tmp_path / "told.yaml"
        file.write_text(json.dumps(teller.config(tmp_path)))
        found = read_file(file)
        assert found.faults == ()
        assert found.connector is not None
        return found.connector

    async def test_it_has_its_receipt_when_the_broker_has_all_of_it_and_not_before(
        self, teller: Teller, told: Connector, tmp_path: Path
    ) -> None:
        taken = Taken()

        async def breaks(message: Message) -> None:
            raise ConnectionError("the broker is away")

        async with teller.telling(told, tmp_path, taken) as tell:
            taken.breaks = breaks
            assert not await tell(some(0, PAGE))
            taken.breaks = None
            assert await tell(some(0, PAGE))
            assert len(taken.records) == PAGE

    async def test_many_records_leave_nothing_of_each_in_memory(
        self, teller: Teller, told: Connector, tmp_path: Path
    ) -> None:
        taken = Taken()

        async def forgets(message: Message) -> None:
            taken.messages.clear()
            taken.records.clear()

        taken.breaks = forgets
        looks: list[int] = []
        async with teller.telling(told, tmp_path, taken) as tell:
            tracemalloc.start()
            try:
                for begin in range(0, 8 * COUNT, PAGE):
                    assert await tell(some(begin, PAGE))
                    if begin % (2 * COUNT) < PAGE:
                        gc.collect()
                        looks.append(tracemalloc.get_traced_memory()[0])
            finally:
                tracemalloc.stop()
        assert looks[-1] - looks[1] < MOST_BYTES * 4 * COUNT

    async def test_what_it_repeats_of_a_secret_is_not_kept(
        self, teller: Teller, told: Connector, tmp_path: Path
    ) -> None:
        async with teller.telling(told, tmp_path, Taken()) as tell:
            await tell([{"lot": None, "title": f"sent with {teller.secret}"}])
        (letter,) = letters(told, tmp_path)
        assert letter.record["title"] == f"sent with {HIDDEN}"
        assert all(teller.secret.encode() not in file.read_bytes() for file in tmp_path.glob("state.db*"))


def some(first: int, count: int) -> list[dict[str, Any]]:
    """Lots, as records."""
    return [{"lot": f"L{number}", "title": f"Lot {number}"} for number in range(first, first + count)]
