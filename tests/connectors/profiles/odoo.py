"""Odoo as a connector meets it: JSON-2 of 19 and JSON-RPC of the versions before, with what is bad about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.connectors.api import SECRET, Answer, Asked

Row = dict[str, Any]
TRACEBACK = f'Traceback (most recent call last):\n  File "odoo/http.py", password={SECRET}\n'
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">=": lambda one, other: one >= other,
    "in": lambda one, other: (one[0] if isinstance(one, list) else one) in other,
}


@dataclass
class Odoo:
    """Tables by model. `write` gives a row the time of its transaction, to the microsecond, as the database has it."""

    database: str = "plant"
    models: dict[str, dict[int, Row]] = field(default_factory=dict)
    now: datetime = datetime(2026, 3, 1, 10, tzinfo=UTC)
    before_page: Callable[[], None] = lambda: None
    """What happens in Odoo meanwhile."""

    def write(self, model: str, id_: int, /, **values: Any) -> None:
        row = self.models.setdefault(model, {}).setdefault(id_, {"id": id_})
        row |= values
        row["write_date"] = self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/jsonrpc":
            return self._rpc(asked.body["params"])
        _, _, _, model, method = asked.path.split("/")
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return self._error(401, "odoo.http.SessionExpiredException", "Invalid apikey")
        assert (asked.headers["x-odoo-database"], method) == (self.database, "search_read")
        try:
            return Answer(self._search_read(model, **asked.body))
        except ValueError as error:
            return self._error(500, "builtins.ValueError", str(error))

    @staticmethod
    def _error(code: int, name: str, message: str) -> Answer:
        return Answer(
            {"name": name, "message": message, "arguments": [message], "context": {}, "debug": TRACEBACK}, code
        )

    def _rpc(self, params: dict[str, Any]) -> Answer:
        if params["service"] == "common":
            database, user, password, _ = params["args"]
            good = (database, user, password) == (self.database, "reader@acme.example", SECRET)
            return Answer({"jsonrpc": "2.0", "id": 1, "result": 2 if good else False})
        database, uid, password, model, method, args, kwargs = params["args"]
        assert (database, uid, password, method, args) == (self.database, 2, SECRET, "search_read", [])
        try:
            return Answer({"jsonrpc": "2.0", "id": 1, "result": self._search_read(model, **kwargs)})
        except ValueError as error:
            data = {"name": "builtins.ValueError", "message": str(error), "debug": TRACEBACK}
            return Answer(
                {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": data}}
            )

    def _search_read(
        self,
        model: str,
        *,
        domain: list[list[Any]],
        fields: list[str],
        order: str,
        limit: int,
        offset: int,
        context: dict[str, Any],
    ) -> list[Row]:
        self.before_page()
        rows = self.models.get(model, {})
        known = {name for row in rows.values() for name in row}
        if rows and (unknown := [name for name in fields if name not in known]):
            raise ValueError(f"Invalid field {unknown[0]!r} on {model!r}")
        found = [row for row in rows.values() if all(_holds(row, *condition) for condition in domain)]
        if context.get("active_test", True):
            found = [row for row in found if row.get("active", True)]
        for part in reversed(order.split(", ")):
            found.sort(key=lambda row: row[part.split()[0]])
        return [{name: _shown(row.get(name, False)) for name in fields} for row in found[offset : offset + limit]]


def _holds(row: Row, name: str, operator: str, value: Any) -> bool:
    if name == "write_date":
        value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return _OPERATORS[operator](row.get(name, False), value)


def _shown(value: Any) -> Any:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value


def seeded() -> Odoo:
    """A plant that presses oranges, with one row in each table."""
    odoo = Odoo()
    for model, id_, values in _rows():
        odoo.write(model, id_, **values)
        odoo.wait(seconds=1)
    return odoo


def _rows() -> Iterator[tuple[str, int, Row]]:
    units, kilo = [1, "Units"], [12, "kg"]
    yield "product.category", 4, {"name": "Juices", "complete_name": "All / Juices"}
    product = {"barcode": False, "active": True, "categ_id": [4, "All / Juices"], "product_variant_count": 1}
    yield (
        "product.product",
        3,
        product | {"name": "Oranges", "default_code": "OR", "uom_id": kilo, "product_tmpl_id": [2, "x"]},
    )
    yield (
        "product.product",
        7,
        product | {"name": "Juice", "default_code": "OJ", "uom_id": units, "product_tmpl_id": [5, "x"]},
    )
    lot = {"ref": False, "create_date": "2026-03-01 09:00:00"}
    for name in ("stock.lot", "stock.production.lot"):
        yield name, 30, lot | {"name": "LOT-30", "product_id": [3, "x"], "product_qty": 28.5, "product_uom_id": kilo}
        yield name, 31, lot | {"name": "LOT-31", "product_id": [7, "x"], "product_qty": 98.0, "product_uom_id": units}
    yield "res.partner", 12, {"name": "Citrus Ltd", "ref": False, "is_company": True}
    yield "res.partner", 13, {"name": "Ann Person", "ref": False, "is_company": False}
    picking = {"state": "done", "partner_id": [12, "x"], "scheduled_date": False, "date_done": "2026-03-01 09:12:00"}
    coming = {"picking_type_id.code": "incoming", "picking_type_code": "incoming"}
    yield "stock.picking", 90, picking | coming | {"name": "WH/IN/00090", "origin": "P00007"}
    moved = {"quantity": 480.0, "qty_done": 480.0, "date": "2026-03-01 09:12:00"}
    line = {"picking_id": [90, "x"], "product_id": [3, "x"], "lot_id": [30, "LOT-30"], "product_uom_id": kilo}
    yield "stock.move.line", 1, line | moved
    sale = {"state": "sale", "partner_id": [12, "x"], "client_order_ref": False, "commitment_date": False}
    yield "sale.order", 42, sale | {"name": "S00042", "date_order": "2026-02-27 14:00:00"}
    ordered = {
        "order_id": [42, "x"],
        "sequence": 10,
        "product_id": [7, "x"],
        "product_uom_qty": 24.0,
        "display_type": False,
    }
    yield "sale.order.line", 3, ordered | {"product_uom_id": units, "product_uom": units}
    yield "mrp.workcenter", 2, {"name": "Filling line 1", "code": "FL1"}
    bill = {"code": "R1", "active": True, "product_id": [7, "x"], "product_tmpl_id": [5, "Juice"], "product_qty": 100.0}
    yield "mrp.bom", 3, bill | {"product_uom_id": units}
    need = {"bom_id": [3, "x"], "sequence": 1, "product_id": [3, "x"], "product_qty": 150.0, "product_uom_id": kilo}
    yield "mrp.bom.line", 1, need
    times = {"date_start": "2026-03-01 06:00:00", "date_finished": "2026-03-01 09:30:00"}
    plan = {"date_planned_start": "2026-03-01 05:00:00", "date_planned_finished": "2026-03-01 08:00:00"}
    order = {"name": "WH/MO/00012", "state": "done", "priority": "0", "origin": "S00042", "product_id": [7, "x"]}
    lots = {"lot_producing_ids": [31], "lot_producing_id": [31, "LOT-31"], "bom_id": [3, "x"], "date_deadline": False}
    amount = {"product_qty": 100.0, "product_uom_id": units, "qty_produced": 98.0}
    yield "mrp.production", 12, order | lots | amount | times | plan
    move = {"state": "done", "date": "2026-03-01 09:30:00", "raw_material_production_id": False, "production_id": False}
    used = {
        "product_id": [3, "x"],
        "product_uom_qty": 150.0,
        "product_uom": kilo,
        "quantity": 151.5,
        "quantity_done": 151.5,
    }
    yield "stock.move", 1, move | used | {"lot_ids": [30], "raw_material_production_id": [12, "x"]}
    made = {
        "product_id": [7, "x"],
        "product_uom_qty": 100.0,
        "product_uom": units,
        "quantity": 98.0,
        "quantity_done": 98.0,
    }
    yield "stock.move", 2, move | made | {"lot_ids": [31], "production_id": [12, "x"]}
    work = {"name": "Fill", "state": "done", "production_id": [12, "WH/MO/00012"], "workcenter_id": [2, "x"]}
    yield "mrp.workorder", 5, work | times | plan | {"qty_produced": 98.0, "product_uom_id": units}
    mixer = {
        "name": "Press",
        "serial_no": "MX-1",
        "model": False,
        "category_id": False,
        "active": True,
        "location": False,
    }
    yield "maintenance.equipment", 8, mixer | {"scrap_date": False, "effective_date": "2024-05-02"}
    ask = {"name": "Loud", "equipment_id": [8, "Press/MX-1"], "maintenance_type": "corrective", "archive": False}
    dates = {"request_date": "2026-02-27", "schedule_date": False, "duration": 0.0, "close_date": False}
    yield "maintenance.request", 17, ask | dates | {"stage_id": [1, "New Request"], "priority": "3"}
