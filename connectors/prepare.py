"""A page of records made ready: mapped, held to the contract, packed into messages, with what is to be kept of it.

Runs in the source's own thread, beside the publishing of the page before.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isnan

import orjson

from connectors.held import Held
from connectors.kind import Page
from connectors.load import Connector
from connectors.mapping.mapping import Mapped, Said, Trouble
from connectors.mapping.messages import Message, Packer, digest, thing_of
from connectors.records import Record
from connectors.state import Kept, Known, Letter, Step, StreamState
from schema.model.base import instant_text
from schema.provenance import micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ready:
    """A page that only needs to be published and kept."""

    messages: Sequence[Message]
    step: Step
    records: int
    changed: int
    letters: Sequence[Letter] = ()


@dataclass
class Preparer:
    """Makes the pages of one run of a stream ready."""

    connector: Connector
    stream: str
    state: StreamState
    held: Held
    prefix: str
    generation: int
    highest: float | None = field(default=None)

    def ready(self, page: Page) -> Ready:
        """The page, made ready."""
        settings = self.connector.settings.streams[self.stream]
        keyed = _keyed(page, settings.key)
        known = self.state.known([key for key, _, _ in keyed if key])
        now = time.time_ns() // 1000
        packer = Packer(self.prefix, self.connector.settings.system)
        said: list[Kept] = []
        same: list[str] = []
        letters: list[Letter] = []
        messages: list[Message] = []
        fresh: list[tuple[str, Record, float | None, bytes]] = []
        mappings: list[Mapped] = []
        for key, record, mark in keyed:
            mapped = self.held.mapped(record)
            if not key:
                mapped = Mapped((), (Trouble("", "", f"the record has no {' and no '.join(settings.key)}"),))
            told = digest(mapped.said)
            if not mapped.troubles and key in known and known[key].digest == told:
                same.append(key)
                continue
            fresh.append((key, record, mark, told))
            mappings.append(mapped)
        for (key, record, mark, told), mapped in zip(fresh, self.held.checked(mappings), strict=True):
            if mapped.troubles:
                letters.append(Letter(key or _unnamed(record), record, [*map(str, mapped.troubles)]))
                continue
            before = known.get(key)
            observed = _observed(mapped.said, now, before)
            for each in mapped.said:
                messages.extend(packer.add(each, _at(each, observed, now, before)))
            things = [thing_of(each) for each in mapped.said] if settings.snapshot else None
            said.append(Kept(key, told, observed, mark, things))
        messages.extend(packer.rest())
        step = self._step(page, said, same, letters)
        return Ready(messages, step, len(page.records), len(said), letters)

    def _step(self, page: Page, said: list[Kept], same: list[str], letters: list[Letter]) -> Step:
        settings = self.connector.settings.streams[self.stream]
        if settings.snapshot:
            return Step(self.generation, page.position, said, same, letters)
        marks = [mark for mark in page.marks if mark is not None and not isnan(mark)]
        self.highest = max([*marks, *([] if self.highest is None else [self.highest])], default=None)
        floor = None if self.highest is None else self.highest - settings.overlap
        # A record that will not be read again need not be known.
        near = [kept for kept in said if kept.mark is None or (floor is not None and kept.mark >= floor)]
        far = [kept.key for kept in said if not (kept.mark is None or (floor is not None and kept.mark >= floor))]
        return Step(self.generation, page.position, near, same, letters, floor, far)


def _keyed(page: Page, names: Sequence[str]) -> list[tuple[str, Record, float | None]]:
    """Records with their keys as text, and their marks; "" where a part of the key is missing.

    Of two with one key the later counts.
    """
    found: dict[str, tuple[Record, float | None]] = {}
    for record, mark in zip(page.records, page.marks or [None] * len(page.records), strict=True):
        parts = [record.get(name) for name in names]
        if any(part is None or part == "" for part in parts):
            found[f"\0{len(found)}"] = record, mark
        elif len(parts) == 1:
            found[str(parts[0])] = record, mark
        else:
            found[orjson.dumps([str(part) for part in parts]).decode()] = record, mark
    return [("" if key.startswith("\0") else key, *rest) for key, rest in found.items()]


def _unnamed(record: Record) -> str:
    return "?" + orjson.dumps(record, option=orjson.OPT_SORT_KEYS).hex()[:32]


def _observed(said: Sequence[Said], now: int, before: Known | None) -> int:
    """When the newest of it was so. What was changed without its time has the time after the one before."""
    newest = max((_micros(each.time) for each in said if each.time is not None), default=now)
    return newest if before is None else max(newest, before.observed + 1)


def _at(said: Said, observed: int, now: int, before: Known | None) -> str:
    if said.time is not None and (before is None or _micros(said.time) > before.observed):
        return said.time
    return text_of(observed if before is not None else now)


def _micros(text: str) -> int:
    return micros(datetime.fromisoformat(text))


def text_of(time_: int) -> str:
    """Microseconds since 1970 as RFC 3339."""
    return instant_text(_EPOCH + timedelta(microseconds=time_))
