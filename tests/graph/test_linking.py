"""What is a conflict between references, and what is not."""

from __future__ import annotations

from graph.linking import link
from graph.thing import Key
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.json import Json
from schema.merge import record_of, resolve
from tests.schema.strategies import SMALL_MODEL

LOT = SMALL_MODEL.kind("Lot")


def conflicts(*said: tuple[str, str, Json], targets: dict[tuple[str, str], str] | None = None) -> list[str]:
    """The conflicts of a lot of which (system, its id for the lot, the item it refers to) are said, oldest first."""
    records = [
        record_of(Assertion(system, "Lot", id_, Stamp(time, "m"), {"definition": [{"to": to}]}))
        for time, (system, id_, to) in enumerate(said)
    ]
    golden = resolve(SMALL_MODEL, LOT, records, EQUAL)
    return [conflict.cell for conflict in link(LOT, Key("Lot", "A"), golden, targets or {}).conflicts]


def test_two_systems_that_refer_to_different_things() -> None:
    assert conflicts(("erp", "A", {"id": "I1"}), ("mes", "A", {"id": "I2"})) == ["definition"]


def test_two_names_of_one_thing() -> None:
    known = {("Item", "id:I1"): "I1", ("Item", "serial:7"): "I1"}
    assert conflicts(("erp", "A", {"id": "I1"}), ("mes", "A", {"serial": "7"}), targets=known) == []


def test_one_system_that_calls_the_thing_by_two_ids_does_not_contradict_itself() -> None:
    known = {("Item", "id:I1"): "I1", ("Item", "id:I2"): "I2", ("Item", "serial:7"): "I2"}
    by_serial = ("erp", "A", {"serial": "7"})
    assert conflicts(by_serial, ("mes", "A1", {"id": "I1"}), ("mes", "A2", {"id": "I2"}), targets=known) == []
    assert conflicts(by_serial, ("mes", "A2", {"id": "I2"}), ("mes", "A1", {"id": "I1"}), targets=known) == [
        "definition"
    ]
