"""One order: an ERP asks for it, a MES makes it, a LIMS tests it, and a CMMS looks after the machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Mosquitto
from tests.servers.mariadb import MariaDb
from tests.servers.postgres import Postgres
from tests.system.hub_process import HubProcess
from tests.systems import cases
from tests.systems.mes import Mes
from tests.systems.tryton import Tryton
from tests.test_docs import blocks

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "connectors" / "systems.md"

JOB = "WO-7001"
LOT = f"{JOB}-FG"
MACHINE = "MIX01"


def ask_for(tryton: Tryton) -> str:
    """Has planning ask for twenty pieces of syrup; gives the order's number."""
    (syrup,) = tryton.find("product.product", [["code", "=", "FG-COLA"]], "default_uom")
    (bom,) = tryton.find("production.bom", [], "routings")
    (line,) = tryton.find("production.work.center", [["parent", "=", None]], "name")
    values = {
        "product": syrup["id"],
        "unit": syrup["default_uom"],
        "quantity": 20,
        "bom": bom["id"],
        "routing": bom["routings"][0],
        "work_center": line["id"],
    }
    (production,) = tryton.rpc("model.production.create", [values])
    tryton.rpc("model.production.reset_bom", [production])
    tryton.rpc("model.production.wait", [production])
    (made,) = tryton.find("production", [["id", "=", production]], "number")
    return str(made["number"])


def make(mes: Mes, order: str) -> None:
    """Makes it: mixes and packs, with a piece of scrap."""
    mes.orders_of_the_erp({"code": JOB, "material": "FG-COLA", "quantity": 20, "erp_reference": order})
    mes.post(f"/workorders/{JOB}/release")
    for sequence, equipment, scrap in ((10, MACHINE, 1), (20, "PACK01", 0)):
        mes.post(f"/workorders/{JOB}/operations/{sequence}/start")
        if sequence == 10:
            mes.post("/execution/consume", order=JOB, lot="LOT-SUGAR-001", quantity=10, seq=10, equipment=equipment)
        mes.post("/execution/report", order=JOB, seq=sequence, equipment=equipment, good=20, scrap=scrap)
        mes.post(f"/workorders/{JOB}/operations/{sequence}/complete")


def examine(server: MariaDb, database: str) -> None:
    """Tests a sample of the lot, which fails."""
    server.execute(f"INSERT INTO SAMPLE VALUES ('T-900001', '{LOT}', 'V', '2026-03-02 09:00:00')", database)
    rows = (
        "('T-900001', 'BRIX', 12.4, 'BX', 'N', '2026-03-02 10:00:00')",
        "('T-900001', 'PH', 2.6, 'PH', 'Y', '2026-03-02 10:05:00')",
    )
    server.execute(f"INSERT INTO RESULT VALUES {', '.join(rows)}", database)


def maintain(server: Postgres, database: str) -> None:
    """Opens a work order on the machine."""
    place = f"INSERT INTO cmms.asset (asset_no, descr, place) VALUES ('A-900', 'Mixer, 500 l', '{MACHINE}')"
    server.execute(place, database)
    server.execute(
        "INSERT INTO cmms.work_order (wo_no, wtype, wstate, title, due, asset_id) SELECT 'W-90001', 20, 'INPRG', "
        "'Dosing pump drifts', NULL, asset_id FROM cmms.asset WHERE asset_no = 'A-900'",
        database,
    )


async def test_one_question_crosses_four_systems(
    tryton: Tryton,
    mes: Mes,
    lims: tuple[MariaDb, str],
    cmms: tuple[Postgres, str],
    mosquitto: Mosquitto,
    tmp_path: Path,
) -> None:
    order = ask_for(tryton)
    make(mes, order)
    examine(*lims)
    maintain(*cmms)
    for case in (cases.of_tryton(tryton), cases.of_mes(mes), cases.of_lims(*lims), cases.of_cmms(*cmms)):
        connectors = case.write(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    (question,) = blocks(text, "graphql")
    shown = json.loads(next(blocks(text, "json")))
    async with HubProcess(tmp_path / "hub", mosquitto.url, "--connectors", str(connectors)) as hub:
        answer: Any = None

        async def as_shown() -> bool:
            nonlocal answer
            answer = await hub.ask(question, {"order": order})
            return bool(answer == shown)

        try:
            await hub.until(as_shown, "the answer is as the page shows it")
        finally:
            assert answer == shown
