"""Examples of messages, made from the model; a test sends each of them through its contract."""

from __future__ import annotations

from typing import Any

from schema.registry import Attribute, AttributeType, Kind, Link, Model

Example = dict[str, Any]

TIME = "2026-03-01T14:30:00+01:00"
MOST = 5
"""How many attributes and how many links an example shows."""


def payload(model: Model, kind: Kind) -> Example:
    """What a system may say of a thing: an object for the topic that ends in its id."""
    links = list(kind.links.values())[:MOST]
    return {
        "name": f"{kind.name} 1",
        **_attributes(kind),
        **{link.name: [_target(link)] if link.many else _target(link) for link in links},
    }


def item(model: Model, kind: Kind) -> Example:
    """The same as an item of an array."""
    return {"id": _id(kind.name), **payload(model, kind)}


def topic_id(kind: Kind) -> str:
    """The id that the examples of a kind have."""
    return _id(kind.name)


def _target(link: Link) -> str:
    """Another thing than the one that the example is of."""
    return _id(link.target, 1000) if link.target == link.source else _id(link.target)


def _id(kind: str, number: int = 1001) -> str:
    return f"{''.join(c for c in kind if c.isupper())}-{number}"


def _shown(kind: Kind) -> list[Attribute]:
    return [a for a in kind.attributes.values() if a.name not in ("name", "description")][:MOST]


def _attributes(kind: Kind) -> Example:
    given = kind.payload.model_fields
    return {a.name: (given[a.field].examples or [None])[0] or _value(a) for a in _shown(kind)}


def _value(attribute: Attribute) -> Any:
    match attribute.data_type:
        case AttributeType.STRING:
            return "A-1"
        case AttributeType.INTEGER:
            return 1
        case AttributeType.FLOAT:
            return 12.5
        case AttributeType.BOOLEAN:
            return True
        case AttributeType.INSTANT:
            return TIME
        case AttributeType.DATE:
            return "2026-03-01"
        case AttributeType.ENUM:
            assert attribute.values is not None
            return next(iter(attribute.values)).value
        case AttributeType.QUANTITY:
            return {"value": 125.5, "unit": "kg"}
        case AttributeType.STRINGS:
            return ["A-1"]
        case AttributeType.PARAMETERS:
            return [{"id": "temperature", "value": 21.5, "unit": "Cel"}]
