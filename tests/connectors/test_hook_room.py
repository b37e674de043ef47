"""Room for the bodies of requests: so much for each connector, until its answer."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import httpx
import pytest
from starlette.applications import Starlette

from connectors.push.doors import Answered, Doors, Posted, TooMuch
from hub.http import hooks


async def test_bodies_take_room_until_they_are_answered_and_of_their_own_connector(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hooks, "MOST_BYTES", 1000)
    gate, entered = asyncio.Event(), asyncio.Event()

    async def slow(posted: Posted) -> Answered:
        try:
            await posted.body(10_000)
        except TooMuch:
            return Answered(429, "Too Many Requests")
        entered.set()
        await gate.wait()
        return Answered(200)

    async def other(posted: Posted) -> Answered:
        await posted.body(10_000)
        return Answered(200)

    doors = Doors()
    app = Starlette(routes=hooks.routes(lambda: doors))
    with ExitStack() as stack:
        stack.enter_context(doors.opened("a", slow))
        stack.enter_context(doors.opened("b", other))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            first = asyncio.create_task(client.post("/hooks/a", content=b"x" * 600))
            await entered.wait()
            assert (await client.post("/hooks/a", content=b"x" * 600)).status_code == 429
            assert (await client.post("/hooks/b", content=b"x" * 900)).status_code == 200
            gate.set()
            assert (await first).status_code == 200
            assert (await client.post("/hooks/a", content=b"x" * 900)).status_code == 200
