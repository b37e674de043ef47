"""One entry among a thousand that Neo4j refuses for good: the others go in, and it does when the cause is gone.

An administrator has made a constraint of his own, that no two lots may have one description.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from graph.neo4j.driver import Address, Server
from hub.app import open_hub
from hub.settings import Settings
from tests.faults.scene import Row, Tell
from tests.faults.test_poison import POISON, settled, take
from tests.servers import free_port
from tests.servers.neo4j import Neo4j

pytestmark = pytest.mark.slow

CONSTRAINT = "CREATE CONSTRAINT administrators FOR (n:MaterialLot) REQUIRE n.description IS UNIQUE"
NO_CONSTRAINT = "DROP CONSTRAINT administrators IF EXISTS"
COUNT = "MATCH (n:MaterialLot) WHERE NOT n.placeholder RETURN count(n)"


async def test_the_rest_goes_in_and_it_does_when_the_cause_is_gone(tmp_path: Path, neo4j: Neo4j, tell: Tell) -> None:
    settings = Settings(data=tmp_path, broker="amqtt", mqtt=f"127.0.0.1:{free_port()}", graph=neo4j.url)
    server = Server(Address.parse(neo4j.url, None), 30.0)
    try:
        async with open_hub(settings) as opened:
            await server.run(CONSTRAINT)
            await take(opened, 1000, b'{"description": "the same"}')
            await settled(opened)
            neo4j.pause()
            try:
                # All of them wait, so that they come in one batch.
                await asyncio.gather(*(take(opened, number, said(number)) for number in range(1000)))
            finally:
                neo4j.resume()
            await settled(opened)
            assert await server.run(COUNT) == [[1000]]
            (letter,) = await opened.journal.dead_letters(10)
            assert letter.refusal.topic.endswith(POISON)
            assert (await opened.journal.status()).refused == 1
            assert "already exists" in letter.refusal.reasons[0].expected

            await server.run(NO_CONSTRAINT)
            assert await opened.replay(letter) == ()
            await settled(opened)
            status = await opened.journal.status()
            shown = (await opened.store.counts())["MaterialLot"]
            assert await opened.journal.dead_letters(10) == []
            # The one that was tried again is in the journal's count a second time.
            doubled = status.accepted - 1002
            tell(Row("one of 1,000 refused, Neo4j", 1001, 1001, 1001 - shown, doubled, 0, 0, 0, None, "1 refused"))
            assert (shown, status.accepted, status.pending) == (1001, 1002, 0)
    finally:
        await server.run(NO_CONSTRAINT)
        await server.close()


def said(number: int) -> bytes:
    description = "the same" if f"LOT-{number}" == POISON else f"of {number}"
    return b'{"description": "%b", "assembledFrom": ["LOT-%d"]}' % (description.encode(), max(0, number - 1))
