"""Who opens a WebSocket: a browser lets a page of any site do so, and read what comes, unless the server looks.

For requests the browser itself asks the server first. For a WebSocket it names the page's site in `Origin`, which no
page can change; programs that are no browsers have no need of it.

Source: https://www.rfc-editor.org/rfc/rfc6455#section-10.2
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.http.web import problem


class OwnSite:
    """An ASGI app in front of another: 403 to a WebSocket that a page of another site opens."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if all(_own(origin, headers) for origin in headers.getlist("origin")):
            await self._app(scope, receive, send)
            return
        said = ", ".join(repr(origin) for origin in headers.getlist("origin"))
        detail = (
            f"a page of {said} opens a WebSocket at {headers.get('host', '')!r}; open it from a page of that address, "
            "or have the proxy between them hand on the name that was asked for, as X-Forwarded-Host"
        )
        await problem(403, "Another site", detail)(scope, receive, send)


def _own(origin: str, headers: Headers) -> bool:
    """Whether a page is of the address that was asked: that of the request, or what it was before a proxy."""
    names = [*headers.getlist("host"), *",".join(headers.getlist("x-forwarded-host")).split(",")]
    try:
        page = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return bool(page) and page in {name.strip().lower() for name in names}
