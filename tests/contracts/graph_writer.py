"""Writes batches to a graph store until it is killed, and prints the number of each when it is committed.

python -m tests.contracts.graph_writer <module>:<contract class> <place> <first number>
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from itertools import count
from pathlib import Path

from tests.contracts.graph_world import said, tell


async def main(name: str, place: str, first: str) -> None:
    module, _, contract = name.partition(":")
    store = await getattr(importlib.import_module(module), contract)().open(Path(place))
    for number in count(int(first)):
        await tell(store, [said("Gadget", f"G{number}-{n}", parts=[f"G{number}-0"]) for n in range(100)])
        print(number, flush=True)


asyncio.run(main(*sys.argv[1:]))
