"""What a user of each system does, and what the system holds."""

from __future__ import annotations

from itertools import count

from tests.systems import mes as mes_module
from tests.systems import sap as sap_module
from tests.systems import tryton as tryton_module
from tests.systems.mes import Mes
from tests.systems.sap import PRODUCTS, MockSap
from tests.systems.story import FILES, Case, Seen
from tests.systems.tryton import Tryton

_numbers = count(1)
"""Sessions share the systems: what is made or deleted is another record each time."""


def _file(name: str, port: int) -> str:
    return (FILES / f"{name}.yaml").read_text().replace("URL", f"http://127.0.0.1:{port}")


def of_tryton(tryton: Tryton) -> Case:
    """Productions are asked for, begun and cancelled, and lots struck off."""

    def holds() -> dict[str, list[str]]:
        return {
            "materialDefinitions": [code for (code,) in tryton.rows("SELECT code FROM product_product")],
            "billsOfMaterials": [str(id_) for (id_,) in tryton.rows("SELECT id FROM production_bom")],
            "operationsRequests": [n for (n,) in tryton.rows("SELECT number FROM production WHERE number IS NOT NULL")],
            "materialLots": [number for (number,) in tryton.rows("SELECT number FROM stock_lot")],
        }

    def change() -> Seen:
        waiting = tryton.find("production", [["state", "=", "waiting"]], "number")[0]
        for click in ("assign_force", "run"):
            tryton.rpc(f"model.production.{click}", [waiting["id"]])
        return Seen("operationsRequest", waiting["number"], "status", {"status": "IN_PROGRESS"})

    def delete() -> tuple[str, str]:
        lot = tryton.find("stock.lot", [["number", "=", f"S-{next(_numbers):05}"]], "number")[0]
        tryton.rpc("model.stock.lot.delete", [lot["id"]])
        return "materialLots", lot["number"]

    return Case(
        "tryton",
        tryton,
        lambda port: _file("tryton", port),
        tryton_module.PASSWORD,
        holds,
        change,
        delete,
        "/erp/rpc/ answered 401 UNAUTHORIZED; see user and secrets",
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

    def delete() -> tuple[str, str]:
        lot = f"S-{next(_numbers):05}"
        mes.execute(f"DELETE FROM material_lots WHERE code = '{lot}'")
        return "materialLots", lot

    return Case(
        "mes",
        mes,
        lambda port: _file("mes", port),
        mes_module.PASSWORD,
        holds,
        change,
        delete,
        "/auth/login: it answered 400; see user and secrets",
    )


def of_sap(sap: MockSap) -> Case:
    """Materials are changed, marked for deletion, and deleted."""

    def holds() -> dict[str, list[str]]:
        return {"materialDefinitions": [product for (product,) in sap.rows("SELECT Product FROM A_Product")]}

    def change() -> Seen:
        product = f"M-{next(_numbers):05}"
        sap.ask("PATCH", f"{PRODUCTS}('{product}')", {"IsMarkedForDeletion": True})
        return Seen("materialDefinition", product, "status", {"status": "WITHDRAWN"})

    def delete() -> tuple[str, str]:
        product = f"M-{next(_numbers):05}"
        sap.ask("DELETE", f"{PRODUCTS}('{product}')")
        return "materialDefinitions", product

    return Case(
        "sap",
        sap,
        lambda port: _file("sap", port),
        sap_module.PASSWORD,
        holds,
        change,
        delete,
        "API_PRODUCT_SRV/A_Product answered 401 Unauthorized; see user and secrets",
    )
