"""Who was away goes on since a cursor, and misses nothing, whatever happened to the things meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from itertools import count
from typing import Any, Self

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.announcing import position
from hub.api.positions import Positions
from tests.hub.api.conftest import Api
from tests.hub.api.listening import Listener, connected, listening

pytestmark = pytest.mark.asyncio(loop_scope="session")

PREFIXES = count()


@pytest.fixture(autouse=True, scope="module")
def looks_often() -> Iterator[None]:
    """How far all is told is looked at so often that a cursor is seldom behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(position, "PAUSE", 0.005)
        yield


EVERY = """subscription ($since: String) {
  materialLotChanged(since: $since) { id change cursor entity { id name } } }"""
CHOSEN = """subscription ($since: String, $where: MaterialLotWhere) {
  materialLotChanged(since: $since, where: $where) { id change cursor entity { id name } } }"""
LISTED = """query ($where: MaterialLotWhere) { materialLots(where: $where, first: 1000) { nodes { id name } } }"""

Step = tuple[str, int, int]

SAID = st.lists(
    st.tuples(st.sampled_from(["say", "say", "say", "withdraw"]), st.integers(0, 2), st.integers(0, 1)),
    min_size=1,
    max_size=4,
)
ROUNDS = st.lists(st.tuples(SAID, st.sampled_from([0, 1, 2, 3, 3, 3]), SAID), min_size=1, max_size=3)
"""Each: what is said while the client listens, how many events it takes before it goes, what is said then."""


class Client:
    """Keeps a list of the lots whose ids begin in one way, over connections that come and go."""

    def __init__(self, api: Api, prefix: str, *, chosen: bool) -> None:
        self._api, self._prefix, self._chosen = api, prefix, chosen
        self._where = {"id": {"startsWith": prefix}}
        self._open = contextlib.AsyncExitStack()
        self._listener: Listener | None = None
        self._cursor: str | None = None
        self.view: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leave()

    async def back(self) -> None:
        if self._listener is None:
            variables = {"since": self._cursor} | ({"where": self._where} if self._chosen else {})
            query = CHOSEN if self._chosen else EVERY
            self._listener = await self._open.enter_async_context(listening(self._api, query, variables))
            if self._cursor is None:
                self.view = await self.listed()

    async def away(self, events: int) -> None:
        """Goes, having taken no more than so many of the events that were sent; with 3 it has taken all."""
        if events == 3:
            await self._take_all(f"NOW-{next(PREFIXES)}")
        elif self._listener is not None:
            with contextlib.suppress(TimeoutError):
                for _ in range(events):
                    async with asyncio.timeout(0.05):
                        self._take(await self._listener.change())
        await self._leave()

    async def end(self) -> None:
        """Takes all there is to take, and goes."""
        await self.back()
        await self._take_all("END")
        await self._leave()

    async def _take_all(self, marker: str) -> None:
        if self._listener is None:
            return
        last, end = await self._api.hub.journal.last(), f"{self._prefix}{marker}"
        while self._api.hub.changes.position < last:
            await asyncio.sleep(0.001)
        await self._api.take(f"acme/_source/mes/material-lot/{end}", {"status": "RELEASED"}, 23)
        while end not in self.view:
            self._take(await self._listener.change())

    async def listed(self) -> dict[str, Any]:
        found = await self._api.data(LISTED, {"where": self._where})
        return {lot["id"]: lot for lot in found["materialLots"]["nodes"]}

    def _take(self, change: dict[str, Any]) -> None:
        self._cursor = change["cursor"]
        if change["change"] in ("DELETED", "LEFT"):
            self.view.pop(change["id"], None)
        elif change["id"].startswith(self._prefix):
            self.view[change["id"]] = change["entity"]

    async def _leave(self) -> None:
        self._listener = None
        await self._open.aclose()


async def say(api: Api, prefix: str, hours: Iterator[int], said: list[Step]) -> None:
    for step, lot, serial in said:
        topic, hour = f"acme/_source/mes/material-lot/{prefix}{lot}", next(hours)
        numbers = {"serial": f"{prefix}{serial}"} if serial else {}
        body = {"name": f"at {hour}", "identifiers": numbers, "$replace": True}
        await api.take(topic, None if step == "withdraw" else body, hour)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rounds=ROUNDS, chosen=st.booleans())
async def test_whoever_comes_and_goes_ends_with_what_a_fresh_question_gives(
    api: Api, rounds: list[tuple[list[Step], int, list[Step]]], chosen: bool
) -> None:
    """Lots that share a serial number are one, and come apart again; some are withdrawn."""
    prefix, hours = f"SINCE-{next(PREFIXES)}-", count()
    async with Client(api, prefix, chosen=chosen) as client:
        for here, taken, gone in rounds:
            await client.back()
            await say(api, prefix, hours, here)
            await client.away(taken)
            await say(api, prefix, hours, gone)
        await client.end()
        assert client.view == await client.listed()


async def told_since(api: Api, query: str, cursor: str, *last: str) -> dict[str, dict[str, Any]]:
    """The last event of each thing since a cursor, until those given last have come."""
    found: dict[str, dict[str, Any]] = {}
    async with listening(api, query, {"since": cursor}) as listener:
        while not found.keys() >= set(last):
            event = await listener.change()
            found[event["id"]] = event
    return found


async def cursor_now(api: Api, query: str) -> str:
    """A cursor that stands for all that was said so far."""
    async with listening(api, query, {"since": None}) as listener:
        last = await api.hub.journal.last()
        while api.hub.changes.position < last:
            await asyncio.sleep(0.001)
        await api.take(f"acme/_source/mes/material-lot/NOW-{next(PREFIXES)}", {"status": "RELEASED"}, 1)
        return str((await listener.change())["cursor"])


ALL = "subscription ($since: String) { changes(since: $since) { id change replayed cursor entity { id kind } } }"


async def test_things_that_became_one_while_away_are_told_of_under_both_ids(api: Api) -> None:
    for number in (1, 2):
        await api.take(f"acme/_source/mes/material-lot/ONE-{number}", {"identifiers": {"serial": f"one-{number}"}}, 1)
    cursor = await cursor_now(api, ALL)
    # The message names neither of the two.
    await api.take("acme/_source/erp/material-lot/ONE-3", {"identifiers": {"serial": "one-1", "gtin": "1"}}, 2)
    await api.take("acme/_source/mes/material-lot/ONE-2", {"identifiers": {"gtin": "1", "lot": "A"}}, 3)
    await api.take(
        "acme/_source/erp/material-lot/ONE-4", {"identifiers": {"gtin": "1", "lot": "A", "serial": "one-1"}}, 4
    )
    told = await told_since(api, ALL, cursor, "ONE-1", "ONE-2", "ONE-3", "ONE-4")
    there = {id_ for id_, event in told.items() if event["change"] != "DELETED" and id_.startswith("ONE-")}
    found = await api.data('{ materialLots(where: {id: {startsWith: "ONE-"}}) { nodes { id } } }')
    assert there == {lot["id"] for lot in found["materialLots"]["nodes"]}


async def test_things_that_came_apart_while_away_are_both_told_of(api: Api) -> None:
    for system, id_, serial in (("mes", "TWO-1", "x"), ("mes", "TWO-2", "y")):
        await api.take(f"acme/_source/{system}/material-lot/{id_}", {"identifiers": {"serial": f"two-{serial}"}}, 1)
    bridge = "acme/_source/erp/material-lot/TWO-0"
    await api.take(bridge, {"identifiers": {"serial": "two-x"}}, 1)
    await api.take("acme/_source/qms/material-lot/TWO-0", {"identifiers": {"serial": "two-y"}}, 1)
    found = await api.data('{ materialLots(where: {id: {startsWith: "TWO-"}}) { nodes { id } } }')
    assert [lot["id"] for lot in found["materialLots"]["nodes"]] == ["TWO-0"], "they are one"
    cursor = await cursor_now(api, ALL)
    await api.take(bridge, None, 2)
    told = await told_since(api, ALL, cursor, "TWO-0", "TWO-1")
    assert told["TWO-1"]["replayed"]
    assert told["TWO-1"]["entity"] == {"id": "TWO-1", "kind": "MaterialLot"}


async def test_a_link_that_came_to_lead_elsewhere_is_told_of_with_the_thing_that_has_it(api: Api) -> None:
    query = (
        "subscription ($since: String) { sampleChanged(since: $since) { id cursor entity { lot { id placeholder } } } }"
    )
    await api.take("acme/_source/lims/sample/LINK-1", {"lot": {"serial": "link-1"}}, 1)
    cursor = await cursor_now(api, ALL)
    await api.take("acme/_source/mes/material-lot/LINK-LOT", {"identifiers": {"serial": "link-1"}}, 2)
    told = await told_since(api, query, cursor, "LINK-1")
    assert told["LINK-1"]["entity"]["lot"] == {"id": "LINK-LOT", "placeholder": False}


@pytest.mark.parametrize("cursor", ["", "x", "Y2hhbmdlOjA6MQ", "Y2hhbmdlOnh4OjU"])
async def test_a_cursor_that_is_none_or_of_another_journal_is_refused(api: Api, cursor: str) -> None:
    async with connected(api) as listener:
        await listener.send(id="1", type="subscribe", payload={"query": ALL, "variables": {"since": cursor}})
        told = await listener.receive()
    assert told["type"] == "error" and "`since` is" in told["payload"][0]["message"]


async def test_a_cursor_from_beyond_the_journals_end_is_refused(api: Api) -> None:
    beyond = (await Positions.of(api.hub.journal)).cursor(10**9)
    async with connected(api) as listener:
        await listener.send(id="1", type="subscribe", payload={"query": ALL, "variables": {"since": beyond}})
        told = await listener.receive()
    assert told["type"] == "error" and "beyond the end" in told["payload"][0]["message"]
