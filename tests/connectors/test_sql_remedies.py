"""What databases say, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import yaml

from connectors.errors import SourceError
from connectors.kinds.sql_remedies import remedy
from connectors.load import Connector
from tests.servers.postgres import Postgres

Make = Callable[[str], Connector]
TABLES = "`unshub connectors discover` lists the tables that the user sees"


def text(url: str, table: str, **more: object) -> str:
    lots = {"table": table, "key": "id", "map": [{"kind": "MaterialLot", "id": "id"}]}
    config = {"kind": "sql", "system": "mes", "location": "acme", "url": url, **more, "streams": {"lots": lots}}
    return yaml.safe_dump(config, sort_keys=False)


def said(mes: Connector) -> str:
    with closing(mes.open()) as source, pytest.raises(SourceError) as caught:
        list(source.read("lots", None))
    return str(caught.value)


def test_a_table_that_is_not_there_or_not_to_be_read(connector: Make, postgres: Postgres) -> None:
    with postgres.database() as url, psycopg.connect(url, autocommit=True) as database:
        info = database.info
        place = f"{info.host}:{info.port}/{info.dbname}"
        database.execute("CREATE TABLE lot (id text PRIMARY KEY)")
        assert said(connector(text(f"postgresql://{info.user}@{place}", "lots"))).endswith(f"; {TABLES}")
        reader = f"reader_{info.dbname}"
        database.execute(f'CREATE ROLE "{reader}" LOGIN')
        try:
            refused = said(connector(text(f"postgresql://{reader}@{place}", "lot")))
        finally:
            database.execute(f'DROP ROLE "{reader}"')
        assert refused.endswith("; let the user read it, as by GRANT SELECT")


def test_a_table_that_a_file_has_not(connector: Make, tmp_path: Path) -> None:
    (tmp_path / "plant.db").touch()
    assert said(connector(text("sqlite:///plant.db", "lots"))).endswith(f"; {TABLES}")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("(1146, \"Table 'mes.lots' doesn't exist\")", TABLES),
        ("Invalid object name 'lots'.", TABLES),
        ("ORA-00942: table or view does not exist", TABLES),
        ("(1142, \"SELECT command denied to user 'hub'@'%' for table 'lot'\")", "let the user read it"),
        ('FATAL: password authentication failed for user "hub"', "`passwordFile`: none is named"),
        ("(1045, \"Access denied for user 'hub'@'localhost' (using password: NO)\")", "none is named"),
        ("connection failed: Connection refused", "look at the host and port in `url`"),
    ],
)
def test_each_make_says_it_in_its_words(words: str, what: str) -> None:
    assert what in remedy(words, password=False)


def test_a_password_that_is_wrong_is_looked_for_in_its_file() -> None:
    assert "the file that `passwordFile` names" in remedy("Login failed for user 'hub'.", password=True)


def test_what_nobody_knows_has_no_remedy() -> None:
    assert remedy("disk I/O error", password=True) == ""
