from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import SchemaMismatch
from graph.ladybug import ddl
from graph.ladybug.store import LadybugStore
from graph.plan import Direction, Lookup, Many, Own, Paging, Plan, Select, Value
from graph.projection import project
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.json import Json
from schema.model import MODEL
from schema.model.base import Entity, Quantity, Ref, RefObject, attribute, declare, link
from schema.registry import Model, build
from tests.contracts.graph_world import WORLD


class FirstUse(RefObject):
    """A reference with one attribute."""

    place: int | None = attribute("Where.")


class SecondUse(FirstUse):
    """A reference with another besides."""

    amount: Quantity | None = attribute("How much.")


def first() -> Model:
    class Box(Entity):
        """A box."""

        kind = declare("tests", plural="boxes", source="made up")
        size: int | None = attribute("How big.")
        holds: list[str | FirstUse] | None = link("HOLDS", "Box", "heldIn", "What is in it.", inverse_description="…")

    return build((Box,))


def second() -> Model:
    class Box(Entity):
        """A box with more to say, that holds more kinds of things."""

        kind = declare("tests", plural="boxes", source="made up")
        size: int | None = attribute("How big.")
        weight: Quantity | None = attribute("How heavy.")
        holds: list[str | SecondUse] | None = link("HOLDS", "Box", "heldIn", "What is in it.", inverse_description="…")
        things: list[str | SecondUse] | None = link(
            "HOLDS", "Thing", "heldIn", "What is in it.", inverse_description="…"
        )

    class Thing(Entity):
        """What is in a box."""

        kind = declare("tests", plural="things", source="made up")
        owner: Ref | None = link("OWNED_BY", "Box", "owned", "Whose it is.", inverse_description="…")

    return build((Box, Thing))


def contradicting() -> Model:
    class Box(Entity):
        """A box whose size is a text."""

        kind = declare("tests", plural="boxes", source="made up")
        size: str | None = attribute("How big.")

    return build((Box,))


def boxes(*, holds: str, **cells: Json) -> Assertion:
    uses: Json = [{"to": {"id": holds}, "with": {"place": 3}}]
    return Assertion("mes", "Box", "A", Stamp(0, "m"), {"size": 2**40, "holds": uses, **cells})


async def test_a_model_that_grew_keeps_what_was_there(tmp_path: Path) -> None:
    store = await LadybugStore.open(tmp_path / "graph", first())
    assert len(await store.migrate()) == 5
    async with store.write() as tx:
        await project(tx, first(), EQUAL, [boxes(holds="B")])
    await store.close()

    model = second()
    store = await LadybugStore.open(tmp_path / "graph", model)
    assert list(await store.migrate()) == [
        "ALTER TABLE `Box` ADD `weight` DOUBLE",
        "ALTER TABLE `Box` ADD `weight_unit` STRING",
        next(s for s in ddl.additions(ddl.tables(model), ddl.Tables({}, {}, {})) if "TABLE `Thing`" in s),
        "ALTER TABLE `HOLDS` ADD FROM `Box` TO `Thing`",
        "ALTER TABLE `HOLDS` ADD `amount` DOUBLE",
        "ALTER TABLE `HOLDS` ADD `amount_unit` STRING",
        "CREATE REL TABLE `OWNED_BY`(FROM `Thing` TO `Box`, `_occurrence` INT64, `_golden` BOOL, `_stated` STRING)",
    ]
    assert await store.migrate() == ()
    more = Assertion(
        "mes", "Box", "A", Stamp(1, "n"), {"weight": {"value": 1.5, "unit": "kg"}, "things": [{"to": {"id": "T"}}]}
    )
    async with store.write() as tx:
        await project(tx, model, EQUAL, [more])
    box, thing = model.kind("Box"), model.kind("Thing")
    links = {name: Direction(box.links[name]) for name in ("holds", "things")}
    place = box.links["holds"].attributes[0]
    select = Select(
        box,
        (Value("size", box.attributes["size"]), Value("weight", box.attributes["weight"])),
        manys=(
            Many("holds", links["holds"], Select(box, (Value("id", Own.ID),)), (Value("place", place),), Paging()),
            Many("things", links["things"], Select(thing, (Value("id", Own.ID),)), (), Paging()),
        ),
    )
    read = (await store.read(Plan((Lookup("box", "i", select),)), {"i": "id:A", "first": 9}))["box"]
    assert (read["size"], read["weight"]) == (2**40, {"value": 1.5, "unit": "kg"})
    assert [(row["node"], row["edge"]) for row in read["holds"]["rows"]] == [({"id": "B"}, {"place": 3})]
    assert [row["node"] for row in read["things"]["rows"]] == [{"id": "T"}]
    await store.close()


async def test_a_model_that_shrank_changes_nothing_until_cleared(tmp_path: Path) -> None:
    store = await LadybugStore.open(tmp_path / "graph", second())
    await store.migrate()
    await store.close()
    store = await LadybugStore.open(tmp_path / "graph", first())
    assert await store.migrate() == ()
    await store.clear()
    assert await store.migrate() == ()
    await store.close()
    store = await LadybugStore.open(tmp_path / "graph", second())
    assert "ALTER TABLE `Box` ADD `weight` DOUBLE" in await store.migrate()
    await store.close()


async def test_a_type_that_changed_asks_for_a_rebuild_which_works(tmp_path: Path) -> None:
    store = await LadybugStore.open(tmp_path / "graph", first())
    await store.migrate()
    await store.close()
    store = await LadybugStore.open(tmp_path / "graph", contradicting())
    with pytest.raises(
        SchemaMismatch, match=r"Box\.size is INT64 in the graph and STRING in the model; .*unshub rebuild"
    ):
        await store.migrate()
    await store.clear()
    assert await store.migrate() == ()
    await store.close()


@pytest.mark.parametrize("model", [MODEL, WORLD, first(), second()])
def test_tables_hold_every_kind_attribute_and_link(model: Model) -> None:
    tables = ddl.tables(model)
    for kind in model:
        assert kind.attributes.keys() <= tables.nodes[kind.name].keys()
    for link_ in model.links:
        assert (link_.source, link_.target) in tables.pairs[link_.relationship]
        assert {a.name for a in link_.attributes} <= tables.edges[link_.relationship].keys()


def test_names_that_differ_only_in_case_are_refused() -> None:
    class Holds(Entity):
        """Named like its relationship."""

        kind = declare("tests", plural="holdings", source="made up")
        more: Ref | None = link("HOLDS", "Holds", "less", "…", inverse_description="…")

    with pytest.raises(SchemaMismatch, match="differ only in case"):
        ddl.tables(build((Holds,)))
