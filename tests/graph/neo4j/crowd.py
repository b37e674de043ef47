"""Messages that keep joining, splitting and moving a few things, and a process that projects its share of them.

python -m tests.graph.neo4j.crowd <url> <seed> <share> <shares>
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Sequence

from graph.errors import StoreBusy
from graph.neo4j.store import Neo4jStore
from graph.projection import project
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.json import Json
from tests.contracts.graph_world import START, WORLD

MESSAGES = 400
SERIALS = 8
BATCH = 4
TASKS = 3


def messages(seed: int) -> list[Assertion]:
    """What three systems say of a few gadgets, which change and share serial numbers, and of many that refer to them.

    Most of those that refer are spoken of once, as are some that they refer to at about the same time: no later message
    mends an edge that was lost.
    """
    draw = random.Random(seed)
    return [_message(draw, number) for number in range(MESSAGES)]


def _message(draw: random.Random, number: int) -> Assertion:
    system, stamp = draw.choice(["erp", "mes", "lims"]), Stamp(START + draw.randrange(MESSAGES), f"m-{number}")
    once = f"X{number // 8}"
    if number % 8 == 4:
        return Assertion(system, "Gadget", once, stamp, {"identifiers/serial": once})
    id_ = f"G{draw.randrange(8)}"
    if draw.random() < 0.5:
        boss = {"to": {"id": f"O{draw.randrange(4)}"}}
        return Assertion(system, "Gadget", f"R{number}", stamp, {"parts": _parts(draw, once), "owner": [boss]})
    if draw.random() < 0.15:
        return Assertion(system, "Gadget", id_, stamp, {}, withdraw=True)
    cells: dict[str, Json] = {"count": draw.randrange(9)}
    if draw.random() < 0.6:
        cells["identifiers/serial"] = draw.choice([None, *(f"S{serial}" for serial in range(SERIALS))])
    if draw.random() < 0.2:
        cells["parts"] = _parts(draw, once)
    return Assertion(system, "Gadget", id_, stamp, cells)


def _parts(draw: random.Random, once: str) -> list[Json]:
    serials: list[Json] = [{"to": {"serial": f"S{draw.randrange(SERIALS)}"}} for _ in range(draw.randrange(3))]
    return [*serials, {"to": {"id": f"G{draw.randrange(10)}"}}, {"to": {"serial": once}}]


def batches(said: Sequence[Assertion]) -> list[Sequence[Assertion]]:
    return [said[start : start + BATCH] for start in range(0, len(said), BATCH)]


async def main(url: str, seed: str, share: str, shares: str) -> None:
    """Projects a share, several batches at once; prints how often the store was busy."""
    store = await Neo4jStore.open(url, WORLD)
    waiting = iter(batches(messages(int(seed)))[int(share) :: int(shares)])
    busy = 0

    async def work() -> None:
        nonlocal busy
        for batch in waiting:
            while True:
                try:
                    async with store.write() as tx:
                        await project(tx, WORLD, EQUAL, batch)
                    break
                except StoreBusy:
                    busy += 1
                    await asyncio.sleep(random.random() / 50)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(TASKS):
            tasks.create_task(work())
    await store.close()
    print(busy)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
