"""Pages of lists that are not a kind's: Relay connections whose cursors hold where a row is in the list's one order."""

from __future__ import annotations

from dataclasses import dataclass

from hub.api import cursors, reading
from hub.api.common import Found
from hub.api.context import ApiContext
from hub.api.errors import RequestError

FIRST = "How many at most; a page of the usual size where it is left out."
AFTER = "The cursor after which the page begins."
CURSOR = "Where this row is; `after` takes it."
NO_TOTAL = "There is no `totalCount`: to count them all would mean to read them all."

_NUMBER, _DIGITS = 2**63, 20


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one list. `order` tells its cursors from those of others."""

    order: str

    def cursor(self, place: object) -> str:
        """The cursor of a row, by its place."""
        return cursors.encode(self.order, [str(place)])

    def place(self, after: str | None) -> str | None:
        """The place that a cursor holds; `RequestError` where it is none of this list's."""
        return None if after is None else str(cursors.decode(after, self.order, ())[0])

    def number(self, after: str | None) -> int | None:
        """The same, where places are whole numbers."""
        place = self.place(after)
        if place is None:
            return None
        # Python reads no number of very many digits.
        if not (place.isascii() and place.isdigit() and len(place) < _DIGITS and int(place) < _NUMBER):
            raise RequestError("the cursor in `after` is not one that this API gave; begin anew without it")
        return int(place)

    def info(self, start: object, end: object, after: str | None, *, more: bool) -> Found:
        """Where a page stands in its list; `start` and `end` are places, None on an empty page."""
        return {
            "hasNextPage": more,
            "hasPreviousPage": after is not None,
            "startCursor": None if start is None else self.cursor(start),
            "endCursor": None if end is None else self.cursor(end),
        }


def size(context: ApiContext, first: int | None) -> int:
    """How many rows a page has, of the argument `first`."""
    return context.limits.default_page if first is None else reading.page_size(context, first)
