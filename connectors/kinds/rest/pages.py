"""How one page leads to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import httpx

from connectors.errors import SourceError
from connectors.expression import Expression
from connectors.kinds.rest.settings import Pages, PagesBy


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is."""

    offset: int = 0
    page: int = 1
    cursor: Any = None
    url: str | None = None
    since: datetime | None = None
    """From when on it reads; None where everything."""
    expected: tuple[Any, ...] | None = None
    """The key of the record that it is to begin with, where that is known."""

    def values(self, size: int) -> dict[str, Any]:
        """What placeholders stand for."""
        return {
            "offset": self.offset,
            "page": self.page,
            "cursor": self.cursor,
            "size": size,
            "last": self.offset + size - 1,
        }


class Paging:
    """The pages of one stream."""

    def __init__(self, settings: Pages) -> None:
        self._settings = settings
        self._from = None if settings.from_ is None else Expression(settings.from_)
        self._more = None if settings.more is None else Expression(settings.more)

    def first(self, since: datetime | None = None) -> Place:
        """Where the first page is."""
        return Place(page=self._settings.first, since=since)

    def following(self, place: Place, count: int, response: httpx.Response, body: Any) -> Place | None:
        """Where the page after one of `count` records is; None after the last."""
        if self._more is not None and self._more.of(body, _mapping(body)) is not True:
            return None
        match self._settings.by:
            case PagesBy.NONE:
                return None
            case PagesBy.OFFSET:
                # By what came, and not by what was asked for: not every source keeps to that.
                return replace(place, offset=place.offset + count) if count else None
            case PagesBy.PAGE:
                return replace(place, page=place.page + 1) if count else None
            case PagesBy.CURSOR:
                cursor = self._found(body)
                return replace(place, cursor=cursor) if cursor not in (None, "", False) else None
            case PagesBy.NEXT:
                return self._at(place, self._found(body), response)
            case PagesBy.LINK:
                return self._at(place, response.links.get("next", {}).get("url"), response)
            case PagesBy.CHANGE:
                return replace(place, offset=place.offset + count, page=place.page + 1) if count else None

    def _found(self, body: Any) -> Any:
        assert self._from is not None
        return self._from.of(body, _mapping(body))

    def _at(self, place: Place, url: Any, response: httpx.Response) -> Place | None:
        if not isinstance(url, str) or not url:
            return None
        try:
            following = httpx.URL(urljoin(str(response.url), url))
        except (ValueError, httpx.InvalidURL):
            raise SourceError(f"the next page is said to be at {url[:200]!r}, which is no URL; see `from`") from None
        if _origin(following) != _origin(response.url):
            raise SourceError(
                f"the next page is said to be at {_shown(following)}, and not where the source is; "
                "it is not followed with credentials"
            )
        return replace(place, url=str(following))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Whom credentials are for: at another port is another program."""
    return url.scheme, url.host, url.port


def _shown(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}" + ("" if url.port is None else f":{url.port}")


def _mapping(body: Any) -> Mapping[str, Any]:
    return body if isinstance(body, dict) else {}
