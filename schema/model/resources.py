"""Resources: the equipment, assets and people that work is done with."""

from __future__ import annotations

from schema.model.base import Entity, Instant, Ref, RefWith, Term, attribute, declare, link
from schema.model.common import Period


class EquipmentLevel(Term):
    """A level of the role-based equipment hierarchy. Source: ISA-95 Part 1 (IEC 62264-1), equipment hierarchy."""

    ENTERPRISE = "ENTERPRISE", "The whole company, or the part of it that shares its planning."
    SITE = "SITE", "A plant or campus at one place."
    AREA = "AREA", "A part of a site, by place or by purpose."
    WORK_CENTER = "WORK_CENTER", "What work is scheduled on below an area, whatever the kind of production."
    PROCESS_CELL = "PROCESS_CELL", "A work center of batch production."
    PRODUCTION_UNIT = "PRODUCTION_UNIT", "A work center of continuous production."
    PRODUCTION_LINE = "PRODUCTION_LINE", "A work center of discrete or repetitive production."
    STORAGE_ZONE = "STORAGE_ZONE", "A work center that stores material."
    WORK_UNIT = "WORK_UNIT", "A part of a work center that work is assigned to."
    UNIT = "UNIT", "A work unit of batch or continuous production, such as a reactor or mixer."
    WORK_CELL = "WORK_CELL", "A work unit of discrete production, such as a station or machine."
    STORAGE_UNIT = "STORAGE_UNIT", "A work unit that stores material, such as a rack, bin or tank."
    EQUIPMENT_MODULE = "EQUIPMENT_MODULE", "A part of a unit that carries out a minor processing activity (ISA-88)."
    CONTROL_MODULE = (
        "CONTROL_MODULE",
        "What control acts on directly, such as a valve with its sensor (ISA-88).",
    )
    OTHER = "OTHER", "A level that the standard does not name."


class AssetStatus(Term):
    """Whether an asset can be used. Source: EN 13306, states of an item."""

    IN_SERVICE = "IN_SERVICE", "Installed and fit for use."
    STANDBY = "STANDBY", "Fit for use, but not needed now."
    UNDER_MAINTENANCE = "UNDER_MAINTENANCE", "Being maintained; not to be used."
    OUT_OF_SERVICE = "OUT_OF_SERVICE", "Not fit for use, because of a fault or by decision."
    RETIRED = "RETIRED", "Taken out of use for good."


class Criticality(Term):
    """How grave the asset's failure would be. Source: EN 13306, criticality."""

    HIGH = "HIGH", "Harms people or the environment, or stops production."
    MEDIUM = "MEDIUM", "Slows production or costs quality."
    LOW = "LOW", "Has little effect."


class EquipmentClass(Entity):
    """A grouping of equipment of like characteristics, such as mixers of 500 litres."""

    kind = declare(
        "resources",
        plural="equipmentClasses",
        source="ISA-95 Part 2 (IEC 62264-2), equipment class; B2MML EquipmentClassType",
    )

    level: EquipmentLevel | None = attribute("The level of the hierarchy at which its equipment stands.")


class PhysicalAsset(Entity):
    """A physical thing with a serial number: a machine, tool or instrument, whatever role it fills at present."""

    kind = declare(
        "resources",
        plural="physicalAssets",
        source="ISA-95 Part 2 (IEC 62264-2), physical asset; B2MML PhysicalAssetType",
        composites=(("manufacturer", "serial"),),
        parent="part_of",
    )

    status: AssetStatus | None = attribute("Whether the asset can be used.")
    asset_type: str | None = attribute("What sort of asset it is, such as pump or balance (ISO 14224 equipment class).")
    criticality: Criticality | None = attribute("How grave its failure would be.")
    manufacturer: str | None = attribute("Who made it.")
    model: str | None = attribute("The manufacturer's name of the model.")
    serial_number: str | None = attribute("The manufacturer's serial number.", sought=True)
    installed_at: Instant | None = attribute("When it was put into service.")
    part_of: Ref | None = link(
        "PART_OF",
        "PhysicalAsset",
        "parts",
        "The asset that it is built into.",
        inverse_description="The assets that are built into it.",
    )


class Equipment(Entity):
    """A role in the plant, from the enterprise down to a control module, filled by physical assets."""

    kind = declare(
        "resources",
        plural="equipmentItems",
        source="ISA-95 Part 2 (IEC 62264-2), equipment; B2MML EquipmentType",
        parent="part_of",
    )

    level: EquipmentLevel | None = attribute("Its level in the equipment hierarchy.")
    part_of: Ref | None = link(
        "PART_OF",
        "Equipment",
        "parts",
        "The equipment that it belongs to, one level up or more.",
        inverse_description="The equipment that belongs to it directly.",
    )
    classes: list[Ref] | None = link(
        "MEMBER_OF",
        "EquipmentClass",
        "members",
        "The classes that it belongs to.",
        inverse_description="The equipment of this class.",
    )
    implemented_by: list[RefWith[Period]] | None = link(
        "IMPLEMENTED_BY",
        "PhysicalAsset",
        "roles",
        "The assets that fill or filled the role, with the times.",
        inverse_description="The equipment whose role the asset fills or filled, with the times.",
    )


class PersonnelClass(Entity):
    """A grouping of people by job or qualification, such as operators licensed for sterile filling."""

    kind = declare(
        "resources",
        plural="personnelClasses",
        source="ISA-95 Part 2 (IEC 62264-2), personnel class; B2MML PersonnelClassType",
    )


class Person(Entity):
    """Someone who does work that the plant records."""

    kind = declare(
        "resources",
        plural="people",
        source="ISA-95 Part 2 (IEC 62264-2), person; B2MML PersonType",
    )

    active: bool | None = attribute("Whether the person works here at present.")
    classes: list[RefWith[Period]] | None = link(
        "MEMBER_OF",
        "PersonnelClass",
        "members",
        "The classes that the person belongs to, with the times for which the qualification holds.",
        inverse_description="The people of this class, with the times for which their qualification holds.",
    )
