"""Examples of what the hub publishes, made by what publishes it, out of the examples of what systems say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from graph.linking import link
from graph.projection import Changed
from graph.thing import Key, Thing
from hub.announcing import change_message, golden
from hub.announcing.announce import change_of
from hub.clock import EPOCH
from hub.intake.ingest import dead_letter
from hub.journal.port import Refusal
from hub.mqtt.client import OFFLINE, ONLINE
from schema.authority import EQUAL
from schema.contract import Contract
from schema.errors import Refused
from schema.export import examples
from schema.merge import Record, record_of, resolve
from schema.provenance import Provenance
from schema.registry import Kind, Model
from schema.rules import Rules
from schema.topic import SourceTopic, build

_TIME = (datetime.fromisoformat(examples.TIME) - EPOCH) // timedelta(microseconds=1)
_SITE = ("acme", "north")
_LINE = (*_SITE, "packing")


def published(model: Model, prefix: str) -> dict[str, tuple[Any, ...]]:
    """The payloads, by the message's name in the AsyncAPI document: a golden record of each kind, and the hub's own."""
    return {
        **{f"{kind.name}Golden": (golden.record(model, _thing(model, kind)),) for kind in model},
        "Change": (_change(model, prefix),),
        "Refusal": (_refusal(model, prefix),),
        "Status": (orjson.loads(ONLINE), orjson.loads(OFFLINE)),
    }


def _thing(model: Model, kind: Kind) -> Thing:
    """A thing that the ERP knows by name, and the MES with all that the example shows."""
    told = examples.payload(model, kind)
    erp = _record(model, kind, "erp", _SITE, {"name": told["name"]})
    return _of(model, kind, [erp, _record(model, kind, "mes", _LINE, told)])


def _record(model: Model, kind: Kind, system: str, place: tuple[str, ...], payload: dict[str, Any]) -> Record:
    topic = SourceTopic(place, system, kind.topic, examples.topic_id(kind))
    (said,) = Contract(model, Rules()).read(topic, orjson.dumps(payload), Provenance(_TIME)).assertions
    return record_of(said)


def _of(model: Model, kind: Kind, records: Sequence[Record]) -> Thing:
    key = Key(kind.name, examples.topic_id(kind))
    resolved = resolve(model, kind, records, EQUAL)
    linked = link(kind, key, resolved, {})
    return Thing(key, tuple(records), resolved, linked.edges, linked.conflicts)


def _change(model: Model, prefix: str) -> Any:
    """The lot's, when the MES speaks of it after the ERP."""
    kind = model.kind("MaterialLot")
    after = _thing(model, kind)
    changed = Changed(after.key, _of(model, kind, after.records[:1]), after)
    return orjson.loads(change_message.build(model, prefix, "hub", change_of(changed, _TIME), 0).payload)


def _refusal(model: Model, prefix: str) -> Any:
    """Of a quantity without a unit."""
    kind = model.kind("MaterialLot")
    topic = SourceTopic(_LINE, "mes", kind.topic, examples.topic_id(kind))
    payload = b'{"quantity": {"value": 480}}'
    try:
        Contract(model, Rules()).read(topic, payload, Provenance(_TIME))
    except Refused as refused:
        refusal = Refusal(build(topic, prefix), payload, {}, _TIME, refused.reasons)
        return orjson.loads(dead_letter(prefix, refusal).payload)
    raise AssertionError(f"{payload!r} was accepted")
