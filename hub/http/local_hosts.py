"""Answers only requests that name this machine.

A web page of anyone may give its own name the loopback address once a browser has loaded it, and then ask the hub as if
it were its own server (DNS rebinding). Its requests still carry its name in `Host`, so they are told apart by it.

What is posted to connectors comes from other machines, through a proxy that may hand on its own name. It shows by
itself who sent it, which no page can.
"""

from __future__ import annotations

from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.wire.address import Address
from hub.http import hooks
from hub.http.web import problem


class LocalHosts:
    """An ASGI app in front of another: 400 to a request or WebSocket whose `Host` is no loopback name or address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or _is_hook(scope):
            await self._app(scope, receive, send)
            return
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) == 1 and is_local(hosts[0]):
            await self._app(scope, receive, send)
            return
        said = ", ".join(repr(host) for host in hosts) or "missing"
        detail = (
            f"the request's Host is {said}, which does not name this machine; ask under localhost, 127.0.0.1 or [::1], "
            "or listen on a socket file (--http unix:PATH) behind a proxy"
        )
        await problem(400, "Not a local name", detail)(scope, receive, send)


def _is_hook(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["type"] == "http" and scope["method"] == "POST" and path.startswith(hooks.PATH)


@lru_cache(maxsize=256)
def is_local(host: str) -> bool:
    """Whether the value of a `Host` header, with a port or without, is a loopback name or address."""
    _, colon, port = host.rpartition(":")
    if not colon or "]" in port:
        host = f"{host}:80"
    try:
        return Address.parse(host.lower()).loopback
    except ValueError:
        return False
