"""A file's records, whatever its form. What is none says so in `_fault`, and those after it follow."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from connectors.kinds.file.document import json_rows
from connectors.kinds.file.folder import Entry
from connectors.kinds.file.markup import xml_rows
from connectors.kinds.file.opened import Broken, opened
from connectors.kinds.file.settings import FILE, LINE, MODIFIED, FileStream, Format
from connectors.kinds.file.sheet import excel_rows
from connectors.kinds.file.text import csv_rows, jsonl_rows
from connectors.records import FAULT, Record
from schema.json import Json
from schema.model.base import instant_text

_BY_FORMAT = {Format.CSV: csv_rows, Format.JSONL: jsonl_rows, Format.JSON: json_rows, Format.XML: xml_rows}


def records(path: Path, entry: Entry, stream: FileStream) -> Generator[dict[str, Json], None, None]:
    """The records of a file. A file that can't be read further ends with one that says why."""
    modified = instant_text(datetime.fromtimestamp(entry.modified / 1e9, UTC))
    line = 0
    try:
        with closing(_rows(path, entry.name, stream)) as rows:
            for line, record in rows:
                own: dict[str, Json] = {FILE: entry.name, LINE: line, MODIFIED: modified}
                if (fault := record.get(FAULT)) is not None:
                    own[FAULT] = f"{entry.name}, {fault}"
                yield {**record, **own}
    except (Broken, UnicodeError) as error:
        after = f", after line {line}," if line else ""
        fault = f"{entry.name}{after} {_why(error, stream)}"
        yield {FAULT: fault, FILE: entry.name, LINE: line + 1, MODIFIED: modified}


def _why(error: Exception, stream: FileStream) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"is not {stream.encoding} ({error.reason}); see `encoding`"
    if isinstance(error, UnicodeError):
        return f"is not {stream.encoding} ({error}); see `encoding`"
    return str(error)


def _rows(path: Path, name: str, stream: FileStream) -> Generator[tuple[int, Record], None, None]:
    if stream.format is Format.EXCEL:
        yield from excel_rows(path, stream)
        return
    with opened(path, name, stream.largest) as file:
        yield from _BY_FORMAT[stream.format](file, stream)
