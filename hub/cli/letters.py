"""Where the command line finds dead letters: in the hub that runs, or in the journal that no hub has open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar

from hub.cli.running import RunningHub
from hub.errors import HubError
from hub.http.web import letter_json
from hub.intake.dead_letters import replay
from hub.intake.ingest import Ingest
from hub.journal.open import open_journal
from hub.journal.port import Journal
from hub.settings import Settings
from schema.contract import Contract
from schema.errors import Reason
from schema.events import EventContract
from schema.model import MODEL

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Letter:
    """A refused message, as the HTTP API has it."""

    number: int
    topic: str
    payload: str
    received: str
    reasons: tuple[Reason, ...]
    replayed: str | None

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Letter:
        return cls(**{**row, "reasons": tuple(Reason(**reason) for reason in row["reasons"])})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Letters(Protocol):
    """Dead letters, wherever they are."""

    @property
    def place(self) -> str:
        """Where they are, for people."""
        ...

    def list(self, limit: int, after: int = 0, *, every: bool = False) -> list[Letter]:
        """In order of number, beginning after one; only those that wait, or every one."""
        ...

    def replay(self, number: int, *, again: bool = False) -> tuple[Reason, ...]:
        """Tries one again; the reasons why it is still refused, none when it was accepted.

        One that was accepted before is refused, unless `again`; so is a number that there is not.
        """
        ...


def find(settings: Settings, *, must_run: bool = False) -> Letters:
    """The dead letters of the hub with these settings, running or not; `HubUnreachable` where it must and does not."""
    hub = RunningHub(settings.http)
    if must_run:
        hub.get("/livez")
    if must_run or hub.answers():
        return OverHttp(hub, settings.http.url)
    return InJournal(settings)


class OverHttp:
    """Those of a hub that runs."""

    def __init__(self, hub: RunningHub, url: str) -> None:
        self._hub = hub
        self.place = f"of the hub at {url}"

    def list(self, limit: int, after: int = 0, *, every: bool = False) -> list[Letter]:
        found = self._hub.get(f"/api/dead-letters?limit={limit}&after={after}&all={str(every).lower()}")
        return [Letter.from_json(row) for row in found["deadLetters"]]

    def replay(self, number: int, *, again: bool = False) -> tuple[Reason, ...]:
        answer = self._hub.post(f"/api/dead-letters/{number}/replay?again={str(again).lower()}")
        return tuple(Reason(**reason) for reason in answer["reasons"])


class InJournal:
    """Those in the journal itself. What is accepted here goes into the graph when a hub runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.place = f"in {settings.journal}, since no hub answers at {settings.http.url}"

    def list(self, limit: int, after: int = 0, *, every: bool = False) -> list[Letter]:
        async def read(journal: Journal) -> list[Letter]:
            return [
                Letter.from_json(letter_json(letter))
                for letter in await journal.dead_letters(limit, after, waiting=not every)
            ]

        return self._with_journal(read)

    def replay(self, number: int, *, again: bool = False) -> tuple[Reason, ...]:
        async def retry(journal: Journal) -> tuple[Reason, ...]:
            found = await journal.dead_letters(1, after=number - 1, waiting=False)
            if not found or found[0].number != number:
                raise HubError(f"there is no dead letter {number}; `unshub dead-letters list --all` shows them")
            return await replay(journal, _ingest(self._settings, journal), found[0], again=again)

        return self._with_journal(retry)

    def _with_journal(self, job: Callable[[Journal], Awaitable[T]]) -> T:
        async def run() -> T:
            journal = await open_journal(self._settings.journal)
            try:
                return await job(journal)
            finally:
                await journal.close()

        place = self._settings.journal
        if not place.host and not place.file.exists():
            raise HubError(f"there is no journal {place.file}; name the hub's folder with --data")
        return asyncio.run(run())


def _ingest(settings: Settings, journal: Journal) -> Ingest:
    rules = settings.rules()
    return Ingest(
        journal,
        Contract(MODEL, rules),
        EventContract(rules),
        prefix=settings.topic_prefix,
        accepted=lambda: None,
        refused=lambda _: None,
    )
