"""Paths that an ASGI app of their own answers, before any routing: what is asked a thousand times a second.

Starlette's routes and error handlers take a tenth of the time of a small question (`docs/performance.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Direct:
    """An ASGI app in front of another: hands a request at one of some paths to the app there."""

    def __init__(self, app: ASGIApp, at: Mapping[str, ASGIApp]) -> None:
        """Each of these apps takes any method, and answers also where it fails."""
        self._app = app
        self._at = at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._at.get(scope["path"], self._app) if scope["type"] == "http" else self._app
        await app(scope, receive, send)


def apps(routes: Iterable[BaseRoute]) -> Mapping[str, ASGIApp]:
    """The routes of one path that are apps, which take any method; functions are left to the router."""
    found = (route for route in routes if isinstance(route, Route) and route.methods is None)
    return {route.path: route.app for route in found if not route.param_convertors}
