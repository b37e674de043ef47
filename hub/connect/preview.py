"""Records to be looked at: what a source has, what it sends while somebody waits, or what is in a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from connectors.kind import PushSource, Source
from connectors.load import Connector
from connectors.missing import refuse_missing
from connectors.records import Record
from connectors.wire.address import Address, SocketFile
from hub.errors import HubError


def records_of(
    connector: Connector,
    source: Source | PushSource,
    streams: Collection[str],
    limit: int,
    file: Path | None,
    http: Address | SocketFile | None = None,
    seconds: float | None = None,
) -> Iterator[tuple[str, Record]]:
    """Records with their streams, at most so many of each. Nothing of them is kept, and none is acknowledged.

    A source that tells by itself is waited for, for so long where that is said. Requests are waited for at `http`.
    """
    if not isinstance(source, PushSource):
        if file is not None:
            raise HubError(f"the connector {connector.name} reads its source itself; leave --file out")
        for stream in streams:
            refuse_missing(connector, stream, source)
            pages = source.read(stream, None)
            yield from ((stream, record) for record in islice((r for page in pages for r in page.records), limit))
        return
    left = dict.fromkeys(streams, limit)
    for stream, record in _watched(connector, source, http, seconds) if file is None else source.sample(_read(file)):
        if left.get(stream, 0) > 0:
            left[stream] -= 1
            yield stream, record
        if not any(left.values()):
            return


def _watched(
    connector: Connector, source: PushSource, http: Address | SocketFile | None, seconds: float | None
) -> Iterator[tuple[str, Record]]:
    if http is None or not getattr(connector.kind, "over_http", False):
        return source.watch(seconds)
    # What serves HTTP imports this package.
    from hub.http.looking import requests_to

    return requests_to(connector.name, source, http)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise HubError(f"can't read {file}: {error.strerror}; name a file with what the source would send") from None
