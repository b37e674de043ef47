"""Messages that keep joining, splitting and moving a few things, and a process that projects its share of them.

python -m tests.graph.neo4j.crowd <url> <seed> <share> <shares>
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterator, Sequence

from graph.errors import StoreBusy
from graph.neo4j.store import Neo4jStore
from graph.projection import project
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.json import Json
from tests.contracts.graph_world import START, WORLD

MESSAGES = 400
BATCH = 5
TASKS = 3


def messages(seed: int) -> list[Assertion]:
    """What three systems say of a dozen gadgets, which share serial numbers, and refer to each other by any name."""
    draw = random.Random(seed)
    return [_message(draw, number) for number in range(MESSAGES)]


def _message(draw: random.Random, number: int) -> Assertion:
    system, stamp = draw.choice(["erp", "mes", "lims"]), Stamp(START + draw.randrange(MESSAGES), f"m-{number}")
    if draw.random() < 0.2:
        owner, boss = f"O{draw.randrange(4)}", {"to": {"id": f"O{draw.randrange(4)}"}}
        return Assertion(system, "Owner", owner, stamp, {"rank": draw.randrange(3), "boss": [boss]})
    id_ = f"G{draw.randrange(12)}"
    if draw.random() < 0.15:
        return Assertion(system, "Gadget", id_, stamp, {}, withdraw=True)
    cells: dict[str, Json] = {"count": draw.randrange(9)}
    if draw.random() < 0.4:
        cells["identifiers/serial"] = draw.choice([None, "S0", "S1", "S2", "S3"])
    if draw.random() < 0.6:
        cells["parts"] = [{"to": reference} for reference in _references(draw)]
    if draw.random() < 0.3:
        cells["owner"] = [{"to": {"id": f"O{draw.randrange(4)}"}}]
    return Assertion(system, "Gadget", id_, stamp, cells)


def _references(draw: random.Random) -> Iterator[dict[str, Json]]:
    for _ in range(draw.randrange(3)):
        yield {"serial": f"S{draw.randrange(5)}"} if draw.random() < 0.4 else {"id": f"G{draw.randrange(14)}"}


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
