"""Profiles of systems that are known from documentation only, against what answers as that says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import SourceError
from tests.connectors.api import Api, api
from tests.connectors.profiles.documented import Aras, Atlas, ErpNext, Maximo, Windchill
from tests.connectors.profiles.running import connector, load, said
from tests.connectors.running import Taken


@pytest.fixture
def system() -> Iterator[Api]:
    with api() as running:
        yield running


ITEM: dict[str, Any] = {"item_name": "Juice", "item_group": "Juices", "stock_uom": "Nos", "disabled": 0}


async def test_erpnext_is_read_by_its_own_clock(system: Api, tmp_path: Path) -> None:
    erp = ErpNext()
    erp.save("Item", "OJ", **ITEM)
    entry = {
        "purpose": "Manufacture",
        "work_order": "WO-1",
        "posting_date": "2026-03-01",
        "posting_time": "9:30:00.000000",
    }
    used = {
        "item_code": "OR",
        "qty": 75.0,
        "uom": "Kg",
        "batch_no": "LOT-30",
        "s_warehouse": "WIP",
        "t_warehouse": None,
    }
    made = {
        "item_code": "OJ",
        "qty": 49.0,
        "uom": "Nos",
        "batch_no": "LOT-31",
        "s_warehouse": None,
        "t_warehouse": "FG",
    }
    erp.save("Stock Entry", "STE-1", **entry, items=[used, made])
    system.first = erp.answer
    taken = Taken()
    outcomes = await load(connector("erpnext", system, tmp_path), tmp_path, taken, ["items", "productions"])
    assert {stream: (outcome.changed, outcome.letters) for stream, outcome in outcomes.items()} == {
        "items": (1, 0),
        "productions": (1, 0),
    }
    made_of = said(taken, "JobResponse", "STE-1")
    assert made_of["consumed"] == [{"to": {"id": "LOT-30"}, "with": {"quantity": {"value": 75.0, "unit": "kg"}}}]
    assert made_of["produced"] == [{"to": {"id": "LOT-31"}, "with": {"quantity": {"value": 49.0, "unit": "{piece}"}}}]
    assert made_of["end"] == "2026-03-01T08:30:00Z"
    assert taken.records["MaterialDefinition", "OJ"].cells["name"].stamp.time == int(erp.now.timestamp() * 1e6)


async def test_erpnext_misses_nothing_that_changes_while_it_is_read(system: Api, tmp_path: Path) -> None:
    erp = ErpNext()
    for number in range(450):
        erp.save("Item", f"I{number:03}", **ITEM)
        erp.wait(microseconds=number % 2)
    changing = iter(["I003", "I250", "I449"])

    def meanwhile() -> None:
        if name := next(changing, None):
            erp.wait(minutes=1)
            erp.save("Item", name, disabled=1)

    erp.before_page = meanwhile
    system.first = erp.answer
    taken = Taken()
    await load(connector("erpnext", system, tmp_path), tmp_path, taken, ["items"])
    assert len(taken.records) == 450
    gone = {id_ for (_, id_), record in taken.records.items() if record.value("status") == "WITHDRAWN"}
    assert gone == {"I003", "I250", "I449"}


async def test_what_was_deleted_in_erpnext_is_withdrawn(system: Api, tmp_path: Path) -> None:
    erp = ErpNext()
    erp.save("Item", "OJ", **ITEM)
    erp.save("Item", "AJ", **ITEM)
    system.first = erp.answer
    made = connector("erpnext", system, tmp_path, edit=lambda text: text.replace("quality]", "quality, deletions]"))
    taken = Taken()
    await load(made, tmp_path, taken, ["items", "items-there"])
    del erp.documents["Item"]["AJ"]
    # Pages that are counted may miss what is there, so that one look is not enough.
    withdrawn = [
        (await load(made, tmp_path, taken, ["items", "items-there"]))["items-there"].withdrawn for _ in range(2)
    ]
    assert withdrawn == [0, 1]
    assert [id_ for (_, id_), record in taken.records.items() if not record.current] == ["AJ"]


async def test_an_error_of_erpnext_is_told_without_its_traceback(system: Api, tmp_path: Path) -> None:
    erp = ErpNext()
    erp.save("Item", "OJ", item_name="Juice")
    system.first = erp.answer
    with pytest.raises(
        SourceError, match=r"answered 417 .*: frappe\.exceptions\.DataError: Field not permitted"
    ) as error:
        await load(connector("erpnext", system, tmp_path), tmp_path, Taken(), ["items"])
    assert "Traceback" not in str(error.value)


ORDER = {"title": "Loud", "status": "OPEN", "priority": "HIGH", "parentPreventiveMaintenance": None}


async def test_atlas_is_asked_from_page_0_and_misses_nothing(system: Api, tmp_path: Path) -> None:
    cmms = Atlas()
    cmms.save("/assets/search", 8, name="Press", customId="A8", status="OPERATIONAL")
    plan = {"disabled": False, "frequency": 2, "recurrenceType": "WEEKLY"}
    cmms.save("/preventive-maintenances/search", 4, name="Oil", customId="PM4", schedule=plan, asset={"id": 8})
    for number in range(250):
        cmms.save("/work-orders/search", number, customId=f"WO{number}", asset={"id": 8}, **ORDER)
        cmms.wait(milliseconds=300)
    changing = iter([3, 120, 249])

    def meanwhile() -> None:
        if (number := next(changing, None)) is not None:
            cmms.wait(minutes=1)
            cmms.save("/work-orders/search", number, status="COMPLETE", completedOn="2026-03-01T11:00:00.000+00:00")

    system.first = cmms.answer
    made, taken = connector("atlas", system, tmp_path), Taken()
    await load(made, tmp_path, taken, ["assets", "plans"])
    cmms.before_page = meanwhile
    await load(made, tmp_path, taken, ["work-orders"])
    done = {id_ for kind, id_ in taken.records if kind == "JobResponse"}
    assert (len(taken.records), done) == (255, {"WO3", "WO120", "WO249"})
    assert said(taken, "MaintenancePlan", "PM4")["interval"] == {"value": 2, "unit": "wk"}


async def test_maximo_leaves_out_what_is_empty(system: Api, tmp_path: Path) -> None:
    cmms = Maximo()
    order = {"siteid": "BEDFORD", "description": "Loud", "status": "APPR", "worktype": "CM", "assetnum": "11430"}
    for number in range(401):
        cmms.save("mxapiwodetail", wonum=str(number), **order)
        cmms.wait(milliseconds=250)
    cmms.save("mxapiasset", siteid="BEDFORD", assetnum="11430", description="Pump", status="OPERATING")
    cmms.save("mxapipm", siteid="BEDFORD", pmnum="OILW", status="ACTIVE", frequency=0)
    system.first = cmms.answer
    made, taken = connector("maximo", system, tmp_path), Taken()
    outcomes = await load(made, tmp_path, taken)
    assert {stream: outcome.letters for stream, outcome in outcomes.items()} == {
        "work-orders": 0,
        "assets": 0,
        "plans": 0,
    }
    assert len(taken.records) == 403
    assert said(taken, "JobOrder", "BEDFORD-7")["maintainsAssets"] == [{"to": {"id": "BEDFORD-11430"}}]
    cmms.wait(hours=1)
    cmms.save("mxapiwodetail", wonum="500", **{**order, "status": "SITEOWN"})
    assert (await load(made, tmp_path, taken, ["work-orders"]))["work-orders"].letters == 1


PART: dict[str, Any] = {
    "Name": "Valve",
    "Revision": "A",
    "State": {"Value": "RELEASED"},
    "DefaultUnit": {"Value": "ea"},
}


async def test_windchill_is_read_with_its_structures(system: Api, tmp_path: Path) -> None:
    plm = Windchill()
    for number in range(150):
        plm.save("ProdMgmt/Parts", f"OR:wt.part.WTPart:{number}", Number=f"V-{number}", **PART)
    line = {"Quantity": 2.0, "Unit": {"Value": "ea"}, "LineNumber": 10, "Uses": {"ID": "OR:wt.part.WTPart:1"}}
    plm.uses["OR:wt.part.WTPart:0"] = [line]
    changing = iter([5, 140])

    def meanwhile() -> None:
        if (number := next(changing, None)) is not None:
            plm.wait(minutes=1)
            plm.save("ProdMgmt/Parts", f"OR:wt.part.WTPart:{number}", Number=f"V-{number}", **{**PART, "Name": "New"})

    plm.before_page = meanwhile
    system.first = plm.answer
    made = connector("windchill", system, tmp_path, edit=lambda text: text + "modules: [structures]\n")
    taken = Taken()
    await load(made, tmp_path, taken)
    assert len(taken.records) == 151
    assert [said(taken, "MaterialDefinition", f"V-{number}/A")["name"] for number in (5, 140)] == ["New", "New"]
    (needed,) = said(taken, "BillOfMaterials", "V-0/A")["lines"]
    assert needed["to"] == {"windchillPart": "plm:OR:wt.part.WTPart:1"}
    assert needed["with"] == {"quantity": {"value": 2.0, "unit": "{piece}"}, "position": 10}


async def test_aras_is_signed_in_at_its_oauth_server(system: Api, tmp_path: Path) -> None:
    plm = Aras({"Part": [], "Document": []})
    for number in range(3):
        plm.items["Part"].append(
            {"id": f"P{number}", "item_number": f"V-{number}", "major_rev": "A", "state": "Released", "unit": "EA"}
        )
    plm.bom["P0"] = [{"quantity": 2, "sort_order": 128, "related_id": {"id": "P1", "unit": "EA"}}]
    system.first = plm.answer
    made = connector("aras", system, tmp_path, edit=lambda text: text + "modules: [structures]\n")
    taken = Taken()
    await load(made, tmp_path, taken)
    assert sorted(taken.records) == [
        ("BillOfMaterials", "V-0/A"),
        *(("MaterialDefinition", f"V-{n}/A") for n in range(3)),
    ]
    del plm.items["Part"][2]
    assert (await load(made, tmp_path, taken, ["parts"]))["parts"].withdrawn == 1


@pytest.mark.parametrize(
    ("name", "server", "message"),
    [
        ("erpnext", ErpNext, "answered 401"),
        ("atlas", Atlas, "answered 403"),
        ("maximo", Maximo, "answered 401 .*BMXAA7901E"),
        ("windchill", Windchill, "answered 401"),
        ("aras", Aras, "can't log in at .*/connect/token: it answered 400"),
    ],
)
async def test_wrong_credentials_are_told_and_not_shown(
    system: Api, tmp_path: Path, name: str, server: Any, message: str
) -> None:
    system.first = server().answer
    made = connector(name, system, tmp_path, "falsch-und-geheim")
    with pytest.raises(SourceError, match=message) as error:
        await load(made, tmp_path, Taken(), list(made.settings.streams)[:1])
    assert "falsch" not in str(error.value)
