"""The kind `sql` against a real PostgreSQL: its types, its order, its rights, and what `check` and `discover` see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from connectors.errors import SourceError
from connectors.load import Connector
from hub.connect.preview import records_of
from tests.connectors.running import Taken, run
from tests.servers.postgres import Postgres

Make = Callable[[str], Connector]


@pytest.fixture
def database(postgres: Postgres) -> Iterator[psycopg.Connection[Any]]:
    with postgres.database() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE SCHEMA mes; CREATE TABLE mes.lot (plant text, no uuid DEFAULT gen_random_uuid(), name text, "
            "qty numeric(20, 6), open boolean, made date, tags jsonb, raw bytea, changed timestamptz, "
            "created timestamptz, PRIMARY KEY (plant, no))"
        )
        yield connection


def text(database: psycopg.Connection[Any], **stream: Any) -> str:
    lots = {
        "table": "mes.lot",
        "key": ["plant", "no"],
        "map": [{"kind": "MaterialLot", "id": "name", "set": {"quantity": {"from": "qty", "unit": "kg"}}}],
        **stream,
    }
    info = database.info
    url = f"postgresql://{info.user}@{info.host}:{info.port}/{info.dbname}"
    config = {"kind": "sql", "system": "mes", "location": "acme/north", "url": url, "streams": {"lots": lots}}
    return yaml.safe_dump(config, sort_keys=False)


def fill(database: psycopg.Connection[Any], count: int, changed: str, prefix: str = "L") -> None:
    database.execute(
        "INSERT INTO mes.lot (plant, name, qty, open, made, tags, raw, changed, created) "
        "SELECT 'N', %s || n, n / 3.0, n %% 2 = 0, '2026-03-01', '{\"a\": [1]}', '\\x00ff', "
        f"{changed}, '2026-02-01T00:00:00Z' FROM generate_series(1, %s) n",
        (prefix, count),
    )


STAMP = "'2026-03-01T10:00:00.5Z'::timestamptz"


@pytest.mark.parametrize("stream", [{}, {"changed": "changed"}, {"changed": ["changed", "created"]}])
async def test_rows_follow_one_another_by_a_key_of_several_columns(
    connector: Make, database: psycopg.Connection[Any], tmp_path: Path, stream: dict[str, Any]
) -> None:
    fill(database, 50, STAMP)
    taken = Taken()
    mes = connector(text(database, page=7, **stream))
    assert (await run(mes, tmp_path, taken)).read == 50
    assert len(taken.records) == 50
    assert (await run(mes, tmp_path, taken)).changed == 0


async def test_a_position_is_kept_to_the_microsecond(
    connector: Make, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    fill(database, 20, f"{STAMP} + n * interval '1 microsecond'")
    mes, taken = connector(text(database, page=7, changed="changed", overlap="0s")), Taken()
    assert (await run(mes, tmp_path, taken)).read == 20
    assert (await run(mes, tmp_path, taken)).read == 0
    fill(database, 1, f"{STAMP} + interval '21 microseconds'", "NEW")
    assert (await run(mes, tmp_path, taken)).read == 1


async def test_values_of_every_type(connector: Make, database: psycopg.Connection[Any], tmp_path: Path) -> None:
    fill(database, 1, STAMP)
    fields = {name: name for name in ("no", "qty", "open", "made", "tags", "raw", "changed")}
    assertion = {"kind": "MaterialLot", "id": "name", "properties": fields}
    taken = Taken()
    await run(connector(text(database, map=[assertion])), tmp_path, taken)
    (record,) = taken.records.values()
    values = {name: record.value(f"properties/{name}") for name in fields}
    assert len(str(values.pop("no"))) == 36
    changed = str(values.pop("changed"))
    assert changed.startswith("2026-03-01T1") and "00:00.500000" in changed
    assert values == {"qty": 0.333333, "open": False, "made": "2026-03-01", "tags": {"a": [1]}, "raw": "AP8="}


async def test_a_query_with_a_condition(connector: Make, database: psycopg.Connection[Any], tmp_path: Path) -> None:
    fill(database, 10, STAMP)
    query = "SELECT l.*, upper(l.name) AS title FROM mes.lot l WHERE l.name <> 'L3';"
    taken = Taken()
    stream = {"table": None, "query": query, "where": "open OR name = 'L1'", "changed": "changed", "page": 2}
    assert (await run(connector(text(database, **stream)), tmp_path, taken)).read == 6


async def test_a_second_column_tells_of_rows_that_were_never_changed(
    connector: Make, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    mes, taken = connector(text(database, changed=["changed", "created"])), Taken()
    fill(database, 3, "NULL")
    await run(mes, tmp_path, taken)
    database.execute(
        "INSERT INTO mes.lot (plant, name, created) VALUES ('N', 'NEW', '2026-02-02T00:00:00Z'), ('S', 'LATER', now())"
    )
    await run(mes, tmp_path, taken)
    assert {id_ for _, id_ in taken.records} == {"L1", "L2", "L3", "NEW", "LATER"}


async def test_a_session_only_reads(connector: Make, database: psycopg.Connection[Any], tmp_path: Path) -> None:
    fill(database, 3, STAMP)
    database.execute("CREATE FUNCTION eat() RETURNS int LANGUAGE sql AS 'DELETE FROM mes.lot; SELECT 1'")
    with pytest.raises(SourceError, match="read-only transaction"):
        await run(connector(text(database, where="eat() = 1")), tmp_path, Taken())
    assert database.execute("SELECT count(*) FROM mes.lot").fetchone() == (3,)


def test_what_is_not_there_is_told(connector: Make, database: psycopg.Connection[Any]) -> None:
    mes = connector(text(database, key="number", changed="chnged"))
    source = mes.open()
    looks = list(source.check({"lots": frozenset({"name", "qty", "nmae"})}))
    source.close()
    told = [f"{look.detail}; {look.remedy}" for look in looks if look.remedy]
    assert [each.split(";")[0] for each in told] == [
        "there is no column 'chnged'",
        "there is no column 'nmae'",
        "there is no column 'number'",
    ]
    assert "did you mean changed?" in told[0]


async def test_a_column_that_is_not_there_is_told_before_anything_is_published(
    connector: Make, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    fill(database, 3, STAMP)
    assertion = {"kind": "MaterialLot", "id": "name", "properties": {"made": "mayd"}}
    taken, mes = Taken(), connector(text(database, map=[assertion]))
    with pytest.raises(SourceError, match=r"There is no column 'mayd'; did you mean made\?"):
        await run(mes, tmp_path, taken)
    assert taken.messages == []
    with closing(mes.open()) as source, pytest.raises(SourceError, match=r"did you mean made\?"):
        list(records_of(mes, source, ["lots"], 5, None))


def test_rows_without_a_time_of_change_are_told(connector: Make, database: psycopg.Connection[Any]) -> None:
    fill(database, 3, "NULL")
    source = connector(text(database, changed="changed")).open()
    looks = list(source.check({}))
    source.close()
    told = "10 columns; 3 rows have no time of change, read at every run: name a second column in `changed`"
    assert looks[-1].detail.startswith(told)
    # They are read all the same, so that the source is as the connector wants it.
    assert [look.remedy for look in looks if look.remedy] == []


def test_tables_are_offered_with_a_draft(connector: Make, database: psycopg.Connection[Any]) -> None:
    source = connector(text(database)).open()
    offers = {offer.name: offer for offer in source.discover()}
    source.close()
    assert offers["mes.lot"].draft == {"table": "mes.lot", "key": ["plant", "no"], "changed": "changed"}
    assert offers["mes.lot"].fields["qty"] == "NUMERIC(20, 6)"


@pytest.mark.parametrize("column", ["made", "changed"])
@pytest.mark.parametrize("odd", ["infinity", "-infinity", "20000-01-01", "0044-03-15 BC"])
async def test_a_time_that_python_has_not_holds_up_no_other_row(
    connector: Make, database: psycopg.Connection[Any], tmp_path: Path, column: str, odd: str
) -> None:
    """`infinity` is what PostgreSQL's own people advise for what has no end."""
    fill(database, 3, STAMP)
    database.execute(f"UPDATE mes.lot SET {column} = %s WHERE name = 'L2'", (odd,))
    taken = Taken()
    lots = connector(text(database, changed="changed", page=1))
    await run(lots, tmp_path, taken)
    assert {id_ for _, id_ in taken.records} >= {"L1", "L3"}
    taken = Taken()
    database.execute("UPDATE mes.lot SET qty = 9, changed = changed + interval '1 day' WHERE name = 'L3'")
    await run(lots, tmp_path, taken)
    assert {id_ for _, id_ in taken.records} == {"L3"}
