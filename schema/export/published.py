"""What the hub itself publishes, as schemas and examples: golden records, changes, refusals, its status."""

from __future__ import annotations

from typing import Any

from schema.export import examples
from schema.registry import Kind
from schema.topic import DEFAULT_PREFIX

Part = dict[str, Any]

_TEXT: Part = {"type": "string"}
_TEXTS: Part = {"type": "array", "items": _TEXT}
_TIME: Part = {"type": "string", "format": "date-time"}


def golden(kind: Kind, stated: str) -> Part:
    """The schema of a kind's golden records. `stated` is a reference to the schema of what systems say of it."""
    names = ["name", "description", *kind.attributes, *kind.links]
    return {
        "description": f"What is so of a thing, from all systems' words. {kind.description}",
        "type": "object",
        "properties": {
            **{name: {"$ref": f"{stated}/properties/{name}"} for name in dict.fromkeys(names)},
            "id": _TEXT,
            "identifiers": {**_TEXTS, "description": "Everything that the thing is called, as scheme:value."},
            "properties": {"type": "object", "description": "What the model has no attribute for."},
            "systems": {**_TEXTS, "description": "The systems that describe it."},
            "updatedAt": {**_TIME, "description": "The newest event time among what counts."},
        },
        "required": ["id", "identifiers", "properties", "systems", "updatedAt"],
    }


_CHANGE_FORM: Part = {
    "description": "What changed of one thing.",
    "type": "object",
    "properties": {
        "kind": _TEXT,
        "id": _TEXT,
        "change": {"enum": ["CREATED", "UPDATED", "DELETED"]},
        "path": {"type": ["string", "null"], "description": "Its location."},
        "changed": {**_TEXTS, "description": "Names of the attributes and links that are different now."},
        "systems": {**_TEXTS, "description": "The systems that describe it now."},
        "time": {**_TIME, "description": "When it was committed."},
    },
    "required": ["kind", "id", "change", "path", "changed", "systems", "time"],
}
_REFUSAL_FORM: Part = {
    "description": "A refused message. Its payload is kept in the journal.",
    "type": "object",
    "properties": {
        "topic": _TEXT,
        "received": _TIME,
        "bytes": {"type": "integer", "description": "The size of the payload."},
        "reasons": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "path": {**_TEXT, "description": "Where the fault is: a JSON path, topic, or a user property."},
                    "value": {**_TEXT, "description": "What stands there, shortened."},
                    "expected": {**_TEXT, "description": "What should stand there."},
                },
                "required": ["path", "value", "expected"],
            },
        },
    },
    "required": ["topic", "received", "bytes", "reasons"],
}
_STATUS_FORM: Part = {
    "description": "Whether the hub is there.",
    "type": "object",
    "properties": {"status": {"enum": ["online", "offline"]}},
    "required": ["status"],
}

FORMS: dict[str, Part] = {"Change": _CHANGE_FORM, "Refusal": _REFUSAL_FORM, "Status": _STATUS_FORM}
"""The schemas of changes, refusals and the status."""

_CHANGE: Part = {
    "kind": "MaterialLot",
    "id": "ML-1001",
    "change": "UPDATED",
    "path": "acme/north/packing",
    "changed": ["status"],
    "systems": ["erp", "mes"],
    "time": examples.UTC_TIME,
}
_REFUSAL: Part = {
    "topic": f"{DEFAULT_PREFIX}/acme/north/_source/mes/material-lot/ML-1001",
    "received": examples.UTC_TIME,
    "bytes": 20,
    "reasons": [{"path": "$.quantity.unit", "value": "", "expected": "this member is missing; it has to be given"}],
}
_STATUS: Part = {"status": "online"}

EXAMPLES: dict[str, Part] = {"Change": _CHANGE, "Refusal": _REFUSAL, "Status": _STATUS}
"""An example of each of them."""
