"""What a model refuses to be built from, and what it derives."""

from __future__ import annotations

from typing import Any

import pytest

from schema.errors import ModelError
from schema.model.base import Entity, Instant, Quantity, Ref, RefObject, RefWith, Term, attribute, declare, link
from schema.registry import AttributeType, build


class Colour(Term):
    """A colour."""

    RED = "RED", "Like blood."


class Timed(RefObject):
    """A reference with a time."""

    time: Instant | None = attribute("When.")


class Weighed(RefObject):
    """A reference whose `time` is no time."""

    time: Quantity | None = attribute("How long.")


class Plant(Entity):
    """Where things
    are made."""

    kind = declare("test", plural="plants", source="none")


class Machine(Entity):
    """Something that makes things."""

    kind = declare("test", plural="machines", source="none", composites=(("maker", "a"), ("z", "b")), parent="part_of")

    colour: Colour | None = attribute("Its colour.")
    part_of: Ref | None = link("PART_OF", "Machine", "parts", "Above.", inverse_description="Below.")
    stood_in: list[RefWith[Timed]] | None = link("STOOD_IN", "Plant", "machines", "Where.", inverse_description="Who.")


def kind(*, plural: str = "others", parent: str | None = None, **fields: tuple[Any, Any]) -> type[Entity]:
    """A kind called Other with these fields, each as its type and its declaration."""
    body = {name: declared for name, (_, declared) in fields.items()}
    types = {name: type_ for name, (type_, _) in fields.items()}
    info = declare("test", plural=plural, source="none", parent=parent)
    return type("Other", (Entity,), {"__doc__": "Other.", "__annotations__": types, "kind": info, **body})


def to(target: str, inverse: str, relationship: str = "SEES") -> Any:
    return link(relationship, target, inverse, "There.", inverse_description="Back.")


def test_a_model_knows_its_kinds_by_name_topic_and_field() -> None:
    model = build((Plant, Machine))
    assert list(model.kinds) == ["Plant", "Machine"]
    assert model.by_topic["machine"] is model.kind("Machine")
    assert (model.kind("Machine").field, model.kind("Machine").plural) == ("machine", "machines")
    assert model.kind("Plant").description == "Where things are made."


def test_links_carry_what_they_were_declared_with() -> None:
    model = build((Plant, Machine))
    stood = model.kind("Machine").links["stoodIn"]
    assert (stood.relationship, stood.source, stood.target, stood.many) == ("STOOD_IN", "Machine", "Plant", True)
    assert [(a.name, a.data_type) for a in stood.attributes] == [("time", AttributeType.INSTANT)]
    assert model.kind("Plant").inverses["machines"] is stood
    assert model.relationships["STOOD_IN"] == (stood,)


def test_a_parent_is_a_link_to_one_and_composites_are_in_order() -> None:
    machine = build((Plant, Machine)).kind("Machine")
    assert machine.parent is machine.links["partOf"]
    assert machine.composites == (("a", "maker"), ("b", "z"))
    assert machine.composite_parts == {"a", "maker", "b", "z"}


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"no kind 'Ship'; the model has Machine, Plant"):
        build((Plant, Machine)).kind("Ship")


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (kind(a=(Ref | None, to("Ship", "others"))), r"Other\.a refers to the kind 'Ship', which is not declared"),
        (kind(a=(Ref | None, to("Plant", "machines"))), r"both call their inverse 'machines'"),
        (
            kind(a=(Ref | None, to("Plant", "xs")), b=(Ref | None, to("Plant", "ys"))),
            r"Other\.b: Other SEES Plant is declared twice",
        ),
        (kind(path=(str | None, attribute("A path."))), r"Other\.path is taken"),
        (kind(edges=(str | None, attribute("Edges."))), r"Other\.edges is taken"),
        (kind(a=(Ref | None, to("Plant", "sources"))), r"Plant\.sources is taken"),
        (kind(a=(Ref | None, to("Plant", "Others"))), r"Plant\.Others is taken or not camelCase"),
        (kind(a=(Ref | None, to("Machine", "colour"))), r"Machine\.colour is taken"),
        (kind(plural="machines"), r"Other can't be found under 'machines', which Machine has"),
        (kind(plural="other"), r"Other can't be found under 'other', which Other has"),
        (kind(plural="the others"), r"Other can't be found under 'the others'"),
        (kind(a=(Ref | None, to("Plant", "others", "sees"))), r"'sees' is not in capitals"),
        (
            kind(a=(RefWith[Weighed] | None, to("Plant", "others", "STOOD_IN"))),
            r"Other\.a, attribute 'time' is quantity, but instant on Machine\.stoodIn",
        ),
        (kind(parent="a"), r"Other: parent 'a' is not a link to one"),
        (kind(parent="a", a=(list[Ref] | None, to("Other", "others"))), r"parent 'a' is not a link to one"),
        (kind(a=(str | None, to("Plant", "others"))), r"Other\.a is a link: type it Ref"),
        (kind(a=(complex | None, attribute("A number."))), r"attribute 'a' has the type .*complex"),
        (kind(a=(list[int] | None, attribute("Numbers."))), r"attribute 'a' has the type"),
    ],
)
def test_a_contradiction_is_refused_when_the_model_is_built(other: type[Entity], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        build((Plant, Machine, other))


def test_no_link_attribute_takes_the_name_of_what_every_edge_has() -> None:
    class Noded(RefObject):
        """A reference that would hide the edge's node."""

        node: str | None = attribute("Hidden.")

    with pytest.raises(ModelError, match=r"attribute 'node': every edge has that name already"):
        build((Plant, Machine, kind(a=(RefWith[Noded] | None, to("Plant", "others")))))
