"""Addresses as values: where the hub listens, on a port or a file, and where a part of it is reached.

A URL may hold a password. Its text form hides it; only `password` gives it.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

HIDDEN = "***"
MAX_SOCKET_PATH = 100
"""In bytes; systems end it between 103 and 107."""

_SOCKET = "unix:"

_CREDENTIALS = re.compile(r"(?<=://)(?P<user>[^:/?#\s]*):[^/?#\s]*@")


def redact(text: str) -> str:
    """The text with every password in a URL hidden."""
    return _CREDENTIALS.sub(rf"\g<user>:{HIDDEN}@", text)


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: `HOST:PORT`, with an IPv6 host in brackets. Port 0 takes any free port."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, usual: int = 8080) -> Address:
        """Reads an address; `ValueError` says what is wrong with it, with the `usual` port where none can be read."""
        host, colon, port = text.rpartition(":")
        if _is_ipv6(text) and not _is_ipv6(host):
            raise ValueError(f"is an IPv6 host without brackets and port; write it as [{text}]:{usual}")
        if not colon or not host or not port.isascii() or not port.isdigit() or len(port) > 5 or int(port) > 65535:
            raise ValueError(f"is not HOST:PORT; write it as 127.0.0.1:{usual} or [::1]:{usual}")
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        elif ":" in host:
            raise ValueError(f"has an IPv6 host without brackets; write it as [{host}]:{port}")
        return cls(host, int(port))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """Where a browser finds what listens here."""
        return f"http://{self}"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SocketFile:
    """Where to listen without a port: `unix:PATH`. No network leads there, only a process that may open the file."""

    path: Path

    @classmethod
    def parse(cls, text: str) -> SocketFile:
        """Reads an address that `is_socket`; `ValueError` says what is wrong with it."""
        path = text.removeprefix(_SOCKET)
        if not path or path.endswith("/"):
            raise ValueError("names no file; write it as unix:/run/unshub/hub.sock")
        if len(path.encode()) > MAX_SOCKET_PATH:
            raise ValueError(f"is too long for a socket, {MAX_SOCKET_PATH} bytes at most; choose a shorter path")
        return cls(Path(path))

    @property
    def url(self) -> str:
        """The address as proxies have it: there is none for a browser."""
        return str(self)

    def __str__(self) -> str:
        return f"{_SOCKET}{self.path}"


def is_socket(text: str) -> bool:
    """Whether an address means a socket file."""
    return text.startswith(_SOCKET)


@dataclass(frozen=True, slots=True)
class Url:
    """Where a part is: `scheme://[user[:password]@]host[:port]` for a server, `scheme:///path` for files.

    Three slashes begin a path below the working folder, four an absolute one: `sqlite:///data/journal.db`,
    `sqlite:////var/lib/unshub/journal.db`.
    """

    scheme: str
    host: str = ""
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    path: str = ""
    query: str = ""

    @classmethod
    def parse(cls, text: str) -> Url:
        """Reads a URL; `ValueError` says what is wrong with it, without repeating it."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise ValueError("has a broken host or port; write it as scheme://host:port") from None
        if not parts.scheme or "://" not in text:
            raise ValueError("has no scheme; write it as scheme://host:port or scheme:///path")
        return cls(
            parts.scheme, parts.hostname or "", port, _text(parts.username), _text(parts.password), *_rest(parts)
        )

    @classmethod
    def of_file(cls, scheme: str, path: Path) -> Url:
        """The URL of a file or folder."""
        return cls(scheme, path=f"/{path}")

    @property
    def file(self) -> Path:
        """The file or folder that a URL without a host means."""
        return Path(self.path[1:])

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        secret = "" if self.password is None else f":{HIDDEN}"
        user = "" if self.user is None and not secret else f"{self.user or ''}{secret}@"
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{user}{host}{port}{self.path}{query}"


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def _text(part: str | None) -> str | None:
    return None if part is None else unquote(part)


def _rest(parts: SplitResult) -> tuple[str, str]:
    return unquote(parts.path), parts.query
