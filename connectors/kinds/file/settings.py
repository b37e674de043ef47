"""How a folder of files is configured."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from connectors.kinds.file.remote_settings import S3, Place, Sftp
from connectors.kinds.file.where import Wanted, expression
from connectors.settings import ConnectorSettings, Names, Seconds, StreamName, StreamSettings

FILE, LINE, MODIFIED, ELEMENT, AROUND = "_file", "_line", "_modified", "_element", "_in"

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(kB|MB|GB)?")
_BYTES = {None: 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}


class Format(StrEnum):
    """How the records stand in a file."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"
    XML = "xml"
    EXCEL = "excel"


class Then(StrEnum):
    """What becomes of a file that was read."""

    LEAVE = "leave"
    MOVE = "move"
    DELETE = "delete"


_ONLY_OF = {
    "delimiter": (Format.CSV,),
    "columns": (Format.CSV, Format.EXCEL),
    "skip": (Format.CSV, Format.EXCEL),
    "fill_down": (Format.CSV, Format.EXCEL),
    "decimal_comma": (Format.CSV, Format.EXCEL),
    "encoding": (Format.CSV, Format.JSONL, Format.JSON),
    "sheet": (Format.EXCEL,),
    "records": (Format.JSON, Format.XML),
    "namespaces": (Format.XML,),
}
"""Settings that mean something for some formats alone."""


def _encoding(value: str) -> str:
    try:
        "".encode(value)
    except LookupError:
        raise ValueError("is no encoding; write it as utf-8, cp1252 or latin-1") from None
    return value


def _pattern(value: str) -> str:
    if "/" in value or "\\" in value:
        raise ValueError("leads out of the folder; name the files alone, as results-*.csv, and the folder in `folder`")
    return value


def _marker(value: str) -> str:
    if "{name}" not in value and "{stem}" not in value:
        raise ValueError("does not say whose marker it is; write it as {name}.ok or {stem}.done")
    return _pattern(value)


def _size(value: Any) -> Any:
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if isinstance(value, str) and match is None:
        raise ValueError("is no size; write bytes as a number, or 500kB, 20MB, 1GB")
    return int(float(match[1]) * _BYTES[match[2]]) if match else value


def _sheet(value: Any) -> Any:
    if not isinstance(value, (int, str)) or isinstance(value, bool) or (isinstance(value, int) and value < 1):
        raise ValueError("is no sheet; write its name, or its number from 1")
    return value


class FileStream(StreamSettings):
    """Files of one form. Each record has `_file`, `_line` and `_modified` beside its own fields."""

    key: Names = Field(
        (FILE, LINE), description="The field, or fields, that tell one record from the others.", examples=["result_no"]
    )
    files: Annotated[str, AfterValidator(_pattern)] = Field(
        description="Which files of the folder; `*` and `?` stand for others.", examples=["results-*.csv"]
    )
    format: Format = Field(description="How the records stand in them.", examples=["csv"])
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(
        ",", description="What is between the fields of CSV.", examples=[";"]
    )
    columns: Names | None = Field(
        None,
        description="The names of the fields, of CSV or a sheet without a row of names.",
        examples=[["lot", "value"]],
    )
    skip: Annotated[int, Field(ge=0, le=10_000)] = Field(
        0, description="How many lines or rows stand above the names, or above the records.", examples=[3]
    )
    decimal_comma: Names | None = Field(
        None, description="The fields whose numbers are written as 1.234,5.", examples=[["value", "limit"]]
    )
    fill_down: Names | None = Field(
        None,
        description="The fields whose empty cells mean what stands above, as merged cells do.",
        examples=[["order"]],
    )
    sheet: Annotated[int | str, BeforeValidator(_sheet)] | None = Field(
        None,
        description="The sheet of a workbook, by its name or its number from 1. Else the first.",
        examples=["Lots"],
    )
    records: str | None = Field(
        None,
        description="Where the records are: in JSON an expression of JSONata, in XML the path of elements from the "
        "outermost, or //Name for elements anywhere; several with | between them.",
        examples=["data.results", "Schedule/Order"],
    )
    namespaces: Mapping[str, str] = Field(
        default_factory=dict,
        description="Prefixes for `records` in XML. A name without a prefix is of any namespace.",
        examples=[{"b": "http://www.mesa.org/xml/B2MML"}],
    )
    encoding: Annotated[str, AfterValidator(_encoding)] = Field(
        "utf-8-sig", description="How text is written. XML says it itself.", examples=["cp1252"]
    )
    largest: Annotated[int, BeforeValidator(_size), Field(ge=1)] = Field(
        10**9, description="How large a file may be, unpacked; a larger one is faulty.", examples=["20MB"]
    )
    settle: Seconds = Field(
        5.0, description="How long a file must not have been written to before it is read.", examples=["1m"]
    )
    ready: Annotated[str, AfterValidator(_marker)] | None = Field(
        None,
        description="The file that says that another is whole, and without which that is not read; {name} is the "
        "other's name, {stem} that without its ending.",
        examples=["{name}.ok"],
    )
    order: Literal["time", "name"] = Field(
        "time", description="Whether files are read as they were written, or by name.", examples=["name"]
    )
    then: Then = Field(
        Then.LEAVE,
        description="What becomes of a file that was read: it is left, moved into `done`, or deleted. Unless it is "
        "left, a faulty one is moved into `failed`, with the reasons beside it.",
        examples=["move"],
    )

    @model_validator(mode="after")
    def _fits_the_format(self) -> FileStream:
        for name, formats in _ONLY_OF.items():
            if name in self.model_fields_set and self.format not in formats:
                alias = type(self).model_fields[name].alias or name
                raise ValueError(f"has `{alias}`, which {self.format.value} has no use for; leave it out")
        if self.format is Format.XML and self.records is None:
            raise ValueError("does not say which elements are records; give `records`, as Schedule/Order or //Order")
        return self

    @model_validator(mode="after")
    def _records_can_be_found(self) -> FileStream:
        if self.records is not None and self.format is Format.JSON:
            expression(self.records)
        elif self.records is not None:
            Wanted.of(self.records, self.namespaces)
        return self

    @property
    def snapshot(self) -> bool:
        """Files tell what is new; what they leave out is not gone."""
        return False

    @property
    def time_expression(self) -> str | None:
        """The record's own time, or when the file was written."""
        return super().time_expression or MODIFIED


class FileSettings(ConnectorSettings):
    """A folder."""

    folder: Place = Field(
        description="The folder that files are put into: a path, s3://bucket/prefix, or sftp://user@host/path.",
        examples=["/srv/lims/out", "s3://plant/lims", "sftp://reader@files.example/out"],
    )
    s3: S3 | None = Field(None, description="How S3 is reached; without it, as the machine's environment says.")
    sftp: Sftp | None = Field(None, description="How the server of SFTP is shown who asks.")
    streams: Mapping[StreamName, FileStream] = Field(min_length=1, description="What is read, by a name of your own.")

    @model_validator(mode="after")
    def _is_where_it_says(self) -> FileSettings:
        for name in ("s3", "sftp"):
            if getattr(self, name) is not None and not self.folder.startswith(f"{name}://"):
                raise ValueError(f"has `{name}`, and its `folder` is not there; leave `{name}` out, or see `folder`")
        if self.folder.startswith("sftp://") and self.sftp is None:
            raise ValueError("does not say who signs in; give `sftp`, as {keyFile: /run/secrets/key}")
        return self

    @model_validator(mode="after")
    def _takes_no_file_from_another(self) -> FileSettings:
        for (one, first), (other, second) in combinations(self.streams.items(), 2):
            if first.files == second.files and {first.then, second.then} != {Then.LEAVE}:
                raise ValueError(
                    f"has the streams {one} and {other} read the same files, and takes them away when one has; give "
                    "both `then: leave`, or one stream that asserts everything"
                )
        return self

    def secret_files(self) -> Mapping[str, Path]:
        ways = {"s3": self.s3, "sftp": self.sftp}
        return {
            f"{name}.{each}": file for name, way in ways.items() if way for each, file in way.secret_files().items()
        }
