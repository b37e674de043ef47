"""What a user of each system does, and what the system holds."""

from __future__ import annotations

from itertools import count

from tests.servers.mariadb import READER, MariaDb
from tests.servers.postgres import GUARDED, Postgres
from tests.systems import mes as mes_module
from tests.systems import sap as sap_module
from tests.systems import tryton as tryton_module
from tests.systems.mes import Mes
from tests.systems.sap import PRODUCTS, MockSap
from tests.systems.story import FILES, Case, Gone, Seen
from tests.systems.tryton import Tryton

_numbers = count(1)
"""Sessions share the systems: what is made or deleted is another record each time."""


def _text(name: str, url: str) -> str:
    return (FILES / f"{name}.yaml").read_text().replace("URL", url)


def _file(name: str, port: int) -> str:
    return _text(name, f"http://127.0.0.1:{port}")


def of_tryton(tryton: Tryton) -> Case:
    """Productions are asked for, begun and cancelled, and lots struck off."""

    def holds() -> dict[str, list[str]]:
        return {
            "materialDefinitions": [code for (code,) in tryton.rows("SELECT code FROM product_product")],
            "billsOfMaterials": [id_ for (id_,) in tryton.rows("SELECT 'BOM-' || id FROM production_bom")],
            "operationsRequests": [n for (n,) in tryton.rows("SELECT number FROM production WHERE number IS NOT NULL")],
            "materialLots": [number for (number,) in tryton.rows("SELECT number FROM stock_lot")],
        }

    def change() -> Seen:
        waiting = tryton.find("production", [["state", "=", "waiting"]], "number")[0]
        for click in ("assign_force", "run"):
            tryton.rpc(f"model.production.{click}", [waiting["id"]])
        return Seen("operationsRequest", waiting["number"], "status", {"status": "IN_PROGRESS"})

    def delete() -> Gone:
        lot = tryton.find("stock.lot", [["number", "=", f"S-{next(_numbers):05}"]], "number")[0]
        tryton.rpc("model.stock.lot.delete", [lot["id"]])
        return Gone("materialLots", lot["number"])

    return Case(
        "tryton",
        tryton,
        lambda port: _file("tryton", port),
        tryton_module.PASSWORD,
        holds,
        change,
        delete,
        "/erp/rpc/ answered 401 UNAUTHORIZED; see user and secrets",
        "lots",
    )


def of_mes(mes: Mes) -> Case:
    """Orders are made and run, lots made and struck off."""

    def holds() -> dict[str, list[str]]:
        operations = (
            "SELECT code || '/' || seq FROM work_orders o, work_order_operations p WHERE o.id = p.work_order_id"
        )
        jobs = f"SELECT code FROM work_orders UNION SELECT code FROM maintenance_orders UNION {operations}"
        return {
            "equipmentItems": [code for (code,) in mes.execute("SELECT code FROM equipment")],
            "materialDefinitions": [code for (code,) in mes.execute("SELECT code FROM materials")],
            "jobOrders": [code for (code,) in mes.execute(jobs)],
            "nonConformances": [code for (code,) in mes.execute("SELECT code FROM non_conformances")],
            "materialLots": [code for (code,) in mes.execute("SELECT code FROM material_lots")],
        }

    def change() -> Seen:
        code = f"WO-{next(_numbers)}"
        mes.post("/workorders", code=code, material="FG-COLA", quantity=20)
        mes.post(f"/workorders/{code}/release")
        return Seen("jobOrder", code, "status product { id } parts { nodes { id status } }", _order(code))

    def _order(code: str) -> dict[str, object]:
        parts = [{"id": f"{code}/{seq}", "status": "PLANNED"} for seq in (10, 20)]
        return {"status": "RELEASED", "product": {"id": "FG-COLA"}, "parts": {"nodes": parts}}

    def delete() -> Gone:
        lot = f"S-{next(_numbers):05}"
        mes.execute(f"DELETE FROM material_lots WHERE code = '{lot}'")
        return Gone("materialLots", lot)

    return Case(
        "mes",
        mes,
        lambda port: _file("mes", port),
        mes_module.PASSWORD,
        holds,
        change,
        delete,
        "/auth/login: it answered 400; see user and secrets",
        "lots",
    )


def of_sap(sap: MockSap) -> Case:
    """Materials are changed, and marked for deletion, which is all that SAP does before it archives them."""

    def holds() -> dict[str, list[str]]:
        return {"materialDefinitions": [product for (product,) in sap.rows("SELECT Product FROM A_Product")]}

    def change() -> Seen:
        product = f"M-{next(_numbers):05}"
        sap.ask("PATCH", f"{PRODUCTS}('{product}')", {"ProductType": "FERT"})
        return Seen("materialDefinition", product, "materialType", {"materialType": "FINISHED"})

    def delete() -> Seen:
        product = f"M-{next(_numbers):05}"
        sap.ask("PATCH", f"{PRODUCTS}('{product}')", {"IsMarkedForDeletion": True})
        return Seen("materialDefinition", product, "status", {"status": "WITHDRAWN"})

    return Case(
        "sap",
        sap,
        lambda port: _file("sap", port),
        sap_module.PASSWORD,
        holds,
        change,
        delete,
        "API_PRODUCT_SRV/A_Product answered 401 Unauthorized: Authentication failed; see user and secrets",
        "materials",
    )


def of_lims(server: MariaDb, database: str) -> Case:
    """Samples are cancelled, and results struck off."""

    def ids(sql: str) -> list[str]:
        return [str(id_) for (id_,) in server.execute(sql, database)]

    def holds() -> dict[str, list[str]]:
        return {
            "samples": ids("SELECT SAMPLE_NO FROM SAMPLE"),
            "testResults": ids("SELECT CONCAT(SAMPLE_NO, '/', TEST) FROM RESULT"),
        }

    def change() -> Seen:
        sample = f"T-{next(_numbers):06}"
        server.execute(f"UPDATE SAMPLE SET STATUS = 'X' WHERE SAMPLE_NO = '{sample}'", database)
        return Seen("sample", sample, "status takenAt", {"status": "CANCELLED", "takenAt": "2026-03-01T15:00:00Z"})

    def delete() -> Gone:
        sample = f"T-{next(_numbers):06}"
        server.execute(f"DELETE FROM RESULT WHERE SAMPLE_NO = '{sample}' AND TEST = 'PH'", database)
        return Gone("testResults", f"{sample}/PH")

    return Case(
        "lims",
        server,
        lambda port: _text("lims", f"mariadb://{READER}@127.0.0.1:{port}/{database}"),
        "secret",
        holds,
        change,
        delete,
        f"Access denied for user '{READER}'",
        "results",
    )


def of_cmms(server: Postgres, database: str) -> Case:
    """Work orders are finished, and struck off."""

    def ids(sql: str) -> list[str]:
        return [str(id_) for (id_,) in server.execute(sql, database)]

    def holds() -> dict[str, list[str]]:
        return {
            "physicalAssets": ids("SELECT asset_no FROM cmms.asset"),
            "jobOrders": ids("SELECT wo_no FROM cmms.work_order"),
        }

    def change() -> Seen:
        order = f"W-{next(_numbers):05}"
        server.execute(f"UPDATE cmms.work_order SET wstate = 'COMP' WHERE wo_no = '{order}'", database)
        return Seen(
            "jobOrder", order, "status plannedEnd", {"status": "COMPLETED", "plannedEnd": "2026-04-01T15:00:00Z"}
        )

    def delete() -> Gone:
        order = f"W-{next(_numbers):05}"
        server.execute(f"DELETE FROM cmms.work_order WHERE wo_no = '{order}'", database)
        return Gone("jobOrders", order)

    return Case(
        "cmms",
        server,
        lambda port: _text("cmms", f"postgresql://{GUARDED}@127.0.0.1:{port}/{database}"),
        "secret",
        holds,
        change,
        delete,
        "password authentication failed",
        "work-orders",
    )
