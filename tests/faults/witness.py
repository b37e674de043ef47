"""Somebody who asks a hub all the time how it is, and remembers every answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

PAUSE = 0.2
PARTS = ("broker", "journal", "graph")

_WITH = {"journal": {"broker"}}
"""What else a hub may call away with a part: it leaves the broker to have again what the journal did not take."""


@dataclass(frozen=True)
class Answer:
    """What one question got. Times are of the monotonic clock; `code` is None where there was no answer in JSON."""

    path: str
    asked: float
    told: float
    code: int | None
    body: dict[str, Any]

    @property
    def away(self) -> set[str]:
        """The parts that it says do not answer."""
        return {part for part in PARTS if not self.body.get(part, {"ok": True})["ok"]}


@dataclass
class Witness:
    """Asks `/readyz` and `/api/status`, each by itself, until cancelled."""

    url: str
    answers: list[Answer] = field(default_factory=list)

    async def run(self) -> None:
        async with httpx.AsyncClient(base_url=self.url, timeout=60.0, trust_env=False) as client:
            await asyncio.gather(*(self._ask(client, path) for path in ("/readyz", "/api/status")))

    async def _ask(self, client: httpx.AsyncClient, path: str) -> None:
        while True:
            asked = time.monotonic()
            try:
                response = await client.get(path)
                code, body = response.status_code, response.json()
            except (httpx.TransportError, ValueError):
                code, body = None, {}
            self.answers.append(Answer(path, asked, time.monotonic(), code, body))
            await asyncio.sleep(PAUSE)

    def between(self, path: str, begin: float, end: float) -> list[Answer]:
        """What was asked and answered within a time."""
        return [a for a in self.answers if a.path == path and begin <= a.asked and a.told <= end]

    def said(self, begin: float, end: float) -> str:
        """What the status said was not well within a time, in one word each; nothing was asked in one too short."""
        answers = [answer for answer in self.between("/api/status", begin, end) if answer.code is not None]
        if not answers:
            return "-"
        away = set().union(*(answer.away for answer in answers))
        clock = {"clock"} if any(not answer.body["clock"]["ok"] for answer in answers) else set()
        return ", ".join(sorted(away | clock)) or "all well"

    def check(self, part: str, begin: float, end: float) -> None:
        """Demands that throughout a time in which one part was away, the hub said so, and no more than that.

        Also that it counted truly what waits: nothing was applied to a graph that was away.
        """
        for path, code in (("/readyz", 503), ("/api/status", 200)):
            answers = self.between(path, begin, end)
            for answer in answers:
                assert answer.code == code, answer
                assert answer.body["ready"] is False, answer
                assert {part} <= answer.away <= {part} | _WITH.get(part, set()), answer
        if part == "graph":
            counted = [(a.body["accepted"], a.body["pending"]) for a in self.between("/api/status", begin, end)]
            assert len({accepted - pending for accepted, pending in counted}) <= 1, counted
            assert counted == sorted(counted), counted
