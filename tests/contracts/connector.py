"""What every kind of connector that reads must do. A kind's tests subclass `ConnectorContract` and bring a plant.

Each has a real source: one that is killed with SIGKILL, and that comes back with all that it held.
"""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import SourceError
from connectors.load import Connector
from connectors.mapping.messages import Message
from connectors.schedule import Around, at_work
from connectors.state import State
from connectors.stream import Outcome
from hub.connect.files import read_file
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules
from tests.connectors.running import Taken, letters, run
from tests.contracts.connector_killed import KilledContract
from tests.contracts.connector_paused import PausesContract
from tests.contracts.connector_plant import COUNT, PAGE, Plant

MANY = 8 * COUNT
MOST_BYTES = 300
"""A record that is kept in any form takes more. pydantic remembers some thousand short texts, three of each record."""


class ConnectorContract(PausesContract, KilledContract):
    """Every kind that reads."""

    @pytest.fixture
    def plant(self) -> Iterator[Plant]:
        """A source without records."""
        raise NotImplementedError

    @pytest.fixture
    def mes(self, plant: Plant, tmp_path: Path) -> Connector:
        file = tmp_path / "mes.yaml"
        file.write_text(json.dumps(plant.config()))
        found = read_file(file)
        assert found.faults == ()
        assert found.connector is not None
        return found.connector

    async def test_a_run_that_is_cut_off_reads_nothing_again_that_has_arrived(
        self, plant: Plant, mes: Connector, tmp_path: Path
    ) -> None:
        plant.put(0, COUNT)
        taken = Taken()
        for pages in (3, 7):

            async def breaks(message: Message, most: int = pages * PAGE) -> None:
                if len(taken.records) >= most:
                    raise ConnectionError("the broker is away")

            taken.breaks = breaks
            with pytest.raises(ConnectionError):
                await run(mes, tmp_path, taken)
        arrived = len(taken.records)
        taken.breaks = None
        outcome = await run(mes, tmp_path, taken)
        assert len(taken.records) == COUNT
        assert outcome.read <= COUNT - arrived + plant.again
        assert (await run(mes, tmp_path, taken)).changed == 0
        assert letters(mes, tmp_path) == []

    async def test_a_source_that_is_killed_in_mid_load_is_read_on(
        self, plant: Plant, mes: Connector, tmp_path: Path
    ) -> None:
        plant.put(0, COUNT)
        taken = Taken()

        async def kills(message: Message) -> None:
            if len(taken.records) >= 4 * PAGE:
                taken.breaks = None
                await asyncio.to_thread(plant.kill)

        taken.breaks = kills
        with pytest.raises(SourceError):
            await run(mes, tmp_path, taken)
        arrived = len(taken.records)
        assert arrived < COUNT
        plant.start()
        plant.put(COUNT, PAGE)
        outcome = await run(mes, tmp_path, taken)
        assert len(taken.records) == COUNT + PAGE
        assert outcome.read <= COUNT + PAGE - arrived + plant.again

    async def test_a_load_of_many_records_leaves_nothing_of_each_in_memory(
        self, plant: Plant, mes: Connector, tmp_path: Path
    ) -> None:
        # What is only made once is made before.
        plant.put(0, 4 * PAGE)
        await run(mes, tmp_path, Taken())
        plant.put(4 * PAGE, MANY)
        looks: list[tuple[int, int]] = []

        def look(outcome: Outcome) -> None:
            if outcome.read >= MANY // 4 * (len(looks) + 1):
                gc.collect()
                looks.append((outcome.read, tracemalloc.get_traced_memory()[0]))

        async def publish(message: Message) -> None:
            """Keeps nothing."""

        with closing(State(tmp_path / "state.db")) as state:
            around = Around(tmp_path, state, Contract(MODEL, Rules()), "uns/v1", publish)
            async with at_work(mes, around) as worker:
                tracemalloc.start()
                try:
                    await worker.run("lots", progress=look)
                finally:
                    tracemalloc.stop()
        (first, before), *_, (last, after) = looks
        assert last >= MANY
        assert after - before < MOST_BYTES * (last - first)
