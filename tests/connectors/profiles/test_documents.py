"""Documents in B2MML and BatchML, written for these tests as their schemas have them, read by the profiles."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hub.connect.files import read_file
from schema.merge import Record
from tests.connectors.filing import put
from tests.connectors.running import Taken, letters, run

DOCUMENTS = Path(__file__).parent / "documents"
Read = Callable[..., Awaitable[Taken]]

B2MML = """
profile: b2mml
system: erp
folder: out
location: acme/north
parameters:
  timeZone: Europe/Berlin
  schedules: schedule-*.xml
  performance: performance-*.xml
  materials: materials-*.xml
  equipment: equipment-*.xml
  lotStatus: {Q: AWAITING_RELEASE}
"""
BATCHML = "profile: batchml\nsystem: batch\nfolder: out\nlocation: acme/north\nparameters: {files: batch-*.xml}\n"


@pytest.fixture
def read(out: Path, tmp_path: Path) -> Callable[..., Awaitable[Taken]]:
    """What the profile in a connector's file makes of some of its streams."""
    for document in DOCUMENTS.iterdir():
        put(out / document.name, document.read_bytes())

    async def streams(text: str, *names: str) -> Taken:
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        file = read_file(path)
        assert file.faults == ()
        assert file.connector is not None
        taken = Taken()
        for name in names:
            await run(file.connector, tmp_path, taken, name)
        assert letters(file.connector, tmp_path) == []
        return taken

    return streams


async def test_a_schedule_within_a_message(read: Read) -> None:
    taken = await read(B2MML, "schedules")
    request, job = taken.records["OperationsRequest", "PO-7"], taken.records["JobOrder", "PO-7/10"]
    assert request.value("status") == "RELEASED"
    assert request.asserted.time == 1772344800000000
    assert taken.records["OperationsRequest", "PO-8"].value("status") is None
    assert targets(job, "fulfils", "product", "materials", "equipment") == [["PO-7"], ["MAT-7"], ["MAT-1"], ["MIXER-1"]]


async def test_performance_of_version_6(read: Read) -> None:
    taken = await read(B2MML, "performance")
    response = taken.records["JobResponse", "R-7/10"]
    assert (response.value("status"), response.value("workType")) == ("COMPLETED", "PRODUCTION")
    # The zone of times without an offset is the site's.
    assert response.value("start") == "2026-03-02T06:10:00Z"
    assert targets(response, "jobOrder", "consumed", "produced") == [["PO-7/10"], ["LOT-1"], ["LOT-7"]]


async def test_materials_and_lots(read: Read) -> None:
    taken = await read(B2MML, "materials")
    assert targets(taken.records["MaterialDefinition", "MAT-1"], "classes") == [["SUGAR"]]
    lot = taken.records["MaterialLot", "LOT-1"]
    assert (lot.value("status"), lot.value("quantity")) == ("AWAITING_RELEASE", {"value": 500, "unit": "KGM"})
    assert targets(lot, "definition", "storedAt") == [["MAT-1"], ["SILO-1"]]


async def test_equipment_within_equipment_of_version_6(read: Read) -> None:
    taken = await read(B2MML, "equipment")
    above = {id_: targets(record, "partOf") for (_, id_), record in taken.records.items()}
    assert above == {"NORTH": [[]], "MIXING": [["NORTH"]], "MIXER-1": [["MIXING"]]}
    assert taken.records["Equipment", "MIXER-1"].value("level") == "UNIT"


async def test_recipes_and_batches(read: Read) -> None:
    taken = await read(BATCHML, "batches")
    recipe, batch = taken.records["WorkMaster", "BASE-WHITE/3"], taken.records["Batch", "B-4711"]
    assert recipe.value("parameters") == [{"id": "STIR-SPEED", "value": 120, "unit": "/min"}]
    assert (batch.value("status"), batch.value("quantity")) == ("COMPLETE", {"value": 481, "unit": "kg"})
    assert targets(batch, "workMaster", "produced") == [["BASE-WHITE/3"], ["LOT-7"]]


def targets(record: Record, *links: str) -> list[list[str]]:
    """The ids that links lead to."""
    found: list[Any] = [record.value(link) or [] for link in links]
    return [[reference["to"]["id"] for reference in references] for references in found]
