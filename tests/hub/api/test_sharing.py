"""Many subscribers, and slow ones: one evaluation of a change for all who ask the same, a bounded memory of each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from hub.announcing.live import Change, ChangeType
from hub.api import evaluation
from tests.hub.api.conftest import Api
from tests.hub.api.listening import Listener, connected, listeners, listening

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBSCRIBERS = 1_000
LOTS = "subscription ($where: MaterialLotWhere) { materialLotChanged(where: $where) { id change entity { name } } }"


async def subscribed(api: Api, listener: Listener, ids: Sequence[str], payload: dict[str, Any]) -> None:
    """Subscribes under each id; returns when all have begun."""
    for id_ in ids:
        await listener.send(id=id_, type="subscribe", payload=payload)
    # Each is answered to by itself: what has begun takes no second one of its id, and what is asked last is last.
    await listener.send(id="last", type="subscribe", payload={"query": "{ hub { version } }"})
    assert [(await listener.receive())["type"] for _ in range(2)] == ["next", "complete"]


@pytest.mark.parametrize("where", [None, {"name": {"startsWith": "Shared"}}], ids=["all", "where"])
async def test_a_thousand_equal_subscriptions_cost_one_evaluation_a_change(
    api: Api, where: dict[str, Any] | None
) -> None:
    """However many there are, the store is read as often as for one of them."""
    topic = "acme/_source/mes/material-lot/SHARED-1"
    reads: dict[int, int] = {}
    for hour, subscribers in enumerate((1, SUBSCRIBERS), start=3 if where else 1):
        await listeners(api, 0)
        async with connected(api) as first, connected(api) as second:
            ids = [str(number) for number in range(subscribers // 2)]
            shares = ((first, ids), (second, [*ids, "one more"][: subscribers - len(ids)]))
            for listener, share in shares:
                await subscribed(api, listener, share, {"query": LOTS, "variables": {"where": where}})
            await listeners(api, 1)
            before = len(api.plans)
            await api.take(topic, {"name": f"Shared by {subscribers}"}, hour)
            for listener, share in shares:
                told = [await listener.receive() for _ in share]
                assert {message["id"] for message in told} == set(share)
                names = {message["payload"]["data"]["materialLotChanged"]["entity"]["name"] for message in told}
                assert not share or names == {f"Shared by {subscribers}"}
            reads[subscribers] = len(api.plans) - before
    assert reads[SUBSCRIBERS] == reads[1] > 0


def big(number: int) -> Change:
    """A change that takes much room on its way."""
    return Change("Person", f"{number:06}{'x' * 20_000}", ChangeType.UPDATED, None, None, (), (), 0)


async def stall(api: Api, listener: Listener) -> int:
    """Lets a subscriber read no more, until what it is sent has nowhere to go; gives how many were sent."""
    listener.stop_reading()
    sent = 0
    # Sockets take some megabytes; afterwards everything waits in the hub.
    for _ in range(1_000):
        api.hub.changes.publish([big(sent)])
        sent += 1
        await asyncio.sleep(0)
    return sent


SLOW = "subscription { changes { id change missed changed path pathBefore } }"


async def test_one_who_stalls_is_told_later_how_many_it_missed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "MOST_BEHIND", 100)
    async with listening(api, SLOW) as slow:
        sent = await stall(api, slow)
        api.hub.changes.publish([Change("Person", "last", ChangeType.UPDATED, None, None, (), (), 0)])
        slow.read_on()
        told: list[int] = []
        missed: list[int] = []
        while (event := await slow.change())["id"] != "last":
            if event["change"] == "LAGGED":
                missed.append(event["missed"])
            else:
                told.append(int(event["id"][:6]))
    assert told == sorted(told)
    assert len(told) + sum(missed) == sent
    assert sum(missed) > 0 and len(told) > 100, "some were sent, some were missed"


async def test_changes_that_a_stalled_subscriber_has_not_taken_become_one(api: Api) -> None:
    topic = "acme/{}/_source/mes/person/SLOW-{}"
    async with listening(api, SLOW) as slow:
        await stall(api, slow)
        await api.take(topic.format("north", 1), {"name": "Ada"}, 1)
        await api.take(topic.format("south", 1), {"name": "Ada L.", "active": True}, 2)
        await api.take(topic.format("north", 2), {"name": "gone again"}, 1)
        await api.take(topic.format("north", 2), None, 2)
        await api.take(topic.format("north", 3), {"name": "the last"}, 3)
        slow.read_on()
        told: list[dict[str, Any]] = []
        while not told or told[-1]["id"] != "SLOW-3":
            event = await slow.change()
            if event["id"].startswith("SLOW"):
                told.append(event)
    assert [event["id"] for event in told] == ["SLOW-1", "SLOW-3"], "what came and went is not told of"
    one = told[0]
    assert (one["change"], one["path"], one["pathBefore"]) == ("CREATED", "acme/south", None)
    assert {"name", "active", "path"} <= set(one["changed"])


async def test_one_who_stalls_holds_back_none_with_an_equal_plan(api: Api) -> None:
    query = "subscription Equal { changes { id } }"
    async with connected(api) as slow, connected(api) as quick:
        for listener in (slow, quick):
            await subscribed(api, listener, ["1"], {"query": query})
        slow.stop_reading()
        for number in range(500):
            api.hub.changes.publish([big(number)])
            assert (await quick.change())["id"] == big(number).id
        slow.read_on()
        seen = [(await slow.change())["id"] for _ in range(500)]
    assert seen == [big(number).id for number in range(500)], "none was lost: it was not too far behind"


async def test_what_was_missed_is_told_since_the_cursor_of_the_gap(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """More things change with one commit than a subscriber may be behind."""
    monkeypatch.setattr(evaluation, "MOST_BEHIND", 50)
    query = "subscription ($since: String) { changes(since: $since) { id change missed cursor replayed } }"
    wanted = {f"GAP-{number:03}" for number in range(200)}
    said = [{"id": id_, "name": "Ada", "observedAt": "2026-03-01T01:00:00Z"} for id_ in sorted(wanted)]
    async with listening(api, query, {"since": None}) as listener:
        await api.take("acme/_source/mes/person", said, 1)
        gap = await listener.change()
        told = {(await listener.change())["id"] for _ in range(50)}
    assert (gap["change"], gap["missed"], gap["replayed"]) == ("LAGGED", 150, False)
    assert told == set(sorted(wanted)[150:]), "the oldest are lost"
    async with listening(api, query, {"since": gap["cursor"]}) as again:
        found: dict[str, bool] = {}
        while not wanted <= found.keys():
            event = await again.change()
            found[event["id"]] = event["replayed"]
    assert all(found[id_] for id_ in wanted)
