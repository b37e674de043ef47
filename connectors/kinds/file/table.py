"""Rows under names, as CSV and sheets have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from connectors.kinds.file.opened import Broken
from connectors.kinds.file.settings import FileStream
from schema.json import Json


class Columns:
    """The names of a table. What stands under none is left out."""

    def __init__(self, names: Sequence[str], stream: FileStream) -> None:
        """`Broken` where two are the same, or one is missing that the stream names."""
        twice = [name for name, count in Counter(filter(None, names)).items() if count > 1]
        if twice:
            raise Broken(f"has several columns called {twice[0]!r}; name them all in `columns`, and `skip` the names")
        self._places = [(place, name) for place, name in enumerate(names) if name]
        self._fill = stream.fill_down or ()
        self._comma = stream.decimal_comma or ()
        if missing := sorted({*self._fill, *self._comma} - set(names)):
            raise Broken(f"has no column {missing[0]!r}, which the stream names; see `skip`, `delimiter` and `columns`")
        self._above: dict[str, Json] = {}

    def record(self, row: Sequence[Json]) -> dict[str, Json]:
        """A row as a record."""
        record = {name: row[place] if place < len(row) else None for place, name in self._places}
        for name in self._fill:
            if record[name] in (None, ""):
                record[name] = self._above.get(name)
            self._above[name] = record[name]
        for name in self._comma:
            value = record[name]
            if isinstance(value, str):
                record[name] = value.replace(".", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
        return record
