"""A document of EPCIS 2.0, captured at the hub's door."""

from __future__ import annotations

from pathlib import Path

from hub.connect.files import read_file
from tests.connectors.pushed import listening
from tests.connectors.running import Taken

FILE = """
profile: epcis@2
system: epcis
location: acme/north/warehouse
timeZone: UTC
auth: {token: {header: Authorization, prefix: "Bearer ", secretFile: token}}
"""
FLOUR = "urn:epc:class:lgtin:4012345.011111.F1"
SUGAR = "https://id.gs1.org/01/04012345222229/10/S1"
BREAD = "urn:epc:class:lgtin:4012345.012345.B77"
PALLET = "urn:epc:id:sscc:4012345.1234567890"
DOCUMENT = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-03-01T12:00:00Z",
    "epcisBody": {
        "eventList": [
            {
                "type": "TransformationEvent",
                "eventTime": "2026-03-01T10:00:00+01:00",
                "eventTimeZoneOffset": "+01:00",
                "inputQuantityList": [
                    {"epcClass": FLOUR, "quantity": 5, "uom": "KGM"},
                    {"epcClass": SUGAR, "quantity": 1, "uom": "KGM"},
                ],
                "outputQuantityList": [{"epcClass": BREAD, "quantity": 24}],
            },
            {
                "type": "AggregationEvent",
                "action": "ADD",
                "eventTime": "2026-03-01T11:00:00+01:00",
                "parentID": PALLET,
                "childQuantityList": [{"epcClass": BREAD, "quantity": 24}],
            },
            {
                "type": "ObjectEvent",
                "action": "OBSERVE",
                "bizStep": "shipping",
                "eventTime": "2026-03-01T12:00:00+01:00",
                "epcList": [PALLET],
                "bizTransactionList": [{"type": "desadv", "bizTransaction": "DN-1"}],
            },
        ]
    },
}


async def test_a_document_becomes_lots_a_pallet_and_a_shipment(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("geheim\n")
    (tmp_path / "mes.yaml").write_text(FILE)
    file = read_file(tmp_path / "mes.yaml")
    assert file.faults == () and file.connector is not None
    taken = Taken()
    async with listening(file.connector, tmp_path, taken) as client:
        headers = {"Authorization": "Bearer geheim", "Content-Type": "application/ld+json"}
        answer = await client.post("/hooks/mes/capture", json=DOCUMENT, headers=headers)
        assert answer.status_code == 200, answer.text
        again = await client.post("/hooks/mes/capture", json=DOCUMENT, headers=headers)
        assert again.json()["taken"] == 0
    assert set(taken.records) == {
        *(("MaterialLot", lot) for lot in (FLOUR, SUGAR, BREAD)),
        ("MaterialSublot", PALLET),
        ("Shipment", "DN-1"),
    }
    bread = taken.records["MaterialLot", BREAD]
    inputs = bread.value("assembledFrom")
    assert isinstance(inputs, list)
    assert FLOUR in str(inputs) and SUGAR in str(inputs)
    assert bread.value("quantity") == {"value": 24, "unit": "{piece}"}
    pallet, shipment = taken.records["MaterialSublot", PALLET], taken.records["Shipment", "DN-1"]
    assert BREAD in str(pallet.value("lot"))
    assert PALLET in str(shipment.value("sublots"))
