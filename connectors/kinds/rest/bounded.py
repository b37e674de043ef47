"""Answers that end: neither larger nor slower than anybody's records are, whatever the source sends."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator

import httpx

from connectors.errors import SourceError

LARGEST = 256 * 1024**2
"""So many bytes of one answer are taken, unpacked."""
PATIENCE = 10
"""An answer that goes on coming may take so many times as long as the wait for it."""
ENCODING = "gzip"

_BLOCK = 1024 * 1024
_PLAIN = ("", "identity")


def bounding(timeout: float) -> Callable[[httpx.Response], None]:
    """What bounds each answer before it is read, that of a log-in too."""

    def bound(response: httpx.Response) -> None:
        url = str(response.url.copy_with(query=None))
        encoding = response.headers.pop("content-encoding", "").strip().lower()
        if encoding not in (*_PLAIN, ENCODING, f"x-{ENCODING}"):
            raise SourceError(f"{url} answers packed as {encoding[:40]!r}, and was asked for {ENCODING} or nothing")
        assert isinstance(response.stream, httpx.SyncByteStream)
        parts = _InTime(response.stream, url, timeout * PATIENCE)
        response.stream = _Unpacked(parts, url, packed=encoding not in _PLAIN)

    return bound


class _InTime(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, url: str, seconds: float) -> None:
        self._inner = inner
        self._url = url
        self._seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        end = time.monotonic() + self._seconds
        for part in self._inner:
            yield part
            if time.monotonic() > end:
                raise SourceError(f"the answer of {self._url} goes on after {self._seconds:g} s; see `timeout`")

    def close(self) -> None:
        self._inner.close()


class _Unpacked(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, url: str, *, packed: bool) -> None:
        self._inner = inner
        self._url = url
        self._packed = packed

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for part in self._unpacked() if self._packed else self._inner:
            size += len(part)
            if size > LARGEST:
                raise SourceError(f"the answer of {self._url} is larger than {LARGEST} bytes; ask for smaller `pages`")
            yield part

    def _unpacked(self) -> Iterator[bytes]:
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            for part in self._inner:
                rest = part
                while rest and not unpacking.eof:
                    yield unpacking.decompress(rest, _BLOCK)
                    rest = unpacking.unconsumed_tail
            yield unpacking.flush()
        except zlib.error as error:
            raise SourceError(f"the answer of {self._url} is said to be {ENCODING}, and is not: {error}") from None

    def close(self) -> None:
        self._inner.close()
