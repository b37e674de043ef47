"""What the systems publish is valid, except where it must not be; one seed gives one order."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from hub.demo.disorder import disorder
from hub.demo.file import load
from hub.demo.messages import Message, Writer
from hub.demo.plant import Plant
from schema import topic as topics
from schema.topic import SourceTopic
from tests.hub.demo.reading import Read, read_all


@pytest.fixture(scope="module")
def plant() -> Plant:
    return load()


@pytest.fixture(scope="module")
def history(plant: Plant) -> list[Message]:
    return Writer(plant).history()


@pytest.fixture(scope="module")
def read(plant: Plant, history: list[Message]) -> list[Read]:
    return list(read_all(history, plant.now))


def test_every_message_is_accepted_but_the_misfits(read: list[Read]) -> None:
    assert [r.refused for r in read if r.message.things and r.refused] == []
    assert all(r.things == r.message.things for r in read)


def test_misfits_are_refused_for_what_is_wrong_with_them(plant: Plant, read: list[Read]) -> None:
    reasons = {r.message.topic: r.refused for r in read if not r.message.things}
    assert len(reasons) == len(plant.misfits) == 6
    for misfit in plant.misfits:
        assert misfit.because in reasons[f"uns/v1/{misfit.topic}"]


def test_each_system_writes_only_below_its_own_name(history: list[Message]) -> None:
    for message in history:
        topic = topics.parse(message.topic)
        if isinstance(topic, SourceTopic):
            assert topic.system == message.system


def test_ten_systems_speak(plant: Plant, history: list[Message]) -> None:
    assert {message.system for message in history} == set(plant.systems)
    assert len(plant.systems) == 10


def test_event_times_are_those_of_the_file(plant: Plant, read: list[Read]) -> None:
    """Whatever carries the messages: they don't depend on user properties or on when they arrive."""
    times = {(a.system, a.kind, a.id, a.stamp.time) for r in read for a in r.assertions}
    words = {(w.system, w.kind, w.id, round(w.at.timestamp() * 1e6)) for w in plant.words if w.at <= plant.now}
    assert times == words


def test_exports_come_as_arrays(history: list[Message]) -> None:
    erp = [m for m in history if m.system == "erp" and m.things > 1]
    assert max(m.things for m in erp) >= 14


def test_one_seed_gives_one_order(history: list[Message]) -> None:
    assert disorder(history, Random(1)) == disorder(history, Random(1))
    assert disorder(history, Random(1)) != disorder(history, Random(2))


def test_disorder_loses_nothing_and_invents_nothing(history: list[Message]) -> None:
    arriving = disorder(history, Random(1))
    assert set(arriving) == set(history)
    twice = Counter(arriving) - Counter(history)
    assert 0 < twice.total() < len(history) * 0.1


def test_some_references_come_before_what_they_refer_to(plant: Plant, history: list[Message]) -> None:
    seen: set[tuple[str, str]] = set()
    early = 0
    for r in read_all(disorder(history, Random(1)), plant.now):
        for said in r.assertions:
            seen.add((said.kind, said.id))
            lot = said.cells.get("lot")
            if said.kind == "Sample" and isinstance(lot, list) and isinstance(lot[0], dict):
                to = lot[0]["to"]
                early += isinstance(to, dict) and "id" in to and ("MaterialLot", to["id"]) not in seen
    assert early > 0
