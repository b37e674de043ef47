"""What belongs to the records of a page: asked for by their keys, and given to each as a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.errors import ExpressionError, SourceError
from connectors.expression import Expression
from connectors.kinds.rest.ask import Asker
from connectors.kinds.rest.pages import Paging, Place
from connectors.kinds.rest.settings import Children, RestStream
from connectors.records import Record
from schema.json import Json

AT_ONCE = 100
"""So many records' children in one request: keys in a URL make it long."""


def with_children(asker: Asker, stream: RestStream, records: Sequence[Record]) -> Sequence[Record]:
    """The records with their children."""
    for name, settings in stream.children.items():
        by = settings.by or stream.key[0]
        found = _found(asker, settings, [record[by] for record in records if record.get(by) is not None])
        records = [{**record, name: found.get(_key(record.get(by)), [])} for record in records]
    return records


def _found(asker: Asker, settings: Children, keys: Sequence[Any]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    whose = Expression(settings.of)
    for begin in range(0, len(keys), AT_ONCE):
        for child in _all(asker, settings, keys[begin : begin + AT_ONCE]):
            try:
                found.setdefault(_key(whose.of(child, child)), []).append(child)
            except ExpressionError as error:
                raise SourceError(f"{asker.base}{settings.path}: `of` ({settings.of}): {error}") from None
    return found


def _all(asker: Asker, settings: Children, keys: Sequence[Any]) -> Iterator[dict[str, Json]]:
    paging = Paging(settings.pages)
    place: Place | None = paging.first()
    before: Sequence[Record] = ()
    while place is not None:
        answer = asker.page(settings, place, keys=list(keys))
        if answer.records and list(answer.records) == list(before):
            raise SourceError(f"{asker.base}{settings.path} gives the same records for a page as for the one before")
        before = answer.records
        yield from map(dict, answer.records)
        place = paging.following(place, len(answer.records), answer.response, answer.body)


def _key(value: Any) -> str:
    return str(value)
