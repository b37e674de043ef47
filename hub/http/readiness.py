"""Whether every part of a hub is up: each is asked how it is, at once and not for long, and what it has failed to do.

A probe that hears nothing takes the hub itself for dead, so that a part which hangs must not hold up the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from connectors.errors import StateError
from graph.store import GraphStore
from hub.app import Hub
from hub.clock import instant
from hub.connect.desk import Desk
from hub.connect.told import sentence
from hub.errors import JournalError
from hub.journal.port import Journal
from hub.messages import Broker
from hub.troubles import Part, Trouble

ANSWER_SECONDS = 3.0
"""How long a part is given to say how it is."""

Told = tuple[bool, str]
"""Whether a part is well, and what it says of itself."""


async def readiness(hub: Hub) -> tuple[bool, dict[str, Any]]:
    """Whether the hub is ready, and each part's word on itself as JSON."""
    refusing = hub.troubles.of(Part.JOURNAL)
    # A hub that can't keep messages leaves the broker again and again, to be sent them anew; the broker is well.
    publishing = None if refusing else hub.troubles.of(Part.PUBLISHING)
    asked: dict[str, tuple[Coroutine[Any, Any, Told], Trouble | None]] = {
        "broker": (_broker(hub.broker), publishing),
        "journal": (_journal(hub.journal), refusing),
    }
    if hub.graph is not None:
        asked["graph"] = (_graph(hub.graph), hub.troubles.of(Part.GRAPH))
    async with asyncio.TaskGroup() as tasks:
        told_of_connectors = tasks.create_task(connectors(hub.desk))
        told = await asyncio.gather(*(_in_time(answer) for answer, _ in asked.values()))
    parts = {name: _part(*said, asked[name][1]) for name, said in zip(asked, told, strict=True)}
    ready = all(part["ok"] for part in parts.values())
    if (seen := told_of_connectors.result()) is not None:
        # A source that fails makes no hub unready: what came from it stays, and questions are answered.
        parts["connectors"] = _part(*seen, None)
    return ready, {"ready": ready, "name": hub.settings.name, "role": hub.settings.role, **parts}


async def connectors(desk: Desk) -> Told | None:
    """What connectors do; None where there are none."""
    if desk.fault:
        return False, desk.fault
    return await _in_time(_connectors(desk)) if desk.connectors else None


async def _connectors(desk: Desk) -> Told:
    try:
        return sentence(await desk.statuses())
    except StateError as error:
        return False, str(error)


async def _broker(broker: Broker) -> Told:
    status = await broker.status()
    where = f"{status.product} at {status.address}"
    if status.connected or status.returning:
        return True, f"{where}: {status.guarantee}"
    return False, f"{where}: {status.problem}"


async def _journal(journal: Journal) -> Told:
    try:
        return True, (await journal.status()).detail
    except JournalError as error:
        return False, str(error)


async def _graph(store: GraphStore) -> Told:
    health = await store.health()
    return health.ok, health.detail


async def _in_time(answer: Coroutine[Any, Any, Told]) -> Told:
    """What a part says of itself, or that it says nothing; then its answer is left to come to its own end."""
    task = asyncio.create_task(answer)
    done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
    if done:
        return task.result()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return False, f"no answer within {ANSWER_SECONDS:g} s; see how it is"


def _part(ok: bool, detail: str, trouble: Trouble | None) -> dict[str, Any]:
    """How a part is, as far as it was asked, and what it lately failed to do."""
    if trouble is None:
        return {"ok": ok, "detail": detail}
    told = trouble.what if ok else detail
    return {"ok": False, "detail": told, "since": instant(trouble.since), "failures": trouble.count}
