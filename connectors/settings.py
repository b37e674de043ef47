"""What every connector's file may hold, whatever its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue

from connectors.errors import ExpressionError
from connectors.expression import Expression as Compiled
from connectors.mapping.settings import AssertionSettings, Strict, TestSettings
from connectors.mapping.times import zone_of
from schema import topic
from schema.errors import TopicError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def _duration(value: Any) -> Any:
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if isinstance(value, str) and match is None:
        raise ValueError("is no duration; write seconds as a number, or 500ms, 30s, 5m, 1h, 1d")
    return float(match[1]) * _SECONDS[match[2] or "s"] if match else value


def _system(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("is no name of a system; write a small letter, then small letters, digits and -, as sap-erp")
    return value


def _stream(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("is no name of a stream; write a small letter, then small letters, digits and -, as orders")
    return value


def _location(value: str) -> str:
    try:
        topic.location(value)
    except TopicError as error:
        raise ValueError(f"is no location: {error}; write it as acme/north/packing") from None
    return value


def _zone(value: str) -> str:
    try:
        zone_of(value)
    except ValueError as error:
        raise ValueError(str(error).removeprefix(f"{value!r} ")) from None
    return value


def _names(value: Any) -> Any:
    names = (value,) if isinstance(value, (str, bool)) else value
    if isinstance(names, (list, tuple)) and any(isinstance(name, bool) for name in names):
        raise ValueError("holds a truth, as YAML reads no, yes, on and off; put the field's name into quotes")
    return names


def _expression(value: str) -> str:
    try:
        Compiled(value)
    except ExpressionError as error:
        raise ValueError(f"is no expression of JSONata: {error}; write it as items or $not($exists(error))") from None
    return value


Expression = Annotated[str, AfterValidator(_expression)]
Seconds = Annotated[float, BeforeValidator(_duration), Field(ge=0, allow_inf_nan=False)]
SystemName = Annotated[str, BeforeValidator(lambda value: _system(value) if isinstance(value, str) else value)]
StreamName = Annotated[str, BeforeValidator(lambda value: _stream(value) if isinstance(value, str) else value)]
Location = Annotated[str, BeforeValidator(lambda value: _location(value) if isinstance(value, str) else value)]
Zone = Annotated[str, BeforeValidator(lambda value: _zone(value) if isinstance(value, str) else value)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names), Field(min_length=1)]
"""One name, or a list of them."""


class CommonStream(Strict):
    """What streams of every kind have."""

    changed: Names | None = Field(
        None,
        description="The field that tells when a record was changed; several, where the first may be empty.",
        examples=["changed_at", ["write_date", "create_date"]],
    )
    changed_format: str | None = Field(
        None,
        description="How that field is written, where it is not ISO 8601: as Python's strptime has it, epoch-s or "
        "epoch-ms.",
        examples=["epoch-ms"],
    )
    location: Location | None = Field(
        None, description="Where its things are, in place of the connector's.", examples=["acme/north/packing"]
    )
    nulls: tuple[JsonValue, ...] | None = Field(
        None, description="Values that mean nothing is there, in place of the connector's.", examples=[[False, ""]]
    )
    map: tuple[AssertionSettings, ...] = Field(
        min_length=1, description="What each record asserts.", examples=[[{"kind": "MaterialLot", "id": "lot_no"}]]
    )
    tests: tuple[TestSettings, ...] = Field(
        (), description="Records and what they are to become; `unshub lint --test` tries them."
    )

    @property
    def time_expression(self) -> str | None:
        """When a record was changed: the first of the fields that is there."""
        if self.changed is None:
            return None
        return " : ".join([*(f"`{name}` ? `{name}`" for name in self.changed[:-1]), f"`{self.changed[-1]}`"])


class StreamSettings(CommonStream):
    """One kind of records that a source is read for, and what they assert."""

    key: Names = Field(description="The field, or fields, that tell one record from the others.", examples=["id"])
    changed: Names | None = Field(
        None,
        description="The field that tells when a record was changed; several, where the first may be empty. Without "
        "it, each run reads all records and compares them with those before.",
        examples=["changed_at", ["write_date", "create_date"]],
    )
    overlap: Seconds = Field(
        60.0,
        description="How far before the newest change a run begins to read, for changes that were stored late. What is "
        "read twice unchanged is not told again. With 0, a change in the same instant as an earlier one is missed.",
        examples=["5m"],
    )
    every: Seconds | None = Field(
        None, description="How often it is read, in place of the connector's `every`.", examples=["1h"]
    )
    withdraw: bool = Field(
        True,
        description="Whether what is gone from a source that is compared as a whole is withdrawn. Not, where the "
        "source shows only a part, as what is open or new.",
        examples=[False],
    )
    page: Annotated[int, Field(ge=1, le=100_000)] = Field(
        1000, description="How many records are read at once.", examples=[200]
    )

    @property
    def snapshot(self) -> bool:
        """Whether every run reads all records."""
        return self.changed is None

    @property
    def absences(self) -> int:
        """How many whole runs have to miss a record before it counts as gone."""
        return 1


class CommonSettings(Strict):
    """What connectors of every kind have."""

    kind: str = Field(description="How the source is reached.", examples=["sql"])
    system: SystemName = Field(description="The system that speaks, as topics name it.", examples=["mes"])
    description: str = Field("", description="What it connects, for people.", examples=["The MES of the north site"])
    location: Location | None = Field(
        None, description="Where its things are, unless the mapping says so.", examples=["acme/north"]
    )
    time_zone: Zone | None = Field(
        None, description="The zone of times that have no offset.", examples=["Europe/Berlin"]
    )
    nulls: tuple[JsonValue, ...] = Field(
        (), description="Values that mean nothing is there.", examples=[[False, "", "0000-00-00"]]
    )
    streams: Mapping[StreamName, CommonStream] = Field(
        min_length=1, description="What is taken, by a name of your own."
    )

    def secret_files(self) -> Mapping[str, Path]:
        """The files with secrets, by the name of the setting."""
        return {}


class ConnectorSettings(CommonSettings):
    """A connector that is read again and again, as its file has it. A kind adds its own."""

    every: Seconds = Field(60.0, description="How often its streams are read.", examples=["30s"])
    max_withdrawn: Annotated[float, Field(ge=0, le=1)] = Field(
        0.2,
        description="The share of the known records that may be gone at once in a source that is compared as a whole. "
        "Beyond it nothing is withdrawn: a source that answers with an empty list has mostly another trouble.",
        examples=[0.5],
    )
    streams: Mapping[StreamName, StreamSettings] = Field(
        min_length=1, description="What is read, by a name of your own."
    )
