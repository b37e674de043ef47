"""How the plant file is laid out, without the things themselves: those are read by `hub.demo.file`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from hub.settings.types import Orders, SystemName
from schema.authority import EQUAL


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class MadeForm(_Part):
    """Counts for one job: `[time, good, scrap]` each."""

    material: str
    made: tuple[tuple[str, float, float], ...]


class SignalForm(_Part):
    """How a tag's value runs: `[time, value]` each."""

    every: int = Field(gt=0)
    noise: float = Field(0.0, ge=0)
    points: tuple[tuple[str, float], ...] = Field(min_length=1)


class SystemForm(_Part):
    """A system: where it publishes and since when, unless a thing says otherwise, and how its messages look."""

    description: str
    place: str
    since: str
    arrays: bool = False
    enveloped: bool = True
    says: Mapping[str, Mapping[str, Mapping[str, Any] | None]] = Field(default_factory=dict)
    signals: Mapping[str, SignalForm] = Field(default_factory=dict)
    states: Mapping[str, tuple[tuple[str, str] | tuple[str, str, str], ...]] = Field(default_factory=dict)
    counts: Mapping[str, Mapping[str, MadeForm]] = Field(default_factory=dict)


class MisfitForm(_Part):
    """A message that must be refused. Short forms of times in its payload are written out."""

    system: SystemName
    topic: str
    payload: Mapping[str, Any] | str
    because: str


class UndescribedForm(_Part):
    """A thing that is referred to and that nobody describes."""

    kind: str
    id: str
    owed_by: SystemName


class PlantForm(_Part):
    """The whole file."""

    form: Literal[1]
    now: AwareDatetime
    places: Mapping[str, str]
    authority: Orders = EQUAL
    systems: Mapping[SystemName, SystemForm]
    misfits: tuple[MisfitForm, ...] = ()
    undescribed: tuple[UndescribedForm, ...] = ()
