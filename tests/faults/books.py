"""What a hub has kept and shows, held against the messages that the broker has acknowledged, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from graph.open import open_store
from graph.projection import project
from graph.store import GraphStore
from hub.journal.open import open_journal
from schema import topic as topics
from schema.assertion import Assertion
from schema.authority import EQUAL
from schema.contract import Contract
from schema.model import MODEL
from schema.provenance import Provenance
from schema.rules import Rules
from schema.topic import SourceTopic
from tests.faults import plant
from tests.faults.load import PREFIX
from tests.graph.oracle import graph_of
from tests.system.hub_process import HubProcess

_LATE = 4_000_000_000_000_000
"""A time of arrival, in microseconds, where it does not matter."""

SHOWN = {"MaterialLot": "materialLots", "MaterialDefinition": "materialDefinitions", "Sample": "samples"}


@dataclass
class Kept:
    """What a journal holds of the plant's messages."""

    arrivals: dict[int, list[int]] = field(default_factory=dict)
    """When each message that was kept is said to be true, as often as it was kept, by number."""
    events: int = 0
    strange: list[Assertion] = field(default_factory=list)
    """What nobody sent."""


@dataclass(frozen=True)
class Result:
    """What came of the messages. All but `again` must be zero for a fault that leaves the broker's store alone."""

    sent: int
    acknowledged: int
    lost: frozenset[int]
    doubled: int
    again: int
    """Messages without an event time that were kept more than once, which the hub allows itself."""
    wrong: tuple[Any, ...]
    """Where the graph is another than the messages make."""
    late: tuple[str, ...]
    """Words without an event time that don't count although they are the last that was said of something."""


@dataclass(frozen=True)
class Places:
    """Where a hub keeps what it knows, by URL."""

    journal: str
    graph: str


async def balance(hub: HubProcess, places: Places, sent: int, acknowledged: Collection[int], spare: str) -> Result:
    """Stops a hub that has settled, and compares.

    `spare` is the URL of an empty store, for the graph as it should be.
    """
    shown = {kind: await hub.every(plural, _SELECTION) for kind, plural in SHOWN.items()}
    letters = (await hub.get("/api/dead-letters"))["deadLetters"]
    assert letters == []
    assert hub.stop() == 0
    kept = await _kept(places.journal, sent)
    said = expected(kept)
    wrong = [*kept.strange, *_misshown(said, shown)]
    wrong += await _differences(places.graph, spare, said)
    doubled = sum(len(times) - 1 for number, times in kept.arrivals.items() if plant.is_stamped(number))
    events = sum(plant.is_event(number) for number in kept.arrivals)
    return Result(
        sent,
        len(acknowledged),
        frozenset(set(acknowledged) - kept.arrivals.keys()),
        doubled + kept.events - events,
        sum(len(times) - 1 for number, times in kept.arrivals.items() if not plant.is_stamped(number)),
        tuple(wrong),
        tuple(_out_of_order(kept)),
    )


_SELECTION = "id name placeholder sources { system }"
_CONTRACT = Contract(MODEL, Rules())


def read(number: int, received: int = _LATE) -> Assertion:
    """What the message of that number asserts, which is no event."""
    topic, payload = plant.message(number)
    parsed = topics.parse(topic, PREFIX)
    assert isinstance(parsed, SourceTopic)
    (assertion,) = _CONTRACT.read(parsed, payload, Provenance(received)).assertions
    return assertion


async def _kept(url: str, sent: int) -> Kept:
    names = {read(number).stamp.message: number for number in range(sent) if not plant.is_event(number)}
    tags = {plant.tag_name(number): number for number in range(sent) if plant.is_event(number)}
    kept = Kept()
    journal = await open_journal(url)
    try:
        async for entries in journal.read_assertions():
            for assertion in (entry.accepted.assertion for entry in entries):
                number = names.get(assertion.stamp.message)
                if number is None or assertion != read(number, assertion.stamp.time):
                    kept.strange.append(assertion)
                else:
                    kept.arrivals.setdefault(number, []).append(assertion.stamp.time)
        kept.events = (await journal.status()).events
        for value in await journal.tags(plant.TAGS, sent + 1):
            kept.arrivals[tags[value.name]] = [value.time]
        return kept
    finally:
        await journal.close()


def expected(kept: Kept) -> list[Assertion]:
    """What the messages say that were kept, read again from what was sent; only the time of arrival is the hub's."""
    return [
        read(number, time)
        for number, times in sorted(kept.arrivals.items())
        if not plant.is_event(number)
        for time in times
    ]


def _out_of_order(kept: Kept) -> list[str]:
    """Words without a time of their own that count as newer than what the same system said later of the same thing."""
    last: dict[str, tuple[int, int]] = {}
    found = []
    for number, times in sorted(kept.arrivals.items()):
        if plant.is_stamped(number):
            continue
        thing = read(number).id
        before, time = last.get(thing, (-1, -1))
        if max(times) <= time:
            found.append(f"{thing}: word {before} counts, and {number} was said later")
        last[thing] = max((before, time), (number, max(times)), key=lambda one: one[1])
    return found


def _misshown(said: Collection[Assertion], shown: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """Where GraphQL answers otherwise than the definition of the graph has it."""
    nodes = graph_of(MODEL, EQUAL, said)["nodes"]
    found = []
    for kind, answers in shown.items():
        ids = Counter(answer["id"] for answer in answers)
        found += [f"{kind} {id_} is shown {count} times" for id_, count in ids.items() if count > 1]
        there = {a["id"]: (a["name"], a["placeholder"], sorted(s["system"] for s in a["sources"])) for a in answers}
        wanted = {key.id: _as_shown(state) for key, state in nodes.items() if key.kind == kind}
        for id_ in sorted(there.keys() | wanted.keys()):
            if there.get(id_) != wanted.get(id_):
                found.append(f"{kind} {id_} is shown as {there.get(id_)}, and is {wanted.get(id_)}")
    return found


def _as_shown(state: Mapping[str, Any]) -> tuple[str | None, bool, list[str]]:
    name = state["values"].get("name")
    systems = sorted(record[0] for record in state["records"])
    return (None if name is None else name[-1], not state["records"], systems)


async def _differences(url: str, spare: str, said: Collection[Assertion]) -> list[Any]:
    """Entries of the store's dump that should be others: pairs of what is there and what should be."""
    async with _store(spare) as store:
        async with store.write() as tx:
            await project(tx, MODEL, EQUAL, said)
        wanted = await _dump(store)
    async with _store(url) as store:
        there = await _dump(store)
    assert wanted
    return [
        (there.get(name), wanted.get(name))
        for name in there.keys() | wanted.keys()
        if there.get(name) != wanted.get(name)
    ]


async def _dump(store: GraphStore) -> dict[str, Any]:
    """Every entry by what names it; one that is there twice counts as another."""
    found: dict[str, Any] = {}
    async for entry in store.dump():
        name = json.dumps(
            [entry.get(part) for part in ("node", "edge", "id", "from", "to", "_occurrence", "identifier", "kind")]
        )
        while name in found:
            name += " again"
        found[name] = entry
    return found


@asynccontextmanager
async def _store(url: str) -> AsyncIterator[GraphStore]:
    store = await open_store(url, MODEL)
    try:
        yield store
    finally:
        await store.close()
