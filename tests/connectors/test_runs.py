"""Runs over a database: what is told once, what again, what is taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from connectors.errors import Occupied, SourceError, Withheld
from connectors.load import Connector
from connectors.lock import held
from connectors.mapping.messages import Message, Thing
from connectors.state import Kept, State, Step
from tests.connectors.conftest import LOTS
from tests.connectors.running import Taken, letters, run

VARIABLES = sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
MOST_VARIABLES = 32_766
"""As SQLite is built by default."""

Make = Callable[[str], Connector]

CHANGED = LOTS.format(mode="changed: changed_at")
WHOLE = LOTS.format(mode="page: 7")


def fill(plant: sqlite3.Connection, count: int, at: str = "2026-03-01 10:00:00") -> None:
    rows = [(f"L{number}", "F", number, f"M{number % 3}", at) for number in range(count)]
    plant.executemany("INSERT INTO lot (lot_no, state, qty, part, changed_at) VALUES (?, ?, ?, ?, ?)", rows)


def status(taken: Taken, id_: str) -> object:
    return taken.records["MaterialLot", id_].value("status")


async def test_what_is_unchanged_is_told_once(connector: Make, plant: sqlite3.Connection, tmp_path: Path) -> None:
    fill(plant, 25)
    mes, taken = connector(CHANGED), Taken()
    first, second = await run(mes, tmp_path, taken), await run(mes, tmp_path, taken)
    assert (first.read, first.changed) == (25, 25)
    # Within the overlap all is read again.
    assert (second.read, second.changed) == (25, 0)
    assert len(taken.records) == 25


async def test_changes_of_one_second_count_in_the_order_they_were_made(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    """The source tells whole seconds. What is read later is what is so, whatever the time says."""
    fill(plant, 3)
    mes, taken = connector(CHANGED), Taken()
    for state, expected in (("F", "RELEASED"), ("S", "BLOCKED"), ("F", "RELEASED"), ("S", "BLOCKED")):
        plant.execute("UPDATE lot SET state = ? WHERE id = 2", (state,))
        await run(mes, tmp_path, taken)
        assert status(taken, "L1") == expected


async def test_a_change_that_was_stored_late_is_found(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    fill(plant, 3, "2026-03-01 10:00:30")
    mes, taken = connector(CHANGED), Taken()
    await run(mes, tmp_path, taken)
    fill(plant, 1, "2026-03-01 10:00:05")
    plant.execute("UPDATE lot SET lot_no = 'LATE' WHERE id = 4")
    await run(mes, tmp_path, taken)
    assert ("MaterialLot", "LATE") in taken.records


async def test_a_time_in_the_future_hides_nothing_that_comes(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    """A clock was set wrong for a while. Its rows are set aside, as the hub would refuse them, and the rest go on."""
    fill(plant, 3)
    fill(plant, 1, "2099-01-01 00:00:00")
    plant.execute("UPDATE lot SET lot_no = 'FUTURE' WHERE id = 4")
    mes, taken = connector(CHANGED), Taken()
    assert (await run(mes, tmp_path, taken)).letters == 1
    plant.execute("UPDATE lot SET state = 'S', changed_at = '2026-03-01 10:05:00' WHERE id = 1")
    await run(mes, tmp_path, taken)
    assert status(taken, "L0") == "BLOCKED"
    plant.execute("UPDATE lot SET changed_at = '2026-03-01 10:06:00' WHERE id = 4")
    await run(mes, tmp_path, taken)
    assert status(taken, "FUTURE") == "RELEASED"
    assert letters(mes, tmp_path) == []


async def test_rows_without_a_time_of_change_are_read_all_the_same(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    fill(plant, 4)
    plant.execute("UPDATE lot SET changed_at = NULL WHERE id IN (1, 2)")
    mes, taken = connector(CHANGED), Taken()
    await run(mes, tmp_path, taken)
    assert len(taken.records) == 4
    plant.execute("INSERT INTO lot (lot_no, state) VALUES ('NEW', 'F')")
    plant.execute("UPDATE lot SET state = 'S' WHERE id = 1")
    outcome = await run(mes, tmp_path, taken)
    assert outcome.changed == 2
    assert (status(taken, "NEW"), status(taken, "L0")) == ("RELEASED", "BLOCKED")


async def test_many_rows_of_one_time_follow_each_other_page_by_page(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    fill(plant, 40)
    mes, taken = connector(LOTS.format(mode="changed: changed_at\n    page: 7\n    overlap: 0s")), Taken()
    assert (await run(mes, tmp_path, taken)).read == 40
    assert len(taken.records) == 40


async def test_what_is_gone_is_withdrawn(connector: Make, plant: sqlite3.Connection, tmp_path: Path) -> None:
    fill(plant, 25)
    mes, taken = connector(WHOLE), Taken()
    await run(mes, tmp_path, taken)
    plant.execute("DELETE FROM lot WHERE id IN (3, 11)")
    plant.execute("UPDATE lot SET state = 'S' WHERE id = 5")
    outcome = await run(mes, tmp_path, taken)
    assert (outcome.read, outcome.changed, outcome.withdrawn) == (23, 1, 2)
    assert not taken.records["MaterialLot", "L2"].current
    assert status(taken, "L4") == "BLOCKED"
    assert (await run(mes, tmp_path, taken)).withdrawn == 0


async def test_what_comes_back_is_told_again(connector: Make, plant: sqlite3.Connection, tmp_path: Path) -> None:
    fill(plant, 5)
    mes, taken = connector(WHOLE), Taken()
    await run(mes, tmp_path, taken)
    plant.execute("DELETE FROM lot WHERE id = 3")
    await run(mes, tmp_path, taken)
    plant.execute("INSERT INTO lot (id, lot_no, state) VALUES (3, 'L2', 'S')")
    await run(mes, tmp_path, taken)
    assert taken.records["MaterialLot", "L2"].current
    assert status(taken, "L2") == "BLOCKED"


async def test_what_another_record_still_asserts_stays(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    fill(plant, 6)
    text = WHOLE + "      - kind: MaterialDefinition\n        id: part\n"
    mes, taken = connector(text), Taken()
    await run(mes, tmp_path, taken)
    plant.execute("DELETE FROM lot WHERE id = 1")
    await run(mes, tmp_path, taken)
    assert taken.records["MaterialDefinition", "M0"].current
    plant.execute("DELETE FROM lot WHERE part = 'M0'")
    await run(mes, tmp_path, taken)
    assert not taken.records["MaterialDefinition", "M0"].current
    assert taken.records["MaterialDefinition", "M1"].current


async def test_a_record_that_names_another_thing_takes_the_first_back(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    fill(plant, 3)
    mes, taken = connector(WHOLE), Taken()
    await run(mes, tmp_path, taken)
    plant.execute("UPDATE lot SET lot_no = 'OTHER' WHERE id = 1")
    await run(mes, tmp_path, taken)
    assert not taken.records["MaterialLot", "L0"].current
    assert taken.records["MaterialLot", "OTHER"].current


async def test_a_source_that_shows_nothing_does_not_empty_the_graph(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    fill(plant, 30)
    mes, taken = connector(WHOLE), Taken()
    await run(mes, tmp_path, taken)
    plant.execute("DELETE FROM lot")
    for _ in range(2):
        with pytest.raises(Withheld, match=r"30 of 30 records are gone.*run mes --withdraw-all"):
            await run(mes, tmp_path, taken)
    assert all(record.current for record in taken.records.values())
    assert (await run(mes, tmp_path, taken, withdraw_all=True)).withdrawn == 30


async def test_a_bad_record_is_set_aside_and_the_rest_go_on(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    fill(plant, 10)
    plant.execute("UPDATE lot SET state = 'X' WHERE id = 4")
    plant.execute("UPDATE lot SET qty = 'much', lot_no = NULL WHERE id = 6")
    mes, taken = connector(CHANGED), Taken()
    assert (await run(mes, tmp_path, taken)).letters == 2
    assert len(taken.records) == 8
    first, second = letters(mes, tmp_path)
    assert (first.key, first.record["lot_no"]) == ("4", "L3")
    assert "mes.yaml:16:11: state: 'X' is not among the codes" in first.troubles[0]
    assert len(second.troubles) == 2
    plant.execute("UPDATE lot SET state = 'F' WHERE id = 4")
    await run(mes, tmp_path, taken)
    assert [letter.key for letter in letters(mes, tmp_path)] == ["6"]
    assert status(taken, "L3") == "RELEASED"


async def test_a_bad_record_takes_nothing_back(connector: Make, plant: sqlite3.Connection, tmp_path: Path) -> None:
    fill(plant, 5)
    mes, taken = connector(WHOLE), Taken()
    await run(mes, tmp_path, taken)
    plant.execute("UPDATE lot SET state = 'X' WHERE id = 2")
    assert (await run(mes, tmp_path, taken)).withdrawn == 0
    assert taken.records["MaterialLot", "L1"].current


@pytest.mark.parametrize("mode", ["changed: changed_at\n    page: 7\n    overlap: 0s", "page: 7"])
async def test_a_run_that_is_cut_off_goes_on_where_the_last_page_arrived(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path, mode: str
) -> None:
    fill(plant, 40)
    mes, taken = connector(LOTS.format(mode=mode)), Taken()

    async def breaks(message: Message) -> None:
        if len(taken.messages) == 3:
            raise ConnectionError("the broker is away")

    taken.breaks = breaks
    with pytest.raises(ConnectionError):
        await run(mes, tmp_path, taken)
    assert len(taken.records) == 21
    taken.breaks = None
    assert (await run(mes, tmp_path, taken)).read == 19
    assert len(taken.records) == 40


async def test_one_process_at_a_time_runs_a_connector(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    with held(tmp_path, "mes"), pytest.raises(Occupied, match="the connector mes is run by another process"):
        await run(connector(CHANGED), tmp_path, Taken())


async def test_a_source_is_only_read(connector: Make, plant: sqlite3.Connection, tmp_path: Path) -> None:
    text = CHANGED.replace("table: lot", "query: INSERT INTO lot (lot_no) VALUES ('x') RETURNING *")
    with pytest.raises(SourceError):
        await run(connector(text), tmp_path, Taken())
    assert plant.execute("SELECT count(*) FROM lot").fetchone() == (0,)


async def test_a_database_that_is_not_there_is_not_made(connector: Make, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"can't reach sqlite:///plant\.db: .*; there is no file .*/plant\.db: "):
        await run(connector(CHANGED), tmp_path, Taken())
    assert not (tmp_path / "plant.db").exists()


async def test_what_comes_back_as_it_was_is_told_as_of_now(
    connector: Make, plant: sqlite3.Connection, tmp_path: Path
) -> None:
    """The source's time of it is older than its withdrawal, which would count before it."""
    fill(plant, 5)
    mes, taken = connector(WHOLE.replace("id: lot_no", "id: lot_no\n        time: changed_at")), Taken()
    await run(mes, tmp_path, taken)
    row = plant.execute("SELECT * FROM lot WHERE id = 3").fetchone()
    plant.execute("DELETE FROM lot WHERE id = 3")
    await run(mes, tmp_path, taken)
    assert not taken.records["MaterialLot", "L2"].current
    plant.execute("INSERT INTO lot VALUES (?, ?, ?, ?, ?, ?)", row)
    await run(mes, tmp_path, taken)
    assert taken.records["MaterialLot", "L2"].current
    assert status(taken, "L2") == "RELEASED"


def test_a_source_may_show_more_at_once_than_a_statement_takes(tmp_path: Path) -> None:
    keys = [f"K{number}" for number in range(MOST_VARIABLES + 1)]
    with closing(State(tmp_path / "state.db")) as state:
        stream = state.stream("mes", "lots")
        event.listen(stream.engine, "connect", lambda c, _: c.setlimit(VARIABLES, MOST_VARIABLES))
        stream.engine.dispose()
        stream.keep(Step(1, None, [Kept(key, b"", 0, None, [Thing("material-lot", key, "acme")]) for key in keys]))
        stream.keep(Step(2, None, same=keys))
        assert len(stream.known(keys)) == len(keys)
        assert stream.gone(2) == 0
