"""Hypothesis strategies: a small model, and messages of it that have much to do with each other.

messages()       lists of assertions: few ids, identifiers, systems and times, so that nearly everything collides
payloads(kind)   valid payload objects of any kind, whatever its attributes and links
topics()         topics of every form, ids in any script
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any

from hypothesis import strategies as st
from pydantic import Field

from schema.assertion import Assertion, Stamp
from schema.json import Json
from schema.model.base import (
    MAX_EXACT,
    Date,
    Entity,
    Identifier,
    Instant,
    Int64,
    Number,
    Parameter,
    Quantity,
    Ref,
    RefObject,
    Term,
    attribute,
    declare,
    instant_text,
    link,
)
from schema.registry import Attribute, AttributeType, Kind, Link, Model, build
from schema.topic import CountTopic, GoldenTopic, HubTopic, SourceTopic, StateTopic, TagTopic, Topic


class LotState(Term):
    """Whether a lot may be used."""

    RELEASED = "RELEASED", "It may."
    BLOCKED = "BLOCKED", "It may not."


class LotUse(RefObject):
    """A lot that went into another."""

    quantity: Quantity | None = attribute("How much of it.")


class Item(Entity):
    """What lots are of. Items have a place below others."""

    kind = declare("test", plural="items", source="none", parent="within")

    weight: Number | None = attribute("What one weighs.")
    within: Ref | None = link("WITHIN", "Item", "parts", "The item above.", inverse_description="The items below.")


class Lot(Entity):
    """An amount of an item."""

    kind = declare("test", plural="lots", source="none", composites=(("gtin", "lot"),))

    state: LotState | None = attribute("Whether it may be used.")
    quantity: Quantity | None = attribute("What there is of it.")
    made: Instant | None = attribute("When it was made.")
    readings: list[Parameter] | None = attribute("What was measured of it.")
    definition: Ref | None = link("OF", "Item", "lots", "What it is of.", inverse_description="The lots of it.")
    made_from: list[Annotated[Identifier | LotUse, Field(union_mode="left_to_right")]] | None = link(
        "MADE_FROM", "Lot", "madeInto", "The lots in it.", inverse_description="The lots that it is in."
    )


class Order(Entity):
    """What lots are made for."""

    kind = declare("test", plural="orders", source="none")

    priority: Int64 | None = attribute("How urgent it is.")
    urgent: bool | None = attribute("Whether it comes before all others.")
    labels: list[str] | None = attribute("What people call it.")
    due: Date | None = attribute("The day on which it is due.")
    output: Ref | None = link("MAKES", "Lot", "orders", "The lot made.", inverse_description="The orders for it.")
    inputs: list[Ref] | None = link("NEEDS", "Lot", "neededBy", "The lots used.", inverse_description="Who needs it.")


SMALL_MODEL: Model = build((Item, Lot, Order))

SYSTEMS = ("erp", "lims", "mes")
IDS = ("A", "B", "C")
SCHEMES = ("gtin", "lot", "serial")

_FEW = st.sampled_from(("1", "2"))
_ALIKE: st.SearchStrategy[Json] = st.sampled_from(
    (1, True, 1.0, "1", 0, False, 0.0, -0.0, [1], [True], {"a": 1}, {"a": 1.0})
)
"""Values of JSON that Python takes for equal, though their texts differ."""
_PLACES = st.sampled_from(("acme", "acme/north", "acme/north/packing", "acme/south"))


def stamps() -> st.SearchStrategy[Stamp]:
    """Few of them: equal times and equal messages are common."""
    return st.builds(Stamp, st.integers(1, 4), st.sampled_from(("m1", "m2", "m3")))


def records_of(kind: Kind) -> st.SearchStrategy[dict[str, Json]]:
    """The cells of one message on a thing of a kind, a null for one in five."""
    cells: dict[str, st.SearchStrategy[Any]] = {"@path": _PLACES, "name": _maybe(_FEW), "properties/x": _maybe(_ALIKE)}
    cells |= {f"identifiers/{scheme}": _maybe(_FEW) for scheme in SCHEMES}
    cells |= {a.name: _maybe(_few_values(a)) for a in kind.attributes.values() if a.name != "description"}
    cells |= {name: _maybe(_statements(stated)) for name, stated in kind.links.items()}
    return st.fixed_dictionaries({}, optional=cells)


def assertions(systems: tuple[str, ...] = SYSTEMS) -> st.SearchStrategy[Assertion]:
    """One assertion of `SMALL_MODEL`: mostly a patch, now and then a replacement or a withdrawal."""
    return st.sampled_from(sorted(SMALL_MODEL.kinds)).flatmap(
        lambda kind: st.builds(
            _assertion,
            st.sampled_from(systems),
            st.just(kind),
            st.sampled_from(IDS),
            stamps(),
            records_of(SMALL_MODEL.kinds[kind]),
            st.sampled_from(("patch", "patch", "patch", "replace", "withdraw")),
        )
    )


def messages(max_size: int = 12) -> st.SearchStrategy[list[Assertion]]:
    """Messages in the order in which they come."""
    return st.lists(assertions(), max_size=max_size)


def _assertion(system: str, kind: str, id_: str, stamp: Stamp, cells: Mapping[str, Json], form: str) -> Assertion:
    said = {} if form == "withdraw" else cells
    return Assertion(system, kind, id_, stamp, said, form == "replace", form == "withdraw")


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(*[values] * 4, st.none())


def _few_values(attribute: Attribute) -> st.SearchStrategy[Any]:
    match attribute.data_type:
        case AttributeType.STRING:
            return _FEW
        case AttributeType.INTEGER:
            return st.sampled_from((1, 2))
        case AttributeType.FLOAT:
            return st.sampled_from((1.0, 2.5))
        case AttributeType.BOOLEAN:
            return st.booleans()
        case AttributeType.INSTANT:
            return st.sampled_from(("2026-03-01T00:00:00Z", "2026-03-02T12:00:00.000001Z"))
        case AttributeType.DATE:
            return st.sampled_from(("2026-03-01", "2026-03-02"))
        case AttributeType.ENUM:
            assert attribute.values is not None
            return st.sampled_from([term.value for term in attribute.values])
        case AttributeType.QUANTITY:
            amounts: st.SearchStrategy[Any] = st.sampled_from((1, 1.0, 2.0))
            return st.fixed_dictionaries({"value": amounts, "unit": st.just("kg")})
        case AttributeType.STRINGS:
            return st.lists(_FEW, max_size=2)
        case AttributeType.PARAMETERS:
            return st.lists(
                st.fixed_dictionaries({"id": _FEW, "value": st.sampled_from((1, True, 2.5, "x"))}), max_size=2
            )


def _statements(stated: Link) -> st.SearchStrategy[list[Json]]:
    to = [st.fixed_dictionaries({"id": st.sampled_from(IDS)}), st.fixed_dictionaries({"serial": _FEW})]
    if SMALL_MODEL_COMPOSITES[stated.target]:
        to.append(st.fixed_dictionaries({"gtin": _FEW, "lot": _FEW}))
    own = {a.name: _few_values(a) for a in stated.attributes}
    plain = st.fixed_dictionaries({"to": st.one_of(*to)})
    full = st.fixed_dictionaries(
        {"to": st.one_of(*to), "with": st.fixed_dictionaries({}, optional=own).filter(bool)} if own else {"to": to[0]}
    )
    return st.lists(plain | full, min_size=0 if stated.many else 1, max_size=3 if stated.many else 1)


SMALL_MODEL_COMPOSITES = {kind.name: kind.composites for kind in SMALL_MODEL}


NONCHARACTERS = "".join(map(chr, range(0xFDD0, 0xFDF0))) + "".join(
    chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
)


def characters() -> st.SearchStrategy[str]:
    """Any character that text may hold; no controls and no halves of surrogate pairs."""
    return st.characters(exclude_categories=("Cs", "Cc"))


def ids() -> st.SearchStrategy[str]:
    """Valid ids in any script, slashes, wildcards and percent signs among them."""
    odd = st.text(st.sampled_from("/+#%_$ aB1é中🙂\ufdd0\uffff\U0001fffe"), min_size=1, max_size=12)
    found = st.one_of(st.text(characters(), min_size=1, max_size=40), odd).map(str.strip)
    return found.filter(lambda v: 0 < len(v.encode()) <= 256 and not v.startswith("~"))


def segments() -> st.SearchStrategy[str]:
    """Valid segments of a location or a tag's name."""
    allowed = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/+#" + NONCHARACTERS)
    free = st.text(allowed, min_size=1, max_size=64)
    return free.filter(lambda v: v == v.strip() and v[0] not in "_$")


def topics() -> st.SearchStrategy[Topic]:
    """Topics of every form."""
    where = st.lists(segments(), min_size=1, max_size=8).map(tuple)
    system = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
    kind = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
    golden = kind | st.sampled_from(("tag", "state", "count", "source", "hub"))
    return st.one_of(
        st.builds(SourceTopic, where, system, kind, st.none() | ids()),
        st.builds(TagTopic, where, where),
        st.builds(StateTopic, where, system),
        st.builds(CountTopic, where, system),
        st.builds(GoldenTopic, where, golden, ids()),
        st.builds(HubTopic, where),
    )


def texts() -> st.SearchStrategy[str]:
    """Any text that a message may hold: everything but U+0000."""
    return st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20)


def numbers() -> st.SearchStrategy[float]:
    """Finite numbers."""
    return st.floats(allow_nan=False, allow_infinity=False)


def integers() -> st.SearchStrategy[int]:
    """Whole numbers of 64 bits."""
    return st.integers(-(2**63), 2**63 - 1)


def exact_integers() -> st.SearchStrategy[int]:
    """Whole numbers that a double tells from their neighbours."""
    return st.integers(-MAX_EXACT, MAX_EXACT)


def instants() -> st.SearchStrategy[str]:
    """Times with any offset, as RFC 3339 has them."""
    zones = st.integers(-14 * 60, 14 * 60).map(lambda m: datetime.timezone(datetime.timedelta(minutes=m)))
    low, high = datetime.datetime(1900, 1, 2), datetime.datetime(9999, 12, 30)
    return st.datetimes(low, high, timezones=zones).map(lambda t: t.isoformat())


def scalars() -> st.SearchStrategy[Any]:
    return st.one_of(st.booleans(), integers(), numbers(), texts())


def units() -> st.SearchStrategy[str]:
    return st.sampled_from(("kg", "L", "Cel", "%", "C62"))


def quantities() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"value": numbers() | exact_integers(), "unit": units()})


def values(attribute: Attribute) -> st.SearchStrategy[Any]:
    """Any value that an attribute takes, as JSON."""
    match attribute.data_type:
        case AttributeType.STRING:
            return units() if attribute.name.lower().endswith("unit") else texts()
        case AttributeType.INTEGER:
            return integers()
        case AttributeType.FLOAT:
            return numbers()
        case AttributeType.BOOLEAN:
            return st.booleans()
        case AttributeType.INSTANT:
            return instants()
        case AttributeType.DATE:
            return st.dates().map(str)
        case AttributeType.ENUM:
            assert attribute.values is not None
            return st.sampled_from([term.value for term in attribute.values])
        case AttributeType.QUANTITY:
            return quantities()
        case AttributeType.STRINGS:
            return st.lists(texts(), max_size=3)
        case AttributeType.PARAMETERS:
            optional = {"value": scalars() | st.none(), "unit": st.sampled_from(("kg", "1")), "description": texts()}
            return st.lists(st.fixed_dictionaries({"id": texts()}, optional=optional), max_size=3)


def schemes() -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z][A-Za-z0-9]{0,39}", fullmatch=True)


def references(stated: Link, target: Kind) -> st.SearchStrategy[Any]:
    """One reference: text, or an object with an id or another identifier and the link's own members."""
    own = {a.name: ids() if a.data_type is AttributeType.STRING else values(a) for a in stated.attributes}
    other = schemes().filter(lambda s: s != "id" and s not in own and s not in target.composite_parts)
    named = [
        st.fixed_dictionaries({"id": ids()}, optional=own),
        st.builds(lambda scheme, value: {scheme: value}, other, ids()),
    ]
    named += [st.fixed_dictionaries({part: ids() for part in parts}, optional=own) for parts in target.composites]
    return st.one_of(ids(), *named)


def json_values() -> st.SearchStrategy[Any]:
    """What a system may add of its own."""
    leaves = st.none() | scalars()
    names = texts()
    return st.recursive(leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(names, v, max_size=3), max_leaves=6)


def payloads(model: Model, kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    """Valid payload objects of a kind, with at most six members."""
    members: dict[str, st.SearchStrategy[Any]] = {a.name: st.none() | values(a) for a in kind.attributes.values()}
    for name, stated in kind.links.items():
        one = references(stated, model.kind(stated.target))
        members[name] = st.none() | (st.lists(one, max_size=3) if stated.many else one)
    members |= {
        "id": ids(),
        "identifiers": st.dictionaries(schemes(), st.none() | ids(), max_size=2),
        "properties": st.dictionaries(property_names(), json_values(), max_size=2),
        "$replace": st.booleans(),
    }
    chosen = st.lists(st.sampled_from(sorted(members)), max_size=6, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: members[name] for name in names}))


def property_names() -> st.SearchStrategy[str]:
    return texts().filter(bool)


def written(time: str) -> str:
    """A time as it is kept: in UTC."""
    return instant_text(datetime.datetime.fromisoformat(time))
