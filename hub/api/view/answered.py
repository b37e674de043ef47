"""The HTTP response that an answer becomes: status, headers, bytes.

The status is for who watches the traffic; a client reads the answer. With `application/graphql-response+json` a
question that could not be executed is 400; with `application/json`, where clients take any other status than 200 for
the word of some proxy, it is 200.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Iterable

import orjson
from starlette.types import Message, Send

from hub.api.view.accepted import GRAPHQL_JSON, JSON
from hub.api.view.answer import Answer, Outcome
from hub.api.view.refused import Refused

COMPRESSED_FROM = 2_048
"""Bytes from which an answer is compressed; a smaller one travels in a packet or two either way."""

_LEVEL = 1
"""Of gzip: a quarter more bytes than the usual level 9 makes, in a fraction of its time."""

_AT_ONCE = 262_144
"""Bytes up to which compressing takes no longer than the work of some answer; more is left to a thread."""

_STATUS = {
    (GRAPHQL_JSON, Outcome.DONE): 200,
    (GRAPHQL_JSON, Outcome.REFUSED): 400,
    (GRAPHQL_JSON, Outcome.FAILED): 500,
    (JSON, Outcome.DONE): 200,
    (JSON, Outcome.REFUSED): 200,
    (JSON, Outcome.FAILED): 500,
}
_TYPE = {name: f"{name}; charset=utf-8".encode() for name in (GRAPHQL_JSON, JSON)}
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_GZIPPED = (b"content-encoding", b"gzip")
_KEPT = [(b"cache-control", b"private, no-cache"), (b"vary", b"Accept, Accept-Encoding")]

Header = tuple[bytes, bytes]


async def send_answer(send: Send, answer: Answer, media: str, *, gzipped: bool) -> None:
    """Sends an answer; compressed where the client takes that and it pays."""
    headers, body = await _coded(answer.body, media, gzipped)
    await _send(send, _STATUS[media, answer.outcome], headers, body)


async def send_kept(send: Send, answer: Answer, media: str, known: str, *, gzipped: bool) -> None:
    """Sends an answer that the client may keep and ask for again by its tag; nothing where `known` names that tag."""
    status = _STATUS[media, answer.outcome]
    if answer.outcome is not Outcome.DONE:
        await send_answer(send, answer, media, gzipped=gzipped)
        return
    headers, body = await _coded(answer.body, media, gzipped)
    tag = _tag(answer.body, media, compressed=_GZIPPED in headers)
    headers += [(b"etag", tag.encode()), *_KEPT]
    if _names(known, tag):
        await _send(send, 304, [(b"etag", tag.encode()), *_KEPT], None)
    else:
        await _send(send, status, headers, body)


async def send_refusal(send: Send, refused: Refused, media: str) -> None:
    """Sends why there is no answer."""
    body = orjson.dumps({"errors": [{"message": str(refused)}]})
    more = [(name.lower().encode(), value.encode()) for name, value in refused.headers.items()]
    await _send(send, refused.status, [(b"content-type", _TYPE[media]), _NOSNIFF, *more], body)


async def _coded(body: bytes, media: str, gzipped: bool) -> tuple[list[Header], bytes]:
    headers = [(b"content-type", _TYPE[media]), _NOSNIFF]
    if not gzipped or len(body) < COMPRESSED_FROM:
        return headers, body
    if len(body) <= _AT_ONCE:
        return [*headers, _GZIPPED], gzip.compress(body, _LEVEL, mtime=0)
    return [*headers, _GZIPPED], await asyncio.to_thread(gzip.compress, body, _LEVEL, mtime=0)


def _tag(body: bytes, media: str, *, compressed: bool) -> str:
    """A strong tag: equal bytes of one media type and coding, and nothing else, have the same."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    return f'"{digest}-{"g" if media == GRAPHQL_JSON else "j"}{"z" if compressed else ""}"'


def _names(known: str, tag: str) -> bool:
    """Whether an `If-None-Match` header names a tag. It compares weakly: a proxy may have marked the tag so."""
    names = (name.strip().removeprefix("W/") for name in known.split(","))
    return any(name in ("*", tag) for name in names)


async def _send(send: Send, status: int, headers: Iterable[Header], body: bytes | None) -> None:
    length = [] if body is None else [(b"content-length", str(len(body)).encode())]
    start: Message = {"type": "http.response.start", "status": status, "headers": [*headers, *length]}
    await send(start)
    await send({"type": "http.response.body", "body": body or b""})
