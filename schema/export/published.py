"""What the hub itself publishes, as schemas: golden records, changes, refusals, its status."""

from __future__ import annotations

from typing import Any

from schema.registry import Kind, Link

Part = dict[str, Any]

_TEXT: Part = {"type": "string"}
_TEXTS: Part = {"type": "array", "items": _TEXT}
_TIME: Part = {"type": "string", "format": "date-time"}
_PLACE: Part = {"type": ["string", "null"]}


def golden(kind: Kind, stated: str) -> Part:
    """The schema of a kind's golden records. `stated` is a reference to the schema of what systems say of it."""
    names = dict.fromkeys(("name", "description", *kind.attributes))
    return {
        "description": f"What is so of a thing, from all systems' words. {kind.description}",
        "type": "object",
        "properties": {
            **{name: {"$ref": f"{stated}/properties/{name}"} for name in names},
            **{link.name: _link(link) for link in kind.links.values()},
            "id": _TEXT,
            "identifiers": {**_TEXTS, "description": "Everything that the thing is called, as scheme:value."},
            "properties": {"type": "object", "description": "What the model has no attribute for."},
            "systems": {**_TEXTS, "description": "The systems that describe it."},
            "updatedAt": {**_TIME, "description": "The newest event time among what counts."},
        },
        "required": ["id", "identifiers", "properties", "systems", "updatedAt"],
        "additionalProperties": False,
    }


def _link(link: Link) -> Part:
    """A link's targets, by id alone where the link has no attributes. One known by another identifier has it there."""
    own: Part = {a.name: {"description": a.description} for a in link.attributes}
    known: Part = {"type": "object", "properties": {"id": _TEXT, **own}, "required": ["id"]}
    target = {"anyOf": [_TEXT, {**known, "additionalProperties": False}]} if own else _TEXT
    shape = {"type": "array", "items": target} if link.many else target
    return {"description": f"{link.description} Of one that nobody describes it may be ~ and an identifier.", **shape}


_CHANGE_FORM: Part = {
    "description": "What changed of one thing.",
    "type": "object",
    "properties": {
        "kind": _TEXT,
        "id": _TEXT,
        "change": {"enum": ["CREATED", "UPDATED", "DELETED"]},
        "path": {**_PLACE, "description": "Its location, or where it was when it is gone."},
        "pathBefore": {**_PLACE, "description": "Its location before; null for a new one."},
        "changed": {
            **_TEXTS,
            "description": "Fields that are different now: attributes and links, `identifiers`, `properties`, `path`, "
            "`conflicts`; `sources` alone where nothing that counts is.",
        },
        "systems": {**_TEXTS, "description": "The systems that describe it now."},
        "time": {**_TIME, "description": "When it was committed."},
        "hub": {**_TEXT, "description": "The name of the hub that tells it."},
        "run": {**_TEXT, "description": "Which run of it, where other hubs are beside it."},
        "number": {"type": "integer", "description": "Which of its changes in that run this is, from 1."},
    },
    "required": ["kind", "id", "change", "path", "pathBefore", "changed", "systems", "time", "hub"],
    "additionalProperties": False,
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
    "additionalProperties": False,
}
_STATUS_FORM: Part = {
    "description": "Whether the hub is there.",
    "type": "object",
    "properties": {"status": {"enum": ["online", "offline"]}},
    "required": ["status"],
    "additionalProperties": False,
}

FORMS: dict[str, Part] = {"Change": _CHANGE_FORM, "Refusal": _REFUSAL_FORM, "Status": _STATUS_FORM}
"""The schemas of changes, refusals and the status."""
