"""The plant file is read with its short forms, or refused with every fault and its line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.demo.errors import PlantError
from hub.demo.file import load, parse
from hub.demo.plant import Plant, Word

SMALL = """\
form: 1
now: "2026-03-13T10:00:00Z"
places: {site: acme, line: acme/line}
systems:
  erp:
    description: orders
    place: site
    since: -9d 06:00
    says:
      MaterialDefinition:
        SUGAR: {name: Sugar}
      MaterialLot:
        LOT-1: {in: line, definition: SUGAR, quantity: 480 kg, expiresAt: +2d 12:30,
                then: [{at: 0d 09:00, withdraw: true}]}
        LOT-2: {assembledFrom: {LOT-1: {quantity: 1.5 t, time: -3d 08:00:30}}}
      WorkMaster:
        WM-1: {parameters: {speed: 90 /min, seal: intact}}
      Shipment:
        SH-1: {lots: {LOT-2: 3 kg}}
"""


def word(plant: Plant, id_: str) -> Word:
    return next(word for word in plant.words if word.id == id_)


def faults(text: str) -> list[str]:
    with pytest.raises(PlantError) as caught:
        parse(text)
    return [f"{fault.line}: {fault.message}" for fault in caught.value.faults]


def test_short_forms_are_written_out() -> None:
    plant = parse(SMALL)
    assert word(plant, "LOT-1") == Word(
        "erp",
        "MaterialLot",
        "LOT-1",
        datetime(2026, 3, 4, 6, tzinfo=UTC),
        "acme/line",
        {"definition": "SUGAR", "quantity": {"value": 480.0, "unit": "kg"}, "expiresAt": "2026-03-15T12:30:00Z"},
    )
    assert word(plant, "LOT-2").said == {
        "assembledFrom": [
            {"id": "LOT-1", "quantity": {"value": 1.5, "unit": "t"}, "time": "2026-03-10T08:00:30Z"},
        ]
    }
    assert word(plant, "WM-1").said == {
        "parameters": [{"id": "speed", "value": 90.0, "unit": "/min"}, {"id": "seal", "value": "intact"}]
    }
    assert word(plant, "SH-1").said == {"lots": [{"id": "LOT-2", "quantity": {"value": 3.0, "unit": "kg"}}]}


def test_what_is_said_later_and_taken_back() -> None:
    later = [word for word in parse(SMALL).words if word.id == "LOT-1"][1]
    assert (later.at, later.place, later.said) == (datetime(2026, 3, 13, 9, tzinfo=UTC), "acme/line", None)


def test_every_time_moves_with_the_plants_now() -> None:
    now = datetime(2030, 1, 1, 12, 0, 7, tzinfo=UTC)
    fixed, moved = parse(SMALL), parse(SMALL, now)
    assert moved.now == now
    assert {b.at - a.at for a, b in zip(fixed.words, moved.words, strict=True)} == {now - fixed.now}
    assert (word(moved, "LOT-1").said or {})["expiresAt"] == "2030-01-03T14:30:07Z"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("MaterialLot:", "MaterialLott:", "12: there is no kind 'MaterialLott'"),
        ("name: Sugar", "nam: Sugar", "11: MaterialDefinition has no 'nam'"),
        ("in: line", "in: lime", "13: there is no place 'lime'"),
        ("definition: SUGAR", "definition: SALT", "13: MaterialLot LOT-1 refers to MaterialDefinition 'id:SALT'"),
        ("480 kg", "480 stone", "13: $.quantity.unit is"),
        ("at: 0d 09:00", "at: 9 o'clock", '14: "9 o\'clock" is no time'),
        ("at: 0d 09:00", "at: -9d 06:00", "14: '-9d 06:00' is not after what was said before"),
        ("expiresAt: +2d 12:30", "expiresAt: soon", '13: $.expiresAt is "soon"'),
        ("since: -9d 06:00", "sinse: -9d 06:00", "5: systems.erp.since: Field required"),
        ("form: 1", "form: 2", "1: form: Input should be 1"),
        ("site: acme", "site: acme//x", "3: a segment is empty"),
        ("form: 1", "form: [", "1: this is no YAML"),
    ],
)
def test_a_fault_is_placed(old: str, new: str, fault: str) -> None:
    assert old in SMALL
    found = faults(SMALL.replace(old, new, 1))
    assert any(line.startswith(fault) for line in found), found


def test_every_fault_is_told_at_once() -> None:
    found = faults(SMALL.replace("name: Sugar", "nam: Sugar").replace("480 kg", "480 stone"))
    assert [line.partition(":")[0] for line in found] == ["11", "13"]


def test_what_nobody_describes_may_be_listed() -> None:
    text = SMALL.replace("definition: SUGAR", "definition: SALT")
    plant = parse(text + "undescribed: [{kind: MaterialDefinition, id: SALT, owedBy: erp}]\n")
    assert [item.id for item in plant.undescribed] == ["SALT"]


def test_the_plant_of_the_demo_can_be_moved_anywhere() -> None:
    plant = load(datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert len(plant.systems) == 10
    assert max(word.at for word in plant.words) < plant.now + timedelta(days=1)
