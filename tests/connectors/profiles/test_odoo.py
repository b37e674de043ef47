"""The profiles of Odoo against what answers as Odoo does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.errors import SourceError
from tests.connectors.api import Api, api
from tests.connectors.profiles.odoo import Odoo, seeded
from tests.connectors.profiles.running import connector, load, said
from tests.connectors.running import Taken

VERSIONS = ("14", "16", "19")


@pytest.fixture
def odoo() -> Odoo:
    return seeded()


@pytest.fixture
def system(odoo: Odoo) -> Iterator[Api]:
    with api() as running:
        running.first = odoo.answer
        yield running


@pytest.mark.parametrize("version", VERSIONS)
async def test_everything_is_read(system: Api, tmp_path: Path, version: str) -> None:
    taken = Taken()
    outcomes = await load(connector(f"odoo@{version}", system, tmp_path), tmp_path, taken)
    assert {stream: outcome.letters for stream, outcome in outcomes.items() if outcome.letters} == {}
    assert sorted(taken.records) == [
        ("BillOfMaterials", "erp-bom-3"),
        ("BusinessPartner", "erp-partner-12"),
        ("Equipment", "FL1"),
        ("JobOrder", "WH/MO/00012"),
        ("JobOrder", "WH/MO/00012/5"),
        ("JobOrder", "erp-request-17"),
        ("JobResponse", "WH/MO/00012"),
        ("JobResponse", "WH/MO/00012/5"),
        ("MaterialClass", "All / Juices"),
        ("MaterialDefinition", "OJ"),
        ("MaterialDefinition", "OR"),
        ("MaterialLot", "LOT-30"),
        ("MaterialLot", "LOT-31"),
        ("OperationsRequest", "S00042"),
        ("PhysicalAsset", "MX-1"),
        ("PurchaseReceipt", "WH/IN/00090"),
        ("WorkMaster", "erp-bom-3"),
    ]
    made = said(taken, "JobResponse", "WH/MO/00012")
    assert [each["to"] for each in made["consumed"]] == [{"odooLot": "erp:30"}]
    assert [each["to"] for each in made["produced"]] == [{"odooLot": "erp:31"}]
    assert said(taken, "MaterialLot", "LOT-31")["identifiers/odooLot"] == "erp:31"
    assert said(taken, "BillOfMaterials", "erp-bom-3")["product"] == [{"to": {"odooProduct": "erp:7"}}]


@pytest.mark.parametrize("version", VERSIONS)
async def test_only_what_was_changed_is_told_again(odoo: Odoo, system: Api, tmp_path: Path, version: str) -> None:
    made, taken = connector(f"odoo@{version}", system, tmp_path), Taken()
    await load(made, tmp_path, taken, ["categories", "products"])
    odoo.wait(hours=1)
    odoo.write("product.product", 7, active=False, name="Juice, old")
    outcomes = await load(made, tmp_path, taken, ["categories", "products"])
    assert {stream: outcome.changed for stream, outcome in outcomes.items()} == {"categories": 0, "products": 1}
    assert said(taken, "MaterialDefinition", "OJ")["status"] == "WITHDRAWN"


@pytest.mark.parametrize(
    ("version", "message"),
    [("14", "can't log in at .*/jsonrpc: its answer has no result; see user and secrets"), ("19", "answered 401")],
)
async def test_wrong_credentials_are_told_and_not_shown(
    system: Api, tmp_path: Path, version: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message) as error:
        await load(connector(f"odoo@{version}", system, tmp_path, "falsch-und-geheim"), tmp_path, Taken(), ["lots"])
    assert "falsch" not in str(error.value)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_field_that_is_not_there_is_told_without_the_traceback(
    odoo: Odoo, system: Api, tmp_path: Path, version: str
) -> None:
    """The module of the add-on may be older than the profile, say."""
    for row in odoo.models["mrp.workcenter"].values():
        del row["code"]
    with pytest.raises(SourceError, match=r"Invalid field 'code' on 'mrp\.workcenter'") as error:
        await load(connector(f"odoo@{version}", system, tmp_path), tmp_path, Taken(), ["work-centres"])
    assert "Traceback" not in str(error.value)
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("version", ["14", "19"])
async def test_more_than_a_page_of_one_second_is_read_while_it_changes(
    odoo: Odoo, system: Api, tmp_path: Path, version: str
) -> None:
    """An import writes all in one transaction. The database orders by microseconds that nobody is shown."""
    model = "stock.lot" if version == "19" else "stock.production.lot"
    odoo.models[model] = {}
    for number in range(1200):
        odoo.write(model, number, name=f"L{number}", ref=False, product_id=[7, "x"], create_date=False)
        odoo.wait(microseconds=number % 3)
    pages = iter(range(1, 4))

    def meanwhile() -> None:
        if number := next(pages, None):
            odoo.wait(minutes=10)
            odoo.write(model, number, ref=f"changed {number}")

    odoo.before_page = meanwhile
    taken = Taken()
    await load(connector(f"odoo@{version}", system, tmp_path), tmp_path, taken, ["lots"])
    assert len(taken.records) == 1200
    assert [said(taken, "MaterialLot", f"L{n}")["supplierLot"] for n in (1, 2, 3)] == [
        f"changed {n}" for n in (1, 2, 3)
    ]


async def test_what_was_deleted_is_withdrawn(odoo: Odoo, system: Api, tmp_path: Path) -> None:
    def edit(text: str) -> str:
        return text.replace("maintenance]", "maintenance, deletions]")

    made, taken = connector("odoo@19", system, tmp_path, edit=edit), Taken()
    streams = ("orders", "orders-there", "lots", "lot-stock")
    await load(made, tmp_path, taken, streams)
    del odoo.models["mrp.production"][12]
    del odoo.models["stock.lot"][31]
    withdrawn = [await load(made, tmp_path, taken, streams) for _ in range(2)]
    # Pages that are counted may miss what is there, so that one look is not enough.
    assert [sum(outcome.withdrawn for outcome in each.values()) for each in withdrawn] == [0, 3]
    gone = {key for key, record in taken.records.items() if not record.current}
    assert gone == {("JobOrder", "WH/MO/00012"), ("JobResponse", "WH/MO/00012"), ("MaterialLot", "LOT-31")}


async def test_a_lot_that_is_used_is_told_though_it_is_not_written(odoo: Odoo, system: Api, tmp_path: Path) -> None:
    made, taken = connector("odoo@19", system, tmp_path), Taken()
    await load(made, tmp_path, taken, ["lots", "lot-stock"])
    odoo.models["stock.lot"][30]["product_qty"] = 0.0
    await load(made, tmp_path, taken, ["lots", "lot-stock"])
    assert said(taken, "MaterialLot", "LOT-30")["quantity"] == {"value": 0.0, "unit": "kg"}


@pytest.mark.parametrize("version", ["14", "19"])
async def test_check_finds_all_well(system: Api, tmp_path: Path, version: str) -> None:
    made = connector(f"odoo@{version}", system, tmp_path)
    source = made.open()
    try:
        looks = list(source.check({stream: mapping.fields for stream, mapping in made.mappings.items()}))  # type: ignore[union-attr]
    finally:
        source.close()
    assert [look for look in looks if look.remedy] == []
