"""The model as a whole: whether everything is named, described and linked as others rely on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schema.export.reference import COMMAND, reference
from schema.model import KINDS, MODEL
from schema.model.base import Entity, Term
from schema.registry import Attribute, AttributeType, Kind

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "model.md"

# the kinds by domain, as the design's table has them
DESIGN = {
    "resources": "Equipment EquipmentClass PhysicalAsset Person PersonnelClass",
    "materials": "MaterialClass MaterialDefinition MaterialLot MaterialSublot",
    "product": "BillOfMaterials EngineeringChange Document WorkMaster ProcessSegment",
    "demand": "OperationsRequest BusinessPartner PurchaseReceipt Shipment",
    "work": "JobOrder JobResponse Batch BatchStep",
    "quality": "Sample TestSpecification TestResult NonConformance CorrectiveAction",
    "maintenance": "MaintenancePlan Calibration AssetCondition",
    "events": "OperationsEvent Tag",
}

# what the questions walk along, with the values on the way
CENTRAL = """
Equipment PART_OF Equipment
Equipment IMPLEMENTED_BY PhysicalAsset start end
MaterialLot DEFINED_BY MaterialDefinition
MaterialLot ASSEMBLED_FROM MaterialLot quantity job operation time
JobOrder FULFILS OperationsRequest quantity
JobOrder REQUIRES MaterialDefinition quantity position
JobOrder REQUIRES PhysicalAsset start end
JobResponse RESPONDS_TO JobOrder
JobResponse CONSUMED MaterialLot quantity time
JobResponse PRODUCED MaterialLot quantity time
JobResponse USED Equipment start end
JobResponse USED PhysicalAsset start end
JobResponse USED Person start end
Sample TAKEN_FROM MaterialLot
TestResult OF Sample
TestResult AGAINST TestSpecification
TestResult MEASURED_WITH PhysicalAsset
Calibration CALIBRATES PhysicalAsset
NonConformance CONCERNS MaterialLot quantity
NonConformance CONCERNS Equipment
NonConformance CONCERNS PhysicalAsset
NonConformance CONCERNS Shipment
NonConformance CONCERNS BusinessPartner
JobOrder MAINTAINS PhysicalAsset
AssetCondition ASSESSES PhysicalAsset
Shipment CONTAINS MaterialLot quantity
Shipment SHIPPED_TO BusinessPartner
PurchaseReceipt RECEIVED MaterialLot quantity time
PurchaseReceipt SUPPLIED_BY BusinessPartner
"""

SAMPLES = {
    AttributeType.STRING: "text",
    AttributeType.INTEGER: 1,
    AttributeType.FLOAT: 1.5,
    AttributeType.BOOLEAN: True,
    AttributeType.INSTANT: "2026-03-01T10:00:00Z",
    AttributeType.DATE: "2026-03-01",
    AttributeType.QUANTITY: {"value": 1.5, "unit": "kg"},
    AttributeType.STRINGS: ["text"],
    AttributeType.PARAMETERS: [{"id": "speed", "value": 3, "unit": "/min"}],
}

every_kind = pytest.mark.parametrize("kind", list(MODEL), ids=lambda kind: kind.name)


def sample(attribute: Attribute) -> object:
    if attribute.values:
        return next(iter(attribute.values)).value
    return "kg" if "nit" in attribute.name else SAMPLES[attribute.data_type]


def test_every_kind_of_the_design_is_there_in_its_order() -> None:
    assert [(k.domain, k.name) for k in MODEL] == [(d, n) for d, names in DESIGN.items() for n in names.split()]
    assert all(issubclass(cls, Entity) for cls in KINDS)


@pytest.mark.parametrize("row", [row for row in CENTRAL.splitlines() if row])
def test_central_links_are_there_with_their_attributes(row: str) -> None:
    source, relationship, target, *attributes = row.split()
    (link,) = (x for x in MODEL.relationships[relationship] if (x.source, x.target) == (source, target))
    assert [a.name for a in link.attributes] == attributes


@every_kind
def test_every_kind_names_its_source_and_describes_everything(kind: Kind) -> None:
    assert re.search(r"ISA-|ISO|EN |IEC|EPCIS|VIM", kind.source)
    link_attributes = [a for link in kind.links.values() for a in link.attributes]
    described = [kind, *kind.attributes.values(), *kind.links.values(), *link_attributes]
    texts = [x.description for x in described] + [link.inverse_description for link in kind.inverses.values()]
    for text in texts:
        assert re.fullmatch(r"[A-Z].*[.…]", text), text


@every_kind
def test_no_two_fields_of_a_kind_say_the_same(kind: Kind) -> None:
    texts = [a.description for a in kind.attributes.values()] + [link.description for link in kind.links.values()]
    assert len(texts) == len(set(texts))


@every_kind
def test_every_kind_takes_a_payload_with_everything_in_it(kind: Kind) -> None:
    payload: dict[str, object] = {name: sample(a) for name, a in kind.attributes.items()}
    for link in kind.links.values():
        full = {"id": "X-1", **{a.name: sample(a) for a in link.attributes}}
        payload[link.name] = ["X-1", full, {"scheme": "1"}] if link.many else full
    read = kind.payload.model_validate(payload | {"extra": 1}, strict=False)
    assert set(read.model_dump(exclude_unset=True, by_alias=True)) == {*payload, "extra"}


@every_kind
def test_every_attribute_can_be_cleared(kind: Kind) -> None:
    cleared = dict.fromkeys([*kind.attributes, *kind.links])
    assert set(kind.payload.model_validate(cleared).model_fields_set) == {
        *(a.field for a in kind.attributes.values()),
        *(link.field for link in kind.links.values()),
    }


def test_every_enum_says_what_its_members_mean() -> None:
    links = [link for kind in MODEL for link in kind.links.values()]
    groups = [*(kind.attributes.values() for kind in MODEL), *(link.attributes for link in links)]
    enums = {a.values for group in groups for a in group if a.values}
    assert len(enums) > 20
    assert len({enum.__name__ for enum in enums} | set(MODEL.kinds)) == len(enums) + len(MODEL.kinds)
    for enum in enums:
        assert issubclass(enum, Term) and enum.__doc__
        for term in enum:
            assert term.value == term.name and re.fullmatch(r"[A-Z][A-Z0-9_]*", term.name)
            assert re.fullmatch(r"[A-Z].*\.", term.description), term


def test_plurals_differ_from_what_looks_one_up() -> None:
    assert (MODEL.kind("Equipment").field, MODEL.kind("Equipment").plural) == ("equipment", "equipmentItems")
    assert (MODEL.kind("Person").field, MODEL.kind("Person").plural) == ("person", "people")


def test_the_reference_page_is_current() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(MODEL), f"docs/reference/model.md is stale; run {COMMAND}"


def test_links_within_the_reference_page_lead_somewhere() -> None:
    page = reference(MODEL)
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in page.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings
