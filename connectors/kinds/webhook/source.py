"""From a request to its answer. Who sends good news has 2xx when the broker has it, and never before."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.errors import SourceError
from connectors.kind import Look, Offer, Reception
from connectors.kinds.webhook.body import Reader, Unreadable
from connectors.kinds.webhook.settings import Unmapped, WebhookSettings
from connectors.kinds.webhook.signature import Signatures, has_token
from connectors.push.doors import Answered, Posted, TooLarge, TooMuch
from connectors.push.inbox import Arrival, Away, Delivery, Inbox, Receipt, Stamps
from connectors.records import Record
from connectors.secret import Secret

log = logging.getLogger(__name__)

ANSWER_SECONDS = 25.0
AGAIN_SECONDS = "30"
SOON_SECONDS = "5"
MOST_REASONS = 100
LOG_AGAIN_SECONDS = 60.0
"""How long what strangers send is only counted: anybody could fill the log."""


class WebhookKind:
    """Systems that tell by requests to the hub."""

    name = "webhook"
    settings = WebhookSettings
    over_http = True

    def open(self, settings: WebhookSettings, secrets: Mapping[str, Secret], folder: Path) -> WebhookSource:
        return WebhookSource(settings, secrets)


class WebhookSource:
    """A system that tells by requests to the hub."""

    def __init__(self, settings: WebhookSettings, secrets: Mapping[str, Secret]) -> None:
        self._settings = settings
        self._secrets = secrets
        self._reader = Reader(settings)
        signature = settings.auth.signature
        self._signatures = None if signature is None else Signatures(signature, secrets["auth.signature.secretFile"])
        self._stamps = Stamps()
        self._strangers = 0
        """Requests refused since that was last logged."""
        self._logged = -math.inf

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        signature = self._settings.auth.signature
        how = "a token" if signature is None else f"a signature in {signature.header}"
        yield Look("auth", f"a request needs {how}")
        timeless = [name for name, stream in self._settings.streams.items() if stream.changed is None]
        if signature is not None and signature.timestamp is None and self._settings.delivery is None and timeless:
            detail = f"who has seen a request can send it again, and {', '.join(timeless)} would take it as new"
            yield Look("auth", detail, "name `timestamp` or `delivery`, where the sender has them, or `changed`")
        for name, stream in self._settings.streams.items():
            taken = "all records" if stream.when is None else f"records where {stream.when}"
            yield Look(name, f"takes {taken}")

    def discover(self) -> Iterator[Offer]:
        """Nothing: what a sender will send, only it knows."""
        yield from ()

    async def receive(self, reception: Reception) -> None:
        async def take(posted: Posted) -> Answered:
            return await self._answer(posted, reception)

        with reception.doors.opened(reception.connector, take):
            await asyncio.get_running_loop().create_future()

    def watch(self, seconds: float | None) -> Iterator[tuple[str, Record]]:
        raise SourceError("requests come in at a hub that runs; give what one would have in its body, with --file FILE")

    def sample(self, data: bytes) -> Iterator[tuple[str, Record]]:
        try:
            value = self._reader.value(data, "")
        except Unreadable as error:
            raise SourceError(str(error)) from None
        for arrival in self._reader.arrivals(value, {}, None, 0):
            yield arrival.stream, arrival.record

    def close(self) -> None:
        """Nothing is held open."""

    async def _answer(self, posted: Posted, reception: Reception) -> Answered:
        try:
            return await self._take(posted, reception)
        except TooMuch:
            return _TOO_MANY
        except TooLarge:
            detail = f"the body has more than {self._settings.max_body} bytes (`maxBody`)"
            return Answered(413, "Content Too Large", detail)
        except Unreadable as error:
            return Answered(error.status, _TITLES[error.status], str(error))

    async def _take(self, posted: Posted, reception: Reception) -> Answered:
        token = self._settings.auth.token
        if token is not None and not has_token(token, self._secrets["auth.token.secretFile"], posted):
            return self._unauthorized(reception.connector, "it has not the token")
        if reception.inbox.full:
            return _TOO_MANY
        body = await posted.body(self._settings.max_body)
        if self._signatures is not None and (wrong := self._signatures.wrong(posted, body)):
            return self._unauthorized(reception.connector, wrong)
        if posted.stream == self._settings.path:
            posted = replace(posted, stream=None)
        if posted.stream is not None and posted.stream not in self._settings.streams:
            known = ", ".join(self._settings.streams)
            return Answered(404, "Not Found", f"the connector has no stream {posted.stream[:40]!r}; known are {known}")
        # Expressions over a large body take their time, in which the hub goes on.
        name, arrivals = await asyncio.to_thread(self._read, posted, body, self._stamps.next())
        if not arrivals:
            return Answered(200, told={"taken": 0, "unchanged": 0})
        refuse = self._settings.unmapped is Unmapped.REFUSE
        return await _receipt(reception.inbox, Delivery(arrivals, name, whole=refuse))

    def _read(self, posted: Posted, body: bytes, received: int) -> tuple[str | None, list[Arrival]]:
        headers = posted.headers
        value = self._reader.value(body, headers.get("content-type", ""), headers.get("content-encoding", ""))
        return self._reader.named(value, headers), self._reader.arrivals(value, headers, posted.stream, received)

    def _unauthorized(self, connector: str, why: str) -> Answered:
        self._strangers += 1
        if time.monotonic() - self._logged >= LOG_AGAIN_SECONDS:
            log.warning("%s: refused a request: %s (%d since this was last said)", connector, why, self._strangers)
            self._strangers, self._logged = 0, time.monotonic()
        return Answered(401, "Unauthorized", "the request does not show that it comes from whom it must")


async def _receipt(inbox: Inbox, delivery: Delivery) -> Answered:
    if not inbox.offer(delivery):
        return _TOO_MANY
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return _told(await asyncio.shield(delivery.answer))
    except Away as error:
        return Answered(503, "Service Unavailable", f"{error}; send it again", headers=_LATER)
    except TimeoutError:
        detail = f"the broker has not had it within {ANSWER_SECONDS:.0f} s; send it again"
        return Answered(503, "Service Unavailable", detail, headers=_LATER)


def _told(receipt: Receipt) -> Answered:
    if receipt.refused:
        return Answered(422, "Unprocessable Content", "; ".join(receipt.refused[:MOST_REASONS]))
    told: dict[str, Any] = {"taken": receipt.taken, "unchanged": receipt.unchanged}
    if receipt.letters:
        return Answered(202, told={**told, "setAside": list(receipt.letters[:MOST_REASONS])})
    return Answered(200, told=told)


_LATER = {"retry-after": AGAIN_SECONDS}
_TOO_MANY = Answered(
    429, "Too Many Requests", "too much waits already; send it again later", headers={"retry-after": SOON_SECONDS}
)
_TITLES = {400: "Bad Request", 415: "Unsupported Media Type", 422: "Unprocessable Content"}
