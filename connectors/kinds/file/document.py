"""Records in one JSON document, which is read whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import orjson

from connectors.errors import ExpressionError
from connectors.kinds.file.opened import Broken
from connectors.kinds.file.settings import FileStream
from connectors.kinds.file.where import expression
from connectors.records import FAULT, Record

LARGEST = 200_000_000
"""In memory a document takes several times its bytes."""


def json_rows(file: IO[bytes], stream: FileStream) -> Iterator[tuple[int, Record]]:
    """The records of a document, with their numbers."""
    held = file.read(LARGEST + 1)
    if len(held) > LARGEST:
        raise Broken(f"is a JSON document of more than {LARGEST} bytes; a file of JSON lines may be larger")
    try:
        document = orjson.loads(held.decode(stream.encoding))
    except orjson.JSONDecodeError as error:
        raise Broken(f"is no JSON: {error}") from None
    del held
    for number, record in enumerate(_found(document, stream), 1):
        if isinstance(record, dict):
            yield number, record
        else:
            yield number, {FAULT: f"record {number} is no object", "_text": orjson.dumps(record).decode()[:1000]}


def _found(document: object, stream: FileStream) -> list[object]:
    found = document
    if stream.records is not None:
        try:
            found = expression(stream.records).of(document, {})
        except ExpressionError as error:
            raise Broken(f"can't be read by `records`: {stream.records}: {error}") from None
        if found is None:
            raise Broken(f"has nothing at {stream.records}; see `records`")
    return found if isinstance(found, list) else [found]
