"""The plant goes on living: the same seed gives the same life, and the hub accepts it but for its faults."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from hub.demo.file import load
from hub.demo.life import Life
from hub.demo.messages import Message, Writer
from hub.demo.plant import Plant
from tests.hub.demo.reading import Read, read_arriving


@pytest.fixture(scope="module")
def plant() -> Plant:
    return load()


def lived(plant: Plant, ticks: int, seed: int = 1, speed: float = 1.0) -> list[tuple[datetime, Message]]:
    life = Life(plant, Writer(plant), Random(seed))
    clock = [plant.now + timedelta(seconds=tick + 1) for tick in range(ticks)]
    return [(now, message) for now in clock for message in life.tick(now, speed)]


def read(life: list[tuple[datetime, Message]]) -> list[Read]:
    return list(read_arriving(life))


def test_one_seed_gives_one_life(plant: Plant) -> None:
    assert lived(plant, 120) == lived(plant, 120)
    assert lived(plant, 120) != lived(plant, 120, seed=2)


def test_only_broken_messages_and_a_wrong_clock_are_refused(plant: Plant) -> None:
    found = read(lived(plant, 300))
    broken = [r.refused for r in found if not r.message.things]
    assert broken and all("not JSON" in reason for reason in broken)
    refused = [r for r in found if r.message.things and r.refused]
    assert all(r.message.system == "performance" and "clock of the sender" in r.refused for r in refused)


def test_a_clock_is_wrong_for_a_while(plant: Plant) -> None:
    found = read(lived(plant, 81, speed=20))
    assert any("clock of the sender" in r.refused for r in found)


def test_what_the_file_says_of_the_time_to_come_happens(plant: Plant) -> None:
    coming = [word for word in plant.words if word.at > plant.now]
    found = read(lived(plant, 60, speed=60))
    said = {(a.system, a.kind, a.id) for r in found for a in r.assertions}
    assert len(coming) == 9
    assert {(word.system, word.kind, word.id) for word in coming} <= said


def test_a_fast_plant_does_not_speak_from_the_future(plant: Plant) -> None:
    for now, message in lived(plant, 60, speed=60):
        assert message.at <= now or message.system == "performance"


def test_bottles_are_counted_and_reported_alike(plant: Plant) -> None:
    found = read(lived(plant, 300))
    counted = {r.message: r.event.body for r in found if r.event and r.message.topic.endswith("_count/mes")}
    counts = [float(str(body["good"])) for body in counted.values()]
    reports = [a.cells["goodQuantity"] for r in found for a in r.assertions if a.id == "JR-1018"]
    highest = max(float(str(report["value"])) for report in reports if isinstance(report, dict))
    assert 0 < sum(counts) <= 300 * 6000 / 3600
    assert highest == pytest.approx(19950 + sum(counts), abs=40)
