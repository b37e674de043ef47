"""What is kept of sources that push, beside a journal in PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from connectors.load import Connector
from connectors.push.doors import Posted
from connectors.schedule import Around, always
from connectors.state import Server, State
from connectors.wire.address import Url
from hub.connect.running import doors_for
from hub.journal.open import open_journal
from hub.journal.postgres_server import SESSION, Place
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules
from tests.connectors.pushed import until
from tests.connectors.running import Taken
from tests.connectors.test_webhook import HOOK, SECRET
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.slow


async def test_a_hub_that_takes_over_knows_what_was_told(
    postgres: Postgres, connector: Callable[[str], Connector], tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(SECRET)
    hook, taken = connector(HOOK + "delivery: number\n"), Taken()

    def posted(body: bytes) -> Posted:
        async def read(_most: int) -> bytes:
            return body

        return Posted({"x-token": SECRET}, {}, None, read)

    async def told(body: bytes) -> dict[str, object]:
        with closing(State(Server(Place(Url.parse(url)).parameters, SESSION))) as state:
            doors = doors_for([hook])
            around = Around(tmp_path, state, Contract(MODEL, Rules()), "uns/v1", taken.publish, doors)
            task = asyncio.create_task(always(hook, around))
            try:
                await until(lambda: doors.of("mes") is not None)
                take = doors.of("mes")
                assert take is not None
                answered = await take(posted(body))
                return {"status": answered.status, **answered.told}
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    with postgres.database() as url:
        await (await open_journal(Url.parse(url))).close()
        first = b'{"lot": "L1", "name": "White", "number": 1}'
        assert await told(first) == {"status": 200, "taken": 1, "unchanged": 0}
        assert await told(first) == {"status": 200, "taken": 0, "unchanged": 1}
        assert await told(first.replace(b"White", b"Red")) == {"status": 200, "taken": 0, "unchanged": 1}
        set_aside = await told(b'{"lot": "L2", "state": "X\\u0000", "number": 2}')
        assert set_aside["status"] == 202
        with closing(State(Server(Place(Url.parse(url)).parameters, SESSION))) as state:
            assert [letter.record["lot"] for letter in state.letters("mes")] == ["L2"]
