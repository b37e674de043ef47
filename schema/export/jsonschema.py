"""The payloads as JSON Schema 2020-12, from the same classes that validate them.

    pydantic's schema of a kind -> its links written out, with every way to name their targets
                                -> what the model doesn't know: single values, and lists and objects of them
                                -> a document of its own, with its definitions under $defs

What a schema can't say stands in descriptions or in the docs: how many bytes an id has, how deep and large a payload
may be, which units there are, and how a number is written. A whole number is one without point and exponent, while
JSON Schema knows numbers by their value alone: a schema takes 5.0 for a whole number, which the contract refuses where
one is due, and 9.1e15 for one that is too large, which the contract accepts as the rounded number that it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from schema.cells import MAX_NAME
from schema.events import ProductionCount, StateChange, tag_payload
from schema.model.base import MAX_ID_BYTES, SCHEME_PATTERN, Date, Identifier, Instant, Scalar, Term
from schema.registry import Attribute, Kind, Link, Model

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEFS = "#/$defs/"

Schema = dict[str, Any]

_VALUE: Schema = {"$ref": DEFS + "Value"}
_IDENTIFIER: Schema = {"$ref": DEFS + "Identifier"}
_NULL: Schema = {"type": "null"}


def schemas(model: Model) -> dict[str, Schema]:
    """A document for the payload object of each kind, by its name in topics, and one each for tag, state and count.

    An event's name is followed by `-event`, since `tag` is a kind as well.
    """
    return {kind.topic: of_kind(model, kind) for kind in model} | {
        "tag-event": _event("tag-event", "TagValue", tag_payload()),
        "state-event": _event("state-event", "StateChange", StateChange),
        "count-event": _event("count-event", "ProductionCount", ProductionCount),
    }


def of_kind(model: Model, kind: Kind) -> Schema:
    """What a system may say of one thing of a kind."""
    raw = _bare(kind.payload.model_json_schema(by_alias=True))
    known, defs = raw["properties"], raw.get("$defs", {})
    members = {name: schema for name, schema in known.items() if name not in kind.links}
    members["identifiers"] = {
        "description": known["identifiers"]["description"],
        "type": "object",
        "propertyNames": {"pattern": SCHEME_PATTERN},
        "additionalProperties": {"anyOf": [_IDENTIFIER, _NULL]},
    }
    members["properties"] = {"description": known["properties"]["description"], **_free()}
    for link in kind.links.values():
        members[link.name] = _link(link, model.kind(link.target), known[link.name], defs)
    body = {"description": f"{kind.description} Source: {kind.source}.", **_free(), "properties": members}
    terms = [_term(a.values) for a in _attributes(kind) if a.values]
    return _document(kind.topic, kind.name, body, {**defs, **dict(terms)})


def _event(name: str, title: str, form: Any) -> Schema:
    raw = _bare(TypeAdapter(form).json_schema(by_alias=True))
    defs = {term: _opened(schema) for term, schema in raw.pop("$defs", {}).items()}
    return _document(name, title, _opened(raw), defs)


def _attributes(kind: Kind) -> Iterator[Attribute]:
    yield from kind.attributes.values()
    for link in kind.links.values():
        yield from link.attributes


def _document(name: str, title: str, body: Schema, defs: Mapping[str, Schema]) -> Schema:
    shared = _shared()
    plain = {key: {k: v for k, v in shared[key].items() if k != "description"} for key in ("Identifier", *_TIMES)}
    body = _referring(body, plain)
    known = {**{key: _referring(schema, plain) for key, schema in defs.items()}, **shared}
    used = {key: known[key] for key in sorted(_used(body, known))}
    return {"$schema": DIALECT, "$id": f"urn:unshub:v1:{name}", "title": title, **body, "$defs": used}


_TIMES: dict[str, tuple[Any, str]] = {
    "Instant": (Instant, "A point in time: RFC 3339 with an offset."),
    "Date": (Date, "A calendar day at the site."),
}


def _shared() -> dict[str, Schema]:
    """Definitions that every document may use."""
    scalar = TypeAdapter(Scalar).json_schema()["anyOf"]
    lists = [{"type": "array", "items": _VALUE}, {"type": "object", "additionalProperties": _VALUE}]
    size = f"An id: 1 to {MAX_ID_BYTES} bytes of UTF-8, no control characters, trimmed, not beginning with '~'."
    times = {name: {"description": said, **TypeAdapter(form).json_schema()} for name, (form, said) in _TIMES.items()}
    return {
        "Value": {"description": "What a system adds of its own.", "anyOf": [*scalar, *lists]},
        "Identifier": {"description": size, **TypeAdapter(Identifier).json_schema()},
        **times,
    }


def _term(members: type[Term]) -> tuple[str, Schema]:
    """An enum with what its members mean."""
    said = "\n".join([(members.__doc__ or "").strip(), *(f"{term.value}: {term.description}" for term in members)])
    return members.__name__, {"description": said, "type": "string", "enum": [term.value for term in members]}


def _free() -> Schema:
    """An object that may have members of any name."""
    names = {"minLength": 1, "maxLength": MAX_NAME}
    return {"type": "object", "propertyNames": names, "additionalProperties": _VALUE}


def _opened(schema: Schema) -> Schema:
    return {**schema, **_free()} if "properties" in schema else schema


def _link(link: Link, target: Kind, raw: Schema, defs: Mapping[str, Schema]) -> Schema:
    forms = [_IDENTIFIER, *_objects(link, target, _own(raw, defs))]
    edge = f"In the graph: ({link.source})-[:{link.relationship}]->({link.target})."
    shapes = [{"type": "array", "items": {"anyOf": forms}}] if link.many else forms
    return {"description": f"{link.description} {edge}", "anyOf": [*shapes, _NULL]}


def _objects(link: Link, target: Kind, own: Mapping[str, Schema]) -> list[Schema]:
    """The forms of a reference that is an object, one for each way to name its target."""
    ways = (("id",), *target.composites)
    return [*(_named(link, parts, own) for parts in ways), _otherwise_named(link, target, own)]


def _named(link: Link, parts: tuple[str, ...], own: Mapping[str, Schema]) -> Schema:
    return {
        "title": f"{link.target} by {' and '.join(parts)}",
        "type": "object",
        "properties": {**{part: _IDENTIFIER for part in parts}, **own},
        "required": list(parts),
        "additionalProperties": False,
    }


def _otherwise_named(link: Link, target: Kind, own: Mapping[str, Schema]) -> Schema:
    return {
        "title": f"{link.target} by one other identifier",
        "type": "object",
        "properties": dict(own),
        "propertyNames": {"pattern": SCHEME_PATTERN, "not": {"enum": ["id", *sorted(target.composite_parts)]}},
        **({"not": {"propertyNames": {"enum": sorted(own)}}} if own else {"minProperties": 1}),
        "maxProperties": len(own) + 1,
        "additionalProperties": _IDENTIFIER,
    }


def _own(raw: Schema, defs: Mapping[str, Schema]) -> Schema:
    """The link's own members, from the class of its reference objects."""
    (form,) = {name for name in _references(raw) if "id" in defs[name].get("properties", {})}
    return {member: schema for member, schema in defs[form]["properties"].items() if member != "id"}


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from _references(part)
    elif isinstance(schema, dict):
        if isinstance(ref := schema.get("$ref"), str):
            yield ref.removeprefix(DEFS)
        for part in schema.values():
            yield from _references(part)


def _used(body: Schema, defs: Mapping[str, Schema]) -> set[str]:
    """The definitions that a schema needs, directly and through others."""
    found: set[str] = set()
    waiting = set(_references(body))
    while waiting:
        found |= waiting
        waiting = {ref for name in waiting for ref in _references(defs[name])} - found
    return found


def _referring(schema: Any, plain: Mapping[str, Schema]) -> Any:
    """With references in place of what the shared definitions say."""
    if isinstance(schema, list):
        return [_referring(part, plain) for part in schema]
    if not isinstance(schema, dict):
        return schema
    for name, form in plain.items():
        if form.items() <= schema.items():
            return {"$ref": DEFS + name, **{k: v for k, v in schema.items() if k not in form}}
    return {key: _referring(part, plain) for key, part in schema.items()}


def _bare(schema: Any) -> Any:
    """Without what says nothing: names again as titles, null as the default of what may be left out."""
    if isinstance(schema, list):
        return [_bare(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: v for k, v in schema.items() if not (k == "default" and v is None)}
    if isinstance(kept.get("title"), str):
        del kept["title"]
    return {key: part if key in ("enum", "examples", "required") else _bare(part) for key, part in kept.items()}
