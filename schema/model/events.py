"""Events and tags: what happened, and the names of the values that equipment reports."""

from __future__ import annotations

from schema.model.base import Entity, Instant, Quantity, Ref, Term, UnitCode, attribute, declare, link


class EventCategory(Term):
    """What sort of event it is. Source: ISA-18.2 (IEC 62682), definitions."""

    ALARM = "ALARM", "Something is wrong, and someone must act."
    ALERT = "ALERT", "Someone should know, and may have to act."
    EVENT = "EVENT", "Something happened that is worth recording."


class EventPriority(Term):
    """How soon someone must act. Source: ISA-18.2 (IEC 62682), alarm priority."""

    CRITICAL = "CRITICAL", "At once."
    HIGH = "HIGH", "Promptly."
    MEDIUM = "MEDIUM", "Soon."
    LOW = "LOW", "When there is time."


class EventState(Term):
    """Where an alarm stands. Source: ISA-18.2 (IEC 62682), alarm states."""

    ACTIVE = "ACTIVE", "The condition holds, and nobody has acknowledged it."
    ACKNOWLEDGED = "ACKNOWLEDGED", "The condition holds, and someone has acknowledged it."
    RETURNED = "RETURNED", "The condition is over, and nobody has acknowledged it."
    CLEARED = "CLEARED", "The condition is over, and nothing is left to do."
    SHELVED = "SHELVED", "Hidden for a time by an operator."
    SUPPRESSED = "SUPPRESSED", "Hidden by design or because the equipment is out of service."


class TagType(Term):
    """What sort of values a tag has."""

    NUMBER = "NUMBER", "Numbers."
    BOOLEAN = "BOOLEAN", "True or false."
    TEXT = "TEXT", "Text."


class Tag(Entity):
    """A named value that equipment reports over time. The values themselves are kept as a series, not in the graph."""

    kind = declare(
        "events",
        plural="tags",
        source="ISA-95 Part 2 (IEC 62264-2), equipment property; OPC UA Part 8 (OPC 10000-8), data item",
    )

    tag_name: str | None = attribute("What follows `_tag/` in the topic of its values, such as `motor/speed`.")
    data_type: TagType | None = attribute("What sort of values it has.")
    unit: UnitCode | None = attribute("The unit of its values.")
    low_limit: Quantity | None = attribute("The lowest value that is normal.")
    high_limit: Quantity | None = attribute("The highest value that is normal.")
    equipment: Ref | None = link(
        "MEASURED_AT",
        "Equipment",
        "tags",
        "The equipment whose value it is.",
        inverse_description="The tags of the equipment.",
    )
    sensor: Ref | None = link(
        "MEASURED_WITH",
        "PhysicalAsset",
        "tags",
        "The sensor or device that reports it.",
        inverse_description="The tags that the asset reports.",
    )


class OperationsEvent(Entity):
    """Something that happened in operations: an alarm, an alert or an event worth recording."""

    kind = declare(
        "events",
        plural="operationsEvents",
        source="ISA-95 Part 2 (IEC 62264-2), operations event; B2MML OperationsEventType",
    )

    category: EventCategory | None = attribute("What sort of event it is.")
    priority: EventPriority | None = attribute("How soon someone must act.")
    state: EventState | None = attribute("Where it stands, for an alarm.")
    code: str | None = attribute("What happened, by the system's catalogue of events.", sought=True)
    message: str | None = attribute("What happened, in words.")
    raised_at: Instant | None = attribute("When it happened or began.")
    acknowledged_at: Instant | None = attribute("When someone acknowledged it.")
    cleared_at: Instant | None = attribute("When it was over.")
    equipment: Ref | None = link(
        "CONCERNS",
        "Equipment",
        "events",
        "The equipment that it happened at.",
        inverse_description="What happened at the equipment.",
    )
    asset: Ref | None = link(
        "CONCERNS",
        "PhysicalAsset",
        "events",
        "The asset that it happened to.",
        inverse_description="What happened to the asset.",
    )
    lots: list[Ref] | None = link(
        "CONCERNS",
        "MaterialLot",
        "events",
        "The lots that it happened to.",
        inverse_description="What happened to the lot.",
    )
    job_order: Ref | None = link(
        "CONCERNS",
        "JobOrder",
        "events",
        "The job during which it happened.",
        inverse_description="What happened during the job.",
    )
    batch: Ref | None = link(
        "CONCERNS",
        "Batch",
        "events",
        "The batch during which it happened.",
        inverse_description="What happened during the batch.",
    )
    tag: Ref | None = link(
        "RAISED_BY",
        "Tag",
        "events",
        "The tag whose value raised it.",
        inverse_description="The events that the tag's values raised.",
    )
    acknowledged_by: Ref | None = link(
        "ACKNOWLEDGED_BY",
        "Person",
        "acknowledgedEvents",
        "Who acknowledged it.",
        inverse_description="The events that the person acknowledged.",
    )
