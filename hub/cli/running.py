"""A hub that runs already, asked over its HTTP API."""

from __future__ import annotations

import http.client
import json
import socket
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPHandler, ProxyHandler, Request, build_opener

from connectors.wire.address import Address, SocketFile
from hub.errors import HubError

TIMEOUT_SECONDS = 10.0
PROBE_SECONDS = 2.0


class HubUnreachable(HubError):
    """No hub answers at the address."""


class RunningHub:
    """The HTTP API of a hub on this machine."""

    def __init__(self, address: Address | SocketFile) -> None:
        self._shown = address.url
        self._base = "http://localhost" if isinstance(address, SocketFile) else address.url
        handlers = [_OverSocketFile(address.path)] if isinstance(address, SocketFile) else []
        self._opener = build_opener(ProxyHandler({}), *handlers)

    def answers(self) -> bool:
        """Whether a hub runs there, ready or not."""
        try:
            self._ask(Request(f"{self._base}/livez"), PROBE_SECONDS)
        except HubError:
            return False
        return True

    def get(self, path: str) -> Any:
        """The JSON at a path. `HubUnreachable` where nothing answers, `HubError` where the answer is an error."""
        return self._ask(Request(self._base + path))

    def post(self, path: str) -> Any:
        """What a POST without a body gives."""
        return self._ask(Request(self._base + path, data=b"{}", headers={"Content-Type": "application/json"}))

    def _ask(self, request: Request, timeout: float = TIMEOUT_SECONDS) -> Any:
        request.add_header("Accept", "application/json")
        try:
            with self._opener.open(request, timeout=timeout) as response:
                return json.load(response)
        except HTTPError as error:
            with error:
                raise HubError(
                    f"asked the hub for {request.full_url}; it answered {error.code}: {_detail(error.read())}"
                ) from None
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise HubUnreachable(f"no hub answers at {self._shown} ({reason}); start one with `unshub up`") from None
        except ValueError:
            raise HubError(f"{request.full_url} did not answer in JSON; is another program on that port?") from None


class _OverSocketFile(HTTPHandler):
    """Opens `http:` URLs through a socket file, whatever their host."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._connection = partial(_SocketFileConnection, path)

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, req)


class _SocketFileConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, host: str, timeout: float) -> None:
        super().__init__(host, timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _detail(body: bytes) -> str:
    """What the hub's error says, or the beginning of what came in its place."""
    text = body.decode("utf-8", "replace")
    try:
        return str(json.loads(text)["error"]["detail"])
    except (ValueError, KeyError, TypeError):
        return text[:200]
