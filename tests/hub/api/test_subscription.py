"""What subscribers are told: of which changes, in which words, since when."""

from __future__ import annotations

from typing import Any

import pytest

from graph.errors import ReadFailed
from hub.announcing.live import Change, ChangeType
from hub.api.schema import HubSchema
from schema.model import MODEL
from tests.hub.api.conftest import Api
from tests.hub.api.listening import connected, listening

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCHEMA = HubSchema(MODEL).core


async def test_changes_tell_what_happened_and_the_thing_as_it_is_now(api: Api) -> None:
    query = """subscription { changes(kinds: ["Person"]) { kind id change path changed systems
      entity { __typename id name ... on Person { active } } } }"""
    topic = "acme/north/_source/mes/person/P-1"
    async with listening(api, query) as listener:
        await api.take("acme/_source/mes/equipment/E-1", {"name": "not a person"}, 1)
        await api.take(topic, {"name": "Ada"}, 2)
        created = await listener.change()
        assert created == {
            "kind": "Person",
            "id": "P-1",
            "change": "CREATED",
            "path": "acme/north",
            "changed": ["identifiers", "name", "path"],
            "systems": ["mes"],
            "entity": {"__typename": "Person", "id": "P-1", "name": "Ada", "active": None},
        }
        await api.take(topic, {"active": True}, 3)
        updated = await listener.change()
        assert (updated["change"], updated["changed"], updated["entity"]["active"]) == ("UPDATED", ["active"], True)
        await api.take(topic, None, 4)
        deleted = await listener.change()
        assert (deleted["change"], deleted["entity"]) == ("DELETED", None)


async def test_changes_below_a_location(api: Api) -> None:
    async with listening(api, 'subscription { changes(path: "acme/west") { id time } }') as listener:
        for number, place in enumerate(("westend", "west", "north", "west/line")):
            await api.take(f"acme/{place}/_source/mes/person/W-{number}", {"name": place}, 5)
        assert (await listener.change())["id"] == "W-1"
        last = await listener.change()
        assert last["id"] == "W-3"
        assert last["time"].endswith("Z")


async def test_who_listens_to_a_location_is_told_what_comes_and_goes(api: Api) -> None:
    query = 'subscription { changes(path: "acme/pack") { id change path pathBefore entity { path } } }'
    line, other = "acme/pack/line/_source/mes/person/M-1", "acme/store/_source/mes/person/M-1"
    async with listening(api, query) as listener:
        await api.take(other, {"name": "elsewhere"}, 1)
        await api.take(line, {"name": "here"}, 2)
        await api.take("acme/pack/_source/mes/person/M-1", {"name": "still here"}, 3)
        await api.take(other, {"name": "gone"}, 4)
        await api.take(other, {"name": "further"}, 5)
        await api.take(line, {"name": "back"}, 6)
        await api.take(line, None, 7)
        told = [await listener.change() for _ in range(5)]
    assert [(t["change"], t["pathBefore"], t["path"]) for t in told] == [
        ("ENTERED", "acme/store", "acme/pack/line"),
        ("UPDATED", "acme/pack/line", "acme/pack"),
        ("LEFT", "acme/pack", "acme/store"),
        ("ENTERED", "acme/store", "acme/pack/line"),
        ("DELETED", "acme/pack/line", "acme/pack/line"),
    ]
    assert told[-1]["entity"] is None


async def test_what_changed_is_named_as_fields_are(api: Api) -> None:
    query = 'subscription { changes(kinds: ["Sample"]) { id changed } }'
    said: list[tuple[str, dict[str, Any] | None, list[str]]] = [
        ("acme/_source/a", {"status": "RECEIVED"}, ["identifiers", "path", "status"]),
        ("acme/_source/b", {"status": "RECEIVED"}, ["sources"]),
        ("acme/_source/b", {"status": "TESTED"}, ["conflicts", "status"]),
        ("acme/x/_source/b", {"colour": "blue", "shade": 5}, ["path", "properties"]),
        ("acme/x/_source/b", {"lot": "LOT-2", "identifiers": {"serial": "s-90"}}, ["identifiers", "lot"]),
        ("acme/x/_source/b", {"colour": "blue"}, ["sources"]),
    ]
    names = set(SCHEMA.type_map["Sample"].fields)  # type: ignore[attr-defined]
    async with listening(api, query) as listener:
        for hour, (place, payload, changed) in enumerate(said):
            await api.take(f"{place}/sample/C-1", payload, hour)
            assert (await listener.change())["changed"] == changed
            assert names.issuperset(changed)
    for place in ("acme/_source/a", "acme/x/_source/b"):
        await api.take(f"{place}/sample/C-1", None, 9)


@pytest.mark.parametrize("path", ["acme//x", "/acme", "_source"])
async def test_a_location_that_is_none_is_refused(api: Api, path: str) -> None:
    async with connected(api) as listener:
        query = f'subscription {{ changes(path: "{path}") {{ id }} }}'
        await listener.send(id="1", type="subscribe", payload={"query": query})
        assert "`path` is no location" in str(await listener.receive())


async def test_an_empty_location_is_the_whole_plant(api: Api) -> None:
    async with listening(api, 'subscription { changes(path: "") { id } }') as listener:
        await api.take("acme/_source/mes/person/W-9", {"name": "Ada"}, 1)
        assert (await listener.change())["id"] == "W-9"


async def test_a_listener_that_falls_behind_is_told_of_the_gap(api: Api) -> None:
    async with listening(api, "subscription { changes { id change missed entity { id } } }") as listener:
        api.hub.changes.publish(
            Change("Person", f"L-{n}", ChangeType.CREATED, None, None, (), (), 0) for n in range(10_003)
        )
        gap = await listener.change()
        assert (gap["change"], gap["missed"], gap["id"], gap["entity"]) == ("LAGGED", 3, None, None)
        assert (await listener.change())["id"] == "L-3"


async def test_an_internal_error_is_masked_here_too(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    async with listening(api, "subscription { changes { id entity { id } } }") as listener:
        with api.broken(ReadFailed("column _secret")):
            api.hub.changes.publish([Change("Person", "X", ChangeType.UPDATED, None, None, (), (), 0)])
            payload = (await listener.receive())["payload"]
    assert payload["data"]["changes"] == {"id": "X", "entity": None}
    (error,) = payload["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in caplog.text


async def test_a_subscription_that_cannot_be_is_refused(api: Api) -> None:
    async with connected(api) as listener:
        await listener.send(
            id="1", type="subscribe", payload={"query": 'subscription { changes(kinds: ["X"]) { id } }'}
        )
        message = await listener.receive()
        assert "there is no kind 'X'" in str(message)
