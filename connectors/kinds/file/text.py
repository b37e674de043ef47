"""Records that stand in lines: CSV, and a JSON object a line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from typing import IO

import orjson

from connectors.kinds.file.opened import Broken, lines
from connectors.kinds.file.settings import FileStream
from connectors.kinds.file.table import Columns
from connectors.records import FAULT, Record


def csv_rows(file: IO[bytes], stream: FileStream) -> Iterator[tuple[int, Record]]:
    """The records of CSV, with their lines."""
    text = lines(file, stream.encoding)
    above = sum(1 for _ in islice(text, stream.skip))
    rows = csv.reader(text, delimiter=stream.delimiter, strict=True)
    try:
        names = list(stream.columns) if stream.columns is not None else [name.strip() for name in next(rows, [])]
        columns = Columns(names, stream)
        for row in rows:
            if not row:
                continue
            line = above + rows.line_num
            if len(row) == len(names):
                yield line, columns.record(row)
            else:
                fault = f"line {line}: {len(row)} fields, and not {len(names)}; see `delimiter`"
                yield line, {FAULT: fault, "_text": stream.delimiter.join(row)}
    except csv.Error as error:
        raise Broken(f"is no CSV: {error}; see `delimiter`") from None


def jsonl_rows(file: IO[bytes], stream: FileStream) -> Iterator[tuple[int, Record]]:
    """The records of JSON lines, with their lines."""
    for number, text in enumerate(lines(file, stream.encoding), 1):
        if not text.strip():
            continue
        try:
            record = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            yield number, {FAULT: f"line {number} is no JSON: {error}", "_text": text.rstrip("\r\n")}
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            yield number, {FAULT: f"line {number} is no object", "_text": text.rstrip("\r\n")}
