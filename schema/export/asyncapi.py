"""The topics as an AsyncAPI 3.0 document, as a system sees them that is connected to the namespace.

    it sends       what it says of things (one, or many in an array), values of tags, states and counts
    it receives    golden records, changes, refusals, and whether the hub is there

Payloads refer to the schemas of `schema.export.jsonschema`, whose definitions become components here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from schema.export import examples, published
from schema.export.jsonschema import DEFS, schemas
from schema.provenance import CLOUDEVENTS_JSON, MAX_MESSAGE_ID
from schema.registry import Kind, Model
from schema.topic import MAX_LEVELS, GoldenTopic

ASYNCAPI = "3.0.0"
MQTT_BINDING = "0.2.0"
JSON = "application/json"

Part = dict[str, Any]
Shown = Mapping[str, Sequence[Any]]
"""Payloads that the hub publishes, by the name of the message that they are examples of."""

_ABOUT = f"""The unified namespace of a plant. Systems say what they know of things; the hub keeps what is so.

Payloads are JSON in UTF-8. When a message was true, and which message it was, is told by the MQTT 5 user properties
`eventTime` and `messageId`, by a CloudEvents 1.0 envelope (`{CLOUDEVENTS_JSON}`), or by `observedAt` in the payload;
otherwise the time of arrival counts. A message that can't be accepted is refused whole, with every reason."""

_PARAMETERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "location": (f"One to {MAX_LEVELS} levels of the ISA-95 equipment hierarchy.", ("acme/north/packing",)),
    "system": ("The system that speaks.", ("erp", "mes", "lims")),
    "id": ("The thing's id; / + # % and control characters are percent-encoded.", ("LOT-1", "LOT%2F1")),
    "name": (f"The tag's name, one to {MAX_LEVELS} segments.", ("press/speed",)),
    "client": ("The name of the hub, which is its client id.", ("hub",)),
}

_SERVERS: Mapping[str, tuple[str, int, str]] = {
    "mqtt": ("mqtt", 1883, "The broker that a hub brings with it listens here, on the hub's own machine."),
    "mqtts": ("mqtts", 8883, "A broker that runs elsewhere, over TLS. Who may connect is for that broker to say."),
}
_SESSION: Part = {"cleanSession": False, "sessionExpiryInterval": 3600, "keepAlive": 60}
"""How to connect so that what is published meanwhile waits for one who was away for less than an hour."""

_HEADERS: Part = {
    "type": "object",
    "description": "MQTT 5 user properties.",
    "properties": {
        "eventTime": {
            "type": "string",
            "format": "date-time",
            "description": "When it was so: RFC 3339 with an offset.",
        },
        "messageId": {"type": "string", "maxLength": MAX_MESSAGE_ID, "description": "Which message it is."},
    },
}
_GIVEN: Part = {"eventTime": examples.TIME, "messageId": "01JNKX4T"}


@dataclass(frozen=True, slots=True)
class _Message:
    """A form that messages of a channel have."""

    name: str
    title: str
    summary: str
    payload: Part
    examples: Sequence[Any]
    headers: bool = True
    content: str = JSON

    def part(self) -> Part:
        given = {"headers": _GIVEN} if self.headers else {}
        shown = [{"name": f"example{n}", **given, "payload": e} for n, e in enumerate(self.examples, 1)]
        part: Part = {
            "name": self.name,
            "title": self.title,
            "summary": self.summary,
            "contentType": self.content,
            "payload": self.payload,
        }
        return part | ({"headers": _HEADERS} if self.headers else {}) | ({"examples": shown} if shown else {})


@dataclass(frozen=True, slots=True)
class _Channel:
    """A form of topic, with what a connected system does there: send or receive."""

    name: str
    address: str
    action: str
    description: str
    messages: tuple[_Message, ...]
    retain: bool = False
    qos: int = 1

    def part(self) -> Part:
        names = re.findall(r"\{(\w+)\}", self.address)
        return {
            "address": self.address,
            "description": self.description,
            "messages": {m.name: {"$ref": f"#/components/messages/{m.name}"} for m in self.messages},
            **({"parameters": {n: {"$ref": f"#/components/parameters/{n}"} for n in names}} if names else {}),
        }

    def operation(self) -> Part:
        return {
            "action": self.action,
            "channel": {"$ref": f"#/channels/{self.name}"},
            "summary": self.description,
            "messages": [{"$ref": f"#/channels/{self.name}/messages/{m.name}"} for m in self.messages],
            "bindings": {"mqtt": {"qos": self.qos, "retain": self.retain, "bindingVersion": MQTT_BINDING}},
        }


def document(model: Model, prefix: str, shown: Shown) -> Part:
    """The AsyncAPI document of all topics below a prefix. `shown` has examples of what the hub publishes."""
    channels = [*_things(model, prefix, shown), *_events(prefix), *_hub(prefix, shown)]
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "UNS Hub",
            "version": version("unshub"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": JSON,
        "servers": {name: _server(*said) for name, said in _SERVERS.items()},
        "channels": {channel.name: channel.part() for channel in channels},
        "operations": {f"{c.action}{c.name[0].upper()}{c.name[1:]}": c.operation() for c in channels},
        "components": {
            "messages": {m.name: m.part() for channel in channels for m in channel.messages},
            "parameters": _parameters(model),
            "schemas": _components(model),
        },
    }


def _server(protocol: str, port: int, said: str) -> Part:
    return {
        "host": "{host}",
        "protocol": protocol,
        "protocolVersion": "5",
        "description": said,
        "variables": {"host": {"default": f"127.0.0.1:{port}", "description": "The broker's host and port."}},
        "bindings": {"mqtt": {**_SESSION, "bindingVersion": MQTT_BINDING}},
    }


def _parameters(model: Model) -> Part:
    kinds = {"description": "The kind of thing as topics name it.", "enum": sorted(model.by_topic)}
    known = {name: {"description": said, "examples": list(some)} for name, (said, some) in _PARAMETERS.items()}
    return {**known, "kind": kinds}


def _things(model: Model, prefix: str, shown: Shown) -> Iterator[_Channel]:
    for kind in model:
        yield from _said(model, kind, prefix)
        yield _golden(kind, prefix, shown)


def _said(model: Model, kind: Kind, prefix: str) -> Iterator[_Channel]:
    source = f"{prefix}/{{location}}/_source/{{system}}/{kind.topic}"
    payload = _schema(kind.name)
    one = _Message(kind.name, kind.name, kind.description, payload, (examples.payload(model, kind),))
    many = _Message(
        f"{kind.name}List",
        f"{kind.name}, many",
        f"Several things in one message, each with its id. {kind.description}",
        {"type": "array", "items": {"allOf": [payload, {"required": ["id"]}]}},
        ([examples.item(model, kind)],),
    )
    yield _Channel(kind.field, source + "/{id}", "send", f"A system's word on one {kind.name}.", (one, _WITHDRAWAL))
    yield _Channel(f"{kind.field}List", source, "send", f"A system's word on several of {kind.name}.", (many,))


def _golden(kind: Kind, prefix: str, shown: Shown) -> _Channel:
    name = f"{kind.name}Golden"
    message = _Message(
        name,
        f"{kind.name}, golden record",
        f"What is so, from all systems' words. {kind.description}",
        published.golden(kind, _schema(kind.name)["$ref"]),
        shown.get(name, ()),
        headers=False,
    )
    address = "/".join((prefix, *GoldenTopic(("{location}",), kind.topic, "{id}").segments()))
    said = f"The golden record of one {kind.name}."
    return _Channel(f"{kind.field}Golden", address, "receive", said, (message, _REMOVAL), retain=True)


_EMPTY: Part = {"type": "string", "maxLength": 0}
_WITHDRAWAL = _Message(
    "Withdrawal",
    "Withdrawal",
    "An empty payload: the system says no more of the thing.",
    _EMPTY,
    ("",),
    content="text/plain",
)
_REMOVAL = _Message(
    "Removal",
    "Removal",
    "An empty payload: the thing is gone, or is at another location now.",
    _EMPTY,
    ("",),
    headers=False,
    content="text/plain",
)


def _events(prefix: str) -> Iterator[_Channel]:
    where = f"{prefix}/{{location}}"
    tag = {"value": 71.4, "timestamp": examples.TIME, "quality": "GOOD"}
    state = {"state": "HELD", "reason": "jam at infeed", "timestamp": examples.TIME}
    count = {"good": 118, "scrap": 2, "order": "JO-1001", "timestamp": examples.TIME}
    yield _Channel(
        "tagValue",
        where + "/_tag/{name}",
        "send",
        "A value of a tag.",
        (_Message("TagValue", "Tag value", "A value of a tag, or the value alone.", _schema("TagEvent"), (tag, 71.4)),),
    )
    for name, form, example in (("State", "StateChange", state), ("Count", "ProductionCount", count)):
        said = "What the equipment at the location does." if name == "State" else "What was made at the location."
        message = _Message(form, form, said, _schema(f"{name}Event"), (example,))
        yield _Channel(form[0].lower() + form[1:], f"{where}/_{name.lower()}/{{system}}", "send", said, (message,))


def _hub(prefix: str, shown: Shown) -> Iterator[_Channel]:
    own = f"{prefix}/_hub"
    changed = "What a committed batch changed of one thing. From hubs that share the work it comes with QoS 1."
    refused = "A message that was refused, with every reason. Its payload is in the journal."
    there = "Whether a hub is there; its last will says when it no longer is."
    change, refusal, status = (
        _Message(name, name, said, _schema(name), shown.get(name, ()), headers=False)
        for name, said in (("Change", changed), ("Refusal", refused), ("Status", there))
    )
    yield _Channel("changes", f"{own}/change/{{kind}}", "receive", changed, (change,), qos=0)
    yield _Channel("refusals", f"{own}/dead-letter", "receive", refused, (refusal,))
    yield _Channel("status", f"{own}/status/{{client}}", "receive", there, (status,), retain=True)


def _schema(name: str) -> Part:
    return {"$ref": f"#/components/schemas/{name}"}


def _components(model: Model) -> Part:
    """The payloads' schemas, their definitions beside them."""
    found: Part = dict(published.FORMS)
    for topic, schema in schemas(model).items():
        name = model.by_topic[topic].name if topic in model.by_topic else _camel(topic)
        whole = {key: part for key, part in schema.items() if key not in ("$schema", "$id", "$defs")}
        for key, part in [(name, whole), *schema["$defs"].items()]:
            moved = _moved(part)
            if found.setdefault(key, moved) != moved:
                raise ValueError(f"two definitions in the model are called {key!r}; give one of them its own name")
    return dict(sorted(found.items()))


def _moved(schema: Any) -> Any:
    """With references to components in place of those to a document's own definitions."""
    if isinstance(schema, list):
        return [_moved(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: part.replace(DEFS, "#/components/schemas/") if key == "$ref" and isinstance(part, str) else _moved(part)
        for key, part in schema.items()
    }


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
