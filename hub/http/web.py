"""The hub over HTTP: its health, its status and the refused messages, beside GraphQL (`hub.api`).

    GET  /livez                               200 while the process answers
    GET  /readyz                              200 when every part is up, else 503; the body says which is not
    GET  /api/status                          what /readyz says, with counts, and each connector
    GET  /metrics                             figures for Prometheus (`hub.http.metrics`)
    GET  /api/dead-letters?limit=&after=&all  refused messages
    POST /api/dead-letters/{number}/replay    tries one again; with ?again=true also where it was accepted before

Errors have one shape: {"error": {"title", "status", "detail"}}. A POST must say that it is JSON: a page of another site
can't make a browser send that unasked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.errors import StateError
from graph.errors import GraphError
from hub.app import Hub
from hub.clock import instant, now
from hub.connect.desk import Desk
from hub.connect.told import as_json
from hub.errors import JournalError
from hub.http.metrics import MEDIA_TYPE, exposed
from hub.http.readiness import ANSWER_SECONDS, readiness
from hub.journal.port import DeadLetter
from hub.journal.retention import last_forgotten

log = logging.getLogger(__name__)

MAX_LISTED = 1000
MAX_NUMBER = 2**63 - 1
MAX_UNKNOWN = 100


@dataclass
class Stage:
    """How far the hub has come: `hub` is None until every part is open, `doing` says what it is at."""

    hub: Hub | None = None
    doing: str = "starting"


def problem(status: int, title: str, detail: str) -> JSONResponse:
    """An error as JSON."""
    return JSONResponse({"error": {"title": title, "status": status, "detail": detail}}, status)


def routes(stage: Stage) -> list[Route]:
    """The routes of this module, for a hub that may still be starting."""

    async def livez(request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(request: Request) -> Response:
        ready, body = await _readiness(stage)
        return JSONResponse(body, 200 if ready else 503)

    async def status(request: Request) -> Response:
        _, body = await _readiness(stage)
        return JSONResponse(body | (await _more(stage.hub, body) if stage.hub else {}))

    async def metrics(request: Request) -> Response:
        return PlainTextResponse(await exposed(stage.hub), media_type=MEDIA_TYPE) if stage.hub else _starting(stage)

    async def letters(request: Request) -> Response:
        return await _list(stage.hub, request) if stage.hub else _starting(stage)

    async def replay(request: Request) -> Response:
        return await _replay(stage.hub, request) if stage.hub else _starting(stage)

    return [
        Route("/livez", livez),
        Route("/readyz", _told(readyz)),
        Route("/api/status", _told(status)),
        Route("/metrics", _told(metrics)),
        Route("/api/dead-letters", _told(letters)),
        Route("/api/dead-letters/{number}/replay", _told(replay), methods=["POST"]),
    ]


def _told(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Answers in JSON also where it fails, with a number by which the log has the reason."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:
            number = uuid4().hex[:12]
            away = isinstance(error, JournalError | GraphError)
            log.error("error %s: %s %s: %s", number, request.method, request.url.path, error, exc_info=not away)
            if away:
                return problem(503, "Service Unavailable", f"{error} (error {number} in the hub's log)")
            return problem(500, "Internal Server Error", f"a fault of the hub: its log has it as error {number}")

    return answer


def _starting(stage: Stage) -> JSONResponse:
    return problem(503, "Service Unavailable", f"the hub is {stage.doing}; try again in a moment")


async def _readiness(stage: Stage) -> tuple[bool, dict[str, Any]]:
    return (False, {"ready": False, "doing": stage.doing}) if stage.hub is None else await readiness(stage.hub)


async def _counts(hub: Hub) -> dict[str, Any]:
    status = await hub.journal.status()
    tally = hub.ingest.tally
    forgotten = await last_forgotten(hub.journal)
    unknown = tally.unknown.most_common(MAX_UNKNOWN)
    return {
        "accepted": status.accepted,
        "pending": status.pending,
        "events": status.events,
        "refused": status.refused,
        "eventRetention": {
            "seconds": hub.settings.event_retention,
            "last": None if forgotten is None else forgotten.as_json(),
        },
        "journalBytes": status.bytes,
        "caughtUp": None if hub.projection is None else hub.caught_up.is_set(),
        "waitingToPublish": hub.outbox.waiting,
        "listeners": hub.changes.listeners,
        "sinceStart": {"assertions": tally.assertions, "events": tally.events, "refused": tally.refused},
        "unknownMembers": [{"kind": k, "name": n, "count": c} for (k, n), c in unknown],
        "otherUnknownMembers": tally.unknown.total - sum(count for _, count in unknown),
    }


async def _more(hub: Hub, told: Mapping[str, Any]) -> dict[str, Any]:
    """The clock, and counts where the journal has just answered."""
    wrong = hub.ingest.arrivals.compare(now())
    clock: dict[str, Any] = {"clock": {"ok": not wrong, "detail": wrong or "no message has come from later than now"}}
    if "connectors" in told:
        clock["connectors"] = {**told["connectors"], "each": await _each(hub.desk)}
    try:
        # A journal that refuses what is written can still be read.
        answers = told["journal"]["ok"] or "failures" in told["journal"]
        return clock | (await asyncio.wait_for(_counts(hub), ANSWER_SECONDS) if answers else {})
    except (JournalError, TimeoutError):
        return clock


async def _each(desk: Desk) -> list[dict[str, Any]] | None:
    """Each connector; None where what they keep can't be read now."""
    try:
        statuses = await asyncio.wait_for(desk.statuses(), ANSWER_SECONDS)
    except (StateError, TimeoutError):
        return None
    return [as_json(status) for status in statuses]


async def _list(hub: Hub, request: Request) -> Response:
    query = request.query_params
    limit, after = _number(query.get("limit", "100")), _number(query.get("after", "0"))
    if limit is None or after is None:
        return problem(400, "Bad Request", "limit and after are whole numbers, at most 9223372036854775807")
    if not 1 <= limit <= MAX_LISTED:
        return problem(400, "Bad Request", f"limit is {limit}; give 1 to {MAX_LISTED}")
    letters = await hub.journal.dead_letters(limit, after, waiting=not _asked(request, "all"))
    return JSONResponse({"deadLetters": [letter_json(letter) for letter in letters]})


def _number(text: str) -> int | None:
    """A whole number that the journal can count to."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
    return number if number is None or number <= MAX_NUMBER else None


def _asked(request: Request, name: str) -> bool:
    return request.query_params.get(name, "").lower() in ("1", "true")


async def _replay(hub: Hub, request: Request) -> Response:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem(415, "Unsupported Media Type", "send it with Content-Type: application/json")
    number = _number(request.path_params["number"])
    if not number:
        return problem(404, "Not Found", "dead letters are numbered from 1; list them at /api/dead-letters")
    letters = await hub.journal.dead_letters(1, number - 1, waiting=False)
    if not letters or letters[0].number != number:
        return problem(404, "Not Found", f"there is no dead letter {number}; list them at /api/dead-letters")
    reasons = await hub.replay(letters[0], again=_asked(request, "again"))
    return JSONResponse({"accepted": not reasons, "reasons": [reason.as_json() for reason in reasons]})


def letter_json(letter: DeadLetter) -> dict[str, Any]:
    """A dead letter as JSON. A payload that is not UTF-8 is shown with its bytes escaped."""
    refusal = letter.refusal
    return {
        "number": letter.number,
        "topic": refusal.topic,
        "payload": refusal.payload.decode("utf-8", "backslashreplace"),
        "received": instant(refusal.received),
        "reasons": [reason.as_json() for reason in refusal.reasons],
        "replayed": None if letter.replayed is None else instant(letter.replayed),
    }
