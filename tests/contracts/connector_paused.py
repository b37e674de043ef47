"""How long a source that fails is left alone, and that it holds up no other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from connectors import backoff
from connectors.kind import Kind, Page, Source
from connectors.load import Connector
from connectors.schedule import Around, always
from connectors.state import State
from schema.contract import Contract
from schema.json import Json
from schema.model import MODEL
from schema.rules import Rules
from tests.connectors.running import Taken
from tests.connectors.test_schedule import Given, connector
from tests.contracts.connector_plant import PAGE, Plant
from tests.contracts.frozen import Frozen, calm, until

PAUSES = (1, 2, 4, 8, 300, 300)
"""Seconds after each failure in a row, where chance takes nothing off."""


class PausesContract:
    """Every kind that reads."""

    def test_a_source_that_fails_is_left_alone_as_long_as_it_should_be(
        self,
        plant: Plant,
        mes: Connector,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(backoff.random, "uniform", lambda low, high: high)
        monkeypatch.setattr("connectors.kinds.rest.client.FIRST_SECONDS", 0.0)
        plant.put(0, PAGE)
        plant.kill()
        with asyncio.Runner(loop_factory=Frozen) as runner:
            runner.run(_left_alone(plant, mes, tmp_path, caplog))

    async def test_a_source_that_is_slow_holds_up_no_other(self, plant: Plant, mes: Connector, tmp_path: Path) -> None:
        plant.put(0, PAGE)
        gate, well, taken = threading.Event(), Given(), Taken()
        async with both(tmp_path, taken, _looked(mes, gate.wait), connector("well", well, tmp_path)):
            await until(lambda: well.reads > 3)
            assert taken.records == {}
            gate.set()
            await until(lambda: len(taken.records) == PAGE)


async def _left_alone(plant: Plant, mes: Connector, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Frozen)
    reads: list[None] = []
    well, taken = Given(), Taken()
    async with both(folder, taken, _looked(mes, lambda: reads.append(None)), connector("well", well, folder)):
        for number, pause in enumerate(PAUSES, 1):
            await until(lambda number=number: caplog.text.count("trying again in") == number)  # type: ignore[misc]
            left = pause - 0.1
            if pause == PAUSES[-1]:
                left -= await _others_go_on(loop, well)
            loop.skip(left)
            await calm()
            assert len(reads) == number
            if number == len(PAUSES):
                await asyncio.to_thread(plant.start)
            loop.skip(0.2)
        await until(lambda: len(taken.records) == PAGE)


async def _others_go_on(loop: Frozen, well: Given) -> float:
    """Lets another connector read several times; gives the seconds that were skipped for it."""
    skipped, reads = 0.0, well.reads
    while well.reads < reads + 3:
        loop.skip(0.06)
        skipped += 0.06
        await calm()
    return skipped


@asynccontextmanager
async def both(folder: Path, taken: Taken, *connectors: Connector) -> AsyncIterator[None]:
    """Connectors at work, beside each other."""
    with closing(State(folder / "state.db")) as state:
        around = Around(folder, state, Contract(MODEL, Rules()), "uns/v1", taken.publish)
        tasks = [asyncio.create_task(always(each, around)) for each in connectors]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True)
class _Looked:
    """A kind whose sources have something done before each run reads."""

    kind: Kind
    before: Callable[[], Any]

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def settings(self) -> Any:
        return self.kind.settings

    def open(self, *arguments: Any) -> Source:
        source = self.kind.open(*arguments)
        read = source.read

        def looked(stream: str, position: Json) -> Iterator[Page]:
            self.before()
            return read(stream, position)

        source.read = looked  # type: ignore[method-assign]
        return source


def _looked(of: Connector, before: Callable[[], Any]) -> Connector:
    return replace(of, kind=_Looked(of.kind, before))  # type: ignore[arg-type]
