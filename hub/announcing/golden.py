"""Golden records on the broker: for each thing its resolved record, retained, at `<location>/_<kind>/<id>`.

    {"id": "LOT-1", "status": "RELEASED", "definition": "MAT-1",
     "assembledFrom": [{"id": "LOT-0", "quantity": {"value": 5, "unit": "kg"}}],
     "identifiers": ["id:LOT-1", "serial:4711"], "properties": {…}, "systems": ["erp", "mes"], "updatedAt": "…"}

A thing without a location has none: nothing says where in the namespace it belongs.
"""

from __future__ import annotations

from typing import Any

import orjson

from connectors.wire.messages import Outbound
from graph.thing import Edge, Thing
from hub.clock import instant
from schema.assertion import PATH, PROPERTY_CELL
from schema.json import Json
from schema.registry import Model
from schema.topic import GoldenTopic, build


def path_of(thing: Thing | None) -> str | None:
    """The thing's location, `acme/north/packing`; None where no system gave one."""
    if thing is None or thing.golden is None:
        return None
    said = thing.golden.values.get(PATH)
    return None if said is None else str(said.value)


def topic_of(model: Model, prefix: str, thing: Thing | None) -> str | None:
    """The topic of a thing's golden record; None where it has no location."""
    path = path_of(thing)
    if thing is None or path is None:
        return None
    return build(GoldenTopic(tuple(path.split("/")), model.kinds[thing.key.kind].topic, thing.key.id), prefix)


def record(model: Model, thing: Thing) -> dict[str, Any]:
    """The golden record as JSON."""
    golden = thing.golden
    assert golden is not None
    body: dict[str, Any] = {"id": thing.key.id}
    properties: dict[str, Json] = {}
    for name, said in golden.values.items():
        if name.startswith(PROPERTY_CELL):
            properties[name.removeprefix(PROPERTY_CELL)] = said.value
        elif name != PATH:
            body[name] = said.value
    kind = model.kinds[thing.key.kind]
    for edge in (e for e in thing.edges if e.golden):
        if kind.links[edge.key.link].many:
            body.setdefault(edge.key.link, []).append(_reference(edge))
        else:
            body[edge.key.link] = _reference(edge)
    body["identifiers"] = sorted(golden.identifiers)
    body["properties"] = properties
    body["systems"] = sorted({r.key.system for r in thing.records})
    newest = thing.updated_at
    body["updatedAt"] = None if newest is None else instant(newest)
    return body


def message(model: Model, topic: str, thing: Thing) -> Outbound:
    """The retained message that puts the golden record on the broker."""
    return Outbound(topic, orjson.dumps(record(model, thing)), retain=True, content_type="application/json")


def removal(topic: str) -> Outbound:
    """The message that takes a golden record off the broker."""
    return Outbound(topic, b"", retain=True)


def _reference(edge: Edge) -> Any:
    return {"id": edge.key.target.id, **edge.attributes} if edge.attributes else edge.key.target.id
