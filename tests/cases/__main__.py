"""`python -m tests.cases --write-cypher [NAME…]`: writes down what Neo4j is asked for cases, and never an answer."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from tests.cases import cypher
from tests.cases.case import Case, cases
from tests.cases.world import World, world
from tests.servers.neo4j import Neo4jPool


async def write(world: World, wanted: list[Case]) -> None:
    """Asks each case and writes its statements where they are others than those written."""
    for case in wanted:
        await world.ask("first", case)
        file = case.file("cypher")
        text = "\n".join(cypher.laid_out(statement) for statement, _ in world.reads)
        if not file.exists() or not cypher.same(text, case.statements):
            file.write_text(text, "utf-8")
            print(f"{file.name} is written")


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.cases", description=__doc__)
    parser.add_argument("--write-cypher", action="store_true", required=True)
    parser.add_argument("names", nargs="*", metavar="NAME")
    names = parser.parse_args().names
    with tempfile.TemporaryDirectory() as folder:
        pool = Neo4jPool(Path(folder) / "neo4j")
        try:
            async with world(Path(folder) / "hub", pool.server(0).url) as found:
                await write(found, [case for case in cases() if not names or case.name in names])
        finally:
            pool.stop()


if __name__ == "__main__":
    asyncio.run(main())
