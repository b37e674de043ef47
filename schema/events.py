"""The contract of plant events: values of tags, state changes and production counts.

    topic + payload -> limits -> CloudEvents envelope, where there is one -> pydantic -> Event

Members that are not known here are kept under `properties` in the event's body, as they are for things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    TypeAdapter,
    WithJsonSchema,
    create_model,
)

from schema.cells import check_value
from schema.errors import Reason
from schema.json import Json
from schema.message import Message, Shape
from schema.model.base import STRICT, Identifier, Instant, Number, Scalar, Term
from schema.provenance import Provenance, check_time, is_envelope, micros
from schema.reasons import json_path
from schema.references import check_id
from schema.rules import Rules
from schema.topic import CountTopic, StateTopic, TagTopic

EventTopic = TagTopic | StateTopic | CountTopic

_NO_TIME = (
    "this member is missing, and the message tells its event time nowhere else; give it here, as the user property "
    "eventTime, or as the envelope's time"
)


class TagQuality(Term):
    """How far a value may be trusted. Source: OPC UA Part 8 (OPC 10000-8), the severity of a status code."""

    GOOD = "GOOD", "The value is what was measured."
    UNCERTAIN = "UNCERTAIN", "The value may be wrong: out of calibration, substituted or old."
    BAD = "BAD", "The value must not be used; it is null where there is none."


class EquipmentState(Term):
    """What equipment is doing. Source: ISA-TR88.00.02 (PackML), the states; OFFLINE is added to them."""

    STOPPED = "STOPPED", "Powered and still, after a stop."
    RESETTING = "RESETTING", "Getting ready to start."
    IDLE = "IDLE", "Ready, waiting for a start."
    STARTING = "STARTING", "Beginning to produce."
    EXECUTE = "EXECUTE", "Producing."
    COMPLETING = "COMPLETING", "Ending a run as planned."
    COMPLETE = "COMPLETE", "The run is done."
    HOLDING = "HOLDING", "Coming to a hold for a reason of its own."
    HELD = "HELD", "Held for a reason of its own: a jam, a missing tool, a request of the operator."
    UNHOLDING = "UNHOLDING", "Returning to production from a hold."
    SUSPENDING = "SUSPENDING", "Coming to a wait for others."
    SUSPENDED = "SUSPENDED", "Waiting for others: starved of material, or blocked by what comes after."
    UNSUSPENDING = "UNSUSPENDING", "Returning to production from a wait."
    STOPPING = "STOPPING", "Coming to a stop."
    ABORTING = "ABORTING", "Coming to a stop because of a fault."
    ABORTED = "ABORTED", "Stopped by a fault; it has to be cleared."
    CLEARING = "CLEARING", "Getting rid of what an abort left."
    OFFLINE = "OFFLINE", "Without power, or out of contact."


class PlantEvent(BaseModel):
    """What all events have in common."""

    model_config = STRICT | ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)

    timestamp: Instant = Field(
        description="When it was so. RFC 3339 with an offset. It may be left out where the message tells its event "
        "time beside the payload."
    )


class TagValue(PlantEvent):
    """A value of a tag. Where there is no more to say than the value, the payload may be the value alone."""

    value: Scalar = Field(description="The value, in the tag's unit; null where the quality is BAD and there is none.")
    quality: TagQuality | None = Field(None, description="How far the value may be trusted; GOOD where it is left out.")


class StateChange(PlantEvent):
    """The equipment at the location is in this state from the timestamp on."""

    state: EquipmentState = Field(description="The state.")
    reason: str | None = Field(None, max_length=256, description="Why, in the system's words or by its reason code.")


class ProductionCount(PlantEvent):
    """What was made at the location since the system's count before this one.

    Source: ISO 22400-2, good quantity (GQ), scrap quantity (SQ) and rework quantity (RQ).
    """

    good: Number = Field(ge=0, description="Good quantity (GQ), in the unit in which the material is counted.")
    scrap: Number = Field(ge=0, description="Scrap quantity (SQ), in the same unit.")
    rework: Number | None = Field(None, ge=0, description="Rework quantity (RQ), in the same unit.")
    material: Identifier | None = Field(None, description="The id of the material definition that was made.")
    order: Identifier | None = Field(None, description="The id of the job order that it was made for.")


@dataclass(frozen=True, slots=True)
class Event:
    """An accepted event. `time` is microseconds since 1970 UTC; `body` is the payload without its timestamp.

    `digest` identifies it in the journal where it carried its own event time, else it is None. `unknown` names the
    members of the payload that are kept under `properties`.
    """

    time: int
    body: Mapping[str, Json]
    digest: bytes | None
    unknown: tuple[str, ...] = ()


class EventContract:
    """Reads events. Build one and keep it: it prepares the validators once."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._shapes = _shapes(TagValue, StateChange, ProductionCount)
        self._timed = _shapes(_timed(TagValue), _timed(StateChange), _timed(ProductionCount))

    def read(self, topic: EventTopic, payload: bytes, provenance: Provenance) -> Event:
        """What a message reports; `Refused` carries every reason why it can't be accepted."""
        message = Message(topic, payload, provenance, self._rules)
        prefix = ""
        if not isinstance(topic, TagTopic):
            for reason in self._rules.check_system(topic.system):
                message.reasons.add(reason)
            prefix = self._rules.of(topic.system).prefix
        if not message.payload:
            message.refuse(Reason("$", "", "the payload is empty; an event can't be withdrawn"))
        timed = message.given.time is not None or is_envelope(message.payload, provenance.content_type)
        said = (self._timed if timed else self._shapes)[type(topic)].read(message)
        if said is None:
            message.refuse(Reason("$.data", "", "the event is missing in its envelope"))
        if not isinstance(said, PlantEvent):
            return self._bare(message, said)
        return self._event(message, said, prefix)

    def _bare(self, message: Message, value: Json) -> Event:
        message.reasons.settle()
        time = message.given.time
        digest = None if time is None else message.item_digest(0)
        return Event(message.provenance.received if time is None else time, {"value": value}, digest)

    def _event(self, message: Message, said: PlantEvent, prefix: str) -> Event:
        time = message.given.time
        if time is None:
            where = json_path((*message.root, "timestamp"))
            if "timestamp" not in said.model_fields_set:
                message.refuse(Reason(where, "", _NO_TIME))
            time = micros(said.timestamp)
            check_time(time, message.provenance.latest, message.rules, where, message.reasons)
        body = _body(said)
        if prefix:
            _put_prefix(body, prefix, message)
        unknown = said.__pydantic_extra__
        for name, value in unknown.items():
            check_value(value, (*message.root, name), message.rules.depth, message.reasons)
        message.reasons.settle()
        if unknown:
            body["properties"] = dict(unknown)
        return Event(time, body, message.item_digest(0), tuple(unknown))


def _timed(form: type[PlantEvent]) -> type[PlantEvent]:
    """The same, where the message tells its event time: the payload need not."""
    told: Any = Field(None, description=form.model_fields["timestamp"].description)
    return create_model(form.__name__, __base__=form, timestamp=(Instant, told))


def _shapes(
    tag: type[PlantEvent], state: type[PlantEvent], count: type[PlantEvent]
) -> Mapping[type[EventTopic], Shape]:
    return {
        TagTopic: Shape(tag_payload(tag), 'expected {"value", "timestamp"}, or a number, text, true or false'),
        StateTopic: Shape(state, 'expected {"state", "timestamp"}'),
        CountTopic: Shape(count, 'expected {"good", "scrap", "timestamp"}'),
    }


def tag_payload(form: Any = TagValue) -> Any:
    """What a tag's payload may be: an object, or a value alone."""
    schema = {"anyOf": TypeAdapter(Scalar).json_schema()["anyOf"], "not": {"type": "null"}}
    value = Annotated[Scalar, AfterValidator(_not_null), WithJsonSchema(schema), Tag("value")]
    return Annotated[Annotated[form, Tag("object")] | value, Discriminator(_form)]


def _not_null(value: Json) -> Json:
    if value is None:
        raise ValueError('null alone says nothing; send {"value": null, "quality": "BAD", "timestamp"}')
    return value


def _form(payload: Any) -> str:
    return "object" if isinstance(payload, (dict, list, TagValue)) else "value"


def _body(said: PlantEvent) -> dict[str, Any]:
    fields = {name: getattr(said, name) for name in type(said).model_fields if name != "timestamp"}
    return {
        name: value.value if isinstance(value, Term) else value
        for name, value in fields.items()
        if value is not None or name == "value"
    }


def _put_prefix(body: dict[str, Any], prefix: str, message: Message) -> None:
    """The material and order of a system whose numbers are unique only within its site."""
    for name in ("material", "order"):
        if name in body:
            body[name] = prefix + body[name]
            check_id(body[name], json_path((*message.root, name)), message.reasons)
