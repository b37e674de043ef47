"""Tables as vendors make them: of a LIMS in MariaDB, and of a CMMS in PostgreSQL."""

from __future__ import annotations

from tests.servers.mariadb import MariaDb
from tests.servers.postgres import GUARDED, Postgres

RESULTS = 2000
WORK_ORDERS = 2000

LIMS = """
CREATE TABLE SAMPLE (
    SAMPLE_NO CHAR(12) PRIMARY KEY,
    LOT_NO VARCHAR(40),
    STATUS ENUM('R', 'T', 'V', 'X') NOT NULL,
    SAMPLED_ON DATETIME
);
CREATE TABLE RESULT (
    SAMPLE_NO CHAR(12) NOT NULL,
    TEST CHAR(8) NOT NULL,
    VALUE DECIMAL(12, 4),
    UOM CHAR(4),
    OK ENUM('Y', 'N'),
    ENTERED_ON DATETIME,
    PRIMARY KEY (SAMPLE_NO, TEST)
);
"""
CMMS = """
CREATE SCHEMA cmms;
CREATE TABLE cmms.asset (
    asset_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asset_no varchar(20) NOT NULL UNIQUE,
    descr text,
    serial char(20),
    place varchar(20),
    active boolean NOT NULL DEFAULT true
);
CREATE TABLE cmms.work_order (
    wo_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    wo_no varchar(20) NOT NULL UNIQUE,
    wtype smallint NOT NULL,
    wstate char(6) NOT NULL,
    title text,
    due timestamptz,
    asset_id bigint NOT NULL REFERENCES cmms.asset
);
"""


def fill_lims(server: MariaDb, database: str) -> None:
    """Tests of many samples."""
    for statement in filter(str.strip, LIMS.split(";")):
        server.execute(statement, database)
    samples = ", ".join(f"('T-{n:06}', 'S-{n:05}', 'V', '2026-03-01 09:00:00')" for n in range(RESULTS // 2))
    server.execute(f"INSERT INTO SAMPLE VALUES {samples}", database)
    results = ", ".join(
        f"('T-{n:06}', '{test}', {n % 90}.25, '{unit}', 'Y', '2026-03-01 11:30:00')"
        for n in range(RESULTS // 2)
        for test, unit in (("MOIST", "PCT"), ("PH", "PH"))
    )
    server.execute(f"INSERT INTO RESULT VALUES {results}", database)


def fill_cmms(server: Postgres, database: str) -> None:
    """Work orders on a few assets."""
    server.execute(CMMS, database)
    server.execute(f"GRANT USAGE ON SCHEMA cmms TO {GUARDED}", database)
    server.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA cmms TO {GUARDED}", database)
    assets = ", ".join(f"('A-{n:03}', 'Pump {n}', 'SN{n}')" for n in range(20))
    server.execute(f"INSERT INTO cmms.asset (asset_no, descr, serial) VALUES {assets}", database)
    orders = ", ".join(
        f"('W-{n:05}', {10 * (1 + n % 3)}, 'APPR', 'Look after it', '2026-04-01 10:00:00-05', {1 + n % 20})"
        for n in range(WORK_ORDERS)
    )
    columns = "wo_no, wtype, wstate, title, due, asset_id"
    server.execute(f"INSERT INTO cmms.work_order ({columns}) VALUES {orders}", database)
