"""Requests a second of each question, of one server at a time, by turns; all have given equal answers before."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bench import neo4j, parts
from bench.graphql import load, servers
from bench.graphql.plant import Plant, fill
from bench.graphql.questions import QUESTIONS, Question, data
from bench.graphql.servers import Served
from bench.measure import Measure, Part, by_turns
from bench.shares import Shares
from tests.system.hub_process import HubProcess

COUNT = 50_000
SECONDS = 3.0
WARM_SECONDS = 6.0
"""Java compiles what it runs often: a statement's first thousands are several times as slow."""

_DRAWN = 2000
_COMPARED = 5
_FEW_SECONDS = 0.1
"""Where only a few lots are asked of, to see that it works."""

_NEO4J, _FILES = "hub", "hub on Ladybug"
_FLOORS = {
    "by hand": (_NEO4J, "Starlette, Cypher by hand"),
    "@neo4j/graphql": (_NEO4J, "@neo4j/graphql 7, graphql-yoga"),
    "plain strawberry": (_FILES, "strawberry's resolvers by hand"),
}
"""Of each other server: which hub it is measured beside, and what it is."""


async def measure(runs: int, count: int | None, *, library: bool = False) -> list[Measure]:
    """Every question of every server; `library` adds `@neo4j/graphql`, which npm fetches."""
    plant = Plant(count or COUNT)
    seconds = SECONDS if count is None else _FEW_SECONDS
    with neo4j.server() as graph:
        async with _servers(graph.url, plant, library=library) as running:
            for question in QUESTIONS:
                _compare(running, question, plant)
            turns = [_part(each, question, plant, seconds, graph.pid) for question in QUESTIONS for each in running]
            await by_turns(1, *(_part(s, q, plant, 2 * seconds, graph.pid) for q in QUESTIONS for s in running))
            found = await by_turns(runs, *turns)
    names = [each.name for each in running]
    return [
        _measure(question, hub, floor, of, found, runs)
        for floor, (hub, of) in _FLOORS.items()
        if floor in names
        for question in QUESTIONS
    ]


@asynccontextmanager
async def _servers(url: str, plant: Plant, *, library: bool) -> AsyncIterator[Sequence[Served]]:
    """All of them, running, on the same lots."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(parts.folder())
        hub = await _filled(stack, HubProcess(folder / "servers", "mosquitto", "--graph", url), plant)
        files = HubProcess(folder / "files", "mosquitto")
        await _filled(stack, files, plant)
        files.stop()
        copy = folder / "copy"
        shutil.copytree(files.data, copy)
        files.start()
        await files.ready()
        found = [servers.the_hub(_NEO4J, hub), servers.the_hub(_FILES, files)]
        found.append(await stack.enter_async_context(servers.by_hand(url)))
        found.append(await stack.enter_async_context(servers.plain(_graph_file(copy))))
        if library:
            found.append(await stack.enter_async_context(servers.library(url)))
        yield found


async def _filled(stack: AsyncExitStack, hub: HubProcess, plant: Plant) -> HubProcess:
    await stack.enter_async_context(hub)
    await fill(hub, hub.mqtt, plant)
    return hub


def _graph_file(data: Path) -> Path:
    return data / "graph"


def _compare(running: Sequence[Served], question: Question, plant: Plant) -> None:
    """Sees that all give the same; `AssertionError` where they don't."""
    for variables in question.variables(plant, _COMPARED):
        answers = {each.name: _answer(each, question, variables) for each in running}
        first = next(iter(answers.values()))
        assert all(answer == first for answer in answers.values()), (question.name, variables, answers)


def _answer(server: Served, question: Question, variables: dict[str, Any]) -> Any:
    line, _, body = server.ask(question, variables).partition(b"\r\n")
    url = f"http://127.0.0.1:{server.port}{line.split()[1].decode()}"
    content = body.rpartition(b"\r\n\r\n")[2]
    request = urllib.request.Request(url, content, {"Content-Type": "application/json", "Accept": "application/json"})
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
    assert not answer.get("errors"), (server.name, question.name, answer["errors"])
    return data(answer)


def _part(server: Served, question: Question, plant: Plant, seconds: float, graph: int) -> Part:
    requests = server.requests(question, question.variables(plant, _DRAWN))

    async def part() -> Mapping[str, float]:
        shares = Shares(server=[server.pid], neo4j=[graph])
        served = await load.run(server.port, seconds, requests)
        taken = {f"{server.name} {question.name} {name}": share for name, share in shares.taken().items()}
        return {f"{server.name} {question.name}": served.rate, **taken}

    return part


def _measure(question: Question, hub: str, floor: str, of: str, found: Mapping[str, float], runs: int) -> Measure:
    shares = {name: _shares(found, f"{name} {question.name} ") for name in (hub, floor)}
    value, least = found[f"{hub} {question.name}"], found[f"{floor} {question.name}"]
    return Measure(f"{question.name}, {hub}", value, "requests/s", least, of, runs, shares)


def _shares(found: Mapping[str, float], beginning: str) -> Mapping[str, float]:
    return {name.removeprefix(beginning): value for name, value in found.items() if name.startswith(beginning)}
