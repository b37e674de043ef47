"""Pages that go by change, against a source whose records change while they are read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import SourceError
from connectors.load import Connector
from tests.connectors.api import Answer, Api, Asked, api
from tests.connectors.running import Taken, run
from tests.connectors.test_rest import text

Make = Callable[[str], Connector]

BEGIN = datetime(2026, 3, 1, 10, tzinfo=UTC)
STATES = ("RELEASED", "BLOCKED")
STREAM: dict[str, Any] = {
    "path": "/changes",
    "method": "POST",
    "records": "$",
    "body": {"where": [["changed", ">=", "{since}"]], "offset": "{offset}", "limit": "{size}"},
    "pages": {"by": "change", "size": 3},
    "changed": "changed",
    "overlap": 2,
    "sinceFormat": "%Y-%m-%d %H:%M:%S",
    "map": [{"kind": "MaterialLot", "id": "no", "set": {"status": "state"}}],
}


class Source:
    """Orders by change and number; shows whole seconds, and keeps microseconds, as Odoo does."""

    def __init__(self, seed: int, count: int = 20) -> None:
        self.chance = random.Random(seed)
        self.now = BEGIN
        self.lots = {f"L{n:02}": self._lot() for n in range(count)}
        self.changing = 0.5
        """How likely it is that a lot changes between two pages."""
        self.most = 1000

    def _lot(self) -> tuple[datetime, str]:
        self.now += timedelta(milliseconds=self.chance.choice((0, 1, 200, 1500)))
        return self.now, self.chance.choice(STATES)

    def answer(self, asked: Asked) -> Answer:
        if self.chance.random() < self.changing:
            self.lots[self.chance.choice(list(self.lots))] = self._lot()
        where = asked.body["where"]
        begin = datetime.fromisoformat(where[0][2]).replace(tzinfo=UTC) if where else BEGIN
        rows = sorted((changed, no, state) for no, (changed, state) in self.lots.items() if changed >= begin)
        size = min(asked.body["limit"], self.most)
        page = rows[asked.body["offset"] :][:size]
        return Answer([{"no": no, "state": state, "changed": f"{at:%Y-%m-%d %H:%M:%S}"} for at, no, state in page])

    def states(self) -> dict[str, str]:
        return {no: state for no, (_, state) in self.lots.items()}


@pytest.fixture
def system() -> Iterator[Api]:
    with api() as running:
        yield running


def known(taken: Taken) -> dict[str, Any]:
    return {id_: record.value("status") for (_, id_), record in taken.records.items()}


@pytest.mark.parametrize("seed", range(5))
async def test_what_changes_while_it_is_read_is_not_missed(
    connector: Make, system: Api, tmp_path: Path, seed: int
) -> None:
    """A record that is changed moves to the end, and those after it to the page before, which is read already."""
    source = Source(seed)
    system.first = source.answer
    mes, taken = connector(text(system.url, STREAM, timeZone="UTC")), Taken()
    for _ in range(3):
        await run(mes, tmp_path, taken)
    source.changing = 0.0
    await run(mes, tmp_path, taken)
    assert known(taken) == source.states()


async def test_more_records_of_one_time_than_a_page_has_are_counted(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    source = Source(0)
    source.changing = 0.0
    source.lots = {
        no: (BEGIN + timedelta(microseconds=n), state) for n, (no, (_, state)) in enumerate(source.lots.items())
    }
    system.first = source.answer
    taken = Taken()
    await run(connector(text(system.url, STREAM, timeZone="UTC")), tmp_path, taken)
    assert known(taken) == source.states()


async def test_pages_smaller_than_asked_for_are_no_end(connector: Make, system: Api, tmp_path: Path) -> None:
    source = Source(1)
    source.most = 2
    system.first = source.answer
    taken = Taken()
    await run(connector(text(system.url, STREAM, timeZone="UTC")), tmp_path, taken)
    source.changing = 0.0
    await run(connector(text(system.url, STREAM, timeZone="UTC")), tmp_path, taken)
    assert known(taken) == source.states()


async def test_a_run_that_is_cut_off_goes_on_where_it_was(connector: Make, system: Api, tmp_path: Path) -> None:
    source = Source(2)
    source.changing = 0.0
    refused = iter([False] * 4 + [True])
    system.first = lambda asked: Answer({}, 403) if next(refused, False) else source.answer(asked)
    mes, taken = connector(text(system.url, STREAM, timeZone="UTC")), Taken()
    with pytest.raises(SourceError):
        await run(mes, tmp_path, taken)
    before = len(system.asked)
    await run(mes, tmp_path, taken)
    assert system.asked[before].body["where"] != []
    assert known(taken) == source.states()


async def test_a_source_that_ignores_from_when_on_is_found_out(connector: Make, system: Api, tmp_path: Path) -> None:
    source = Source(3)
    source.changing = 0.0

    def deaf(asked: Asked) -> Answer:
        return source.answer(Asked(asked.method, asked.path, {}, {}, {**asked.body, "where": []}, asked.url))

    system.first = deaf
    mes = connector(text(system.url, STREAM, timeZone="UTC"))
    with pytest.raises(SourceError, match=r"gives what changed before .*, and was asked for what did since"):
        await run(mes, tmp_path, Taken())
    with closing(mes.open()) as opened:
        looks = [look for look in opened.check({}) if look.remedy]
    assert len(looks) == 1
    assert "the source ignores the filter that has {since}" in looks[0].remedy


@pytest.mark.parametrize("lacking", ["changed", "body"])
async def test_it_needs_to_know_what_changes_when(read: Any, system: Api, lacking: str) -> None:
    stream = {name: value for name, value in STREAM.items() if name != lacking}
    told = [fault.message for fault in read(text(system.url, stream, timeZone="UTC")).faults]
    assert any("goes by change, and lacks `changed` or {since}" in each for each in told)
