"""Records in the rows of an Excel workbook (.xlsx, .xlsm), read row by row.

Of a formula the value counts that the program which stored the workbook has worked out. Cells that are merged have
their value in the first of them; `fillDown` carries it on.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import openpyxl

from connectors.kinds.file.opened import Broken
from connectors.kinds.file.settings import FileStream
from connectors.kinds.file.table import Columns
from connectors.records import Record, json_of
from schema.json import Json

MOST_ROWS = 1_048_576
"""What a sheet may have. A row of a higher number would be preceded by as many empty ones."""


def excel_rows(path: Path, stream: FileStream) -> Iterator[tuple[int, Record]]:
    """The records of a sheet, with their rows."""
    _bounded(path, stream.largest)
    with path.open("rb") as file:
        book = _opened(file)
        try:
            yield from _rows(_sheet(book, stream.sheet), stream)
        except (KeyError, ValueError, TypeError, SyntaxError, BadZipFile, EOFError, zlib.error) as error:
            raise Broken(f"has a sheet that can't be read: {type(error).__name__}: {error}") from None
        finally:
            book.close()


def _opened(file: IO[bytes]) -> Any:
    try:
        with warnings.catch_warnings(action="ignore"):
            return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    # A part that is missing, or is other than it should be, comes out as nearly any error.
    except Exception as error:
        cause = error.__cause__ or error.__context__ or error
        told = str(cause).partition("\n")[0]
        raise Broken(f"is no workbook that can be read: {type(cause).__name__}: {told}") from None


def _bounded(path: Path, largest: int) -> None:
    """What is packed says how large it is, and no more than that is unpacked of it."""
    try:
        with ZipFile(path) as packed:
            size = sum(each.file_size for each in packed.infolist())
    except (BadZipFile, OSError, ValueError) as error:
        raise Broken(f"is no workbook: {error}; .xls is to be stored as .xlsx") from None
    if size > largest:
        raise Broken(f"is larger than {largest} bytes when it is unpacked; see `largest`")


def _sheet(book: Any, wanted: str | int | None) -> Any:
    names = [sheet.title for sheet in book.worksheets]
    if not names:
        raise Broken("has no sheet")
    if isinstance(wanted, str):
        if wanted not in names:
            raise Broken(f"has no sheet {wanted!r}, and has {', '.join(map(repr, names))}; see `sheet`")
        return book.worksheets[names.index(wanted)]
    place = (wanted or 1) - 1
    if place >= len(names):
        raise Broken(f"has {len(names)} sheets, and no number {wanted}; see `sheet`")
    return book.worksheets[place]


def _rows(sheet: Any, stream: FileStream) -> Iterator[tuple[int, Record]]:
    # What a workbook says of its own size is often wrong.
    sheet.reset_dimensions()
    columns = None if stream.columns is None else Columns(stream.columns, stream)
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MOST_ROWS:
            raise Broken(f"has a row beyond {MOST_ROWS}")
        row = [_value(cell) for cell in cells]
        if number <= stream.skip or not any(value is not None for value in row):
            continue
        if columns is None:
            columns = Columns(["" if name is None else str(name).strip() for name in row], stream)
        else:
            yield number, columns.record(row)


def _value(cell: Any) -> Json:
    return (cell.strip() or None) if isinstance(cell, str) else json_of(cell)
