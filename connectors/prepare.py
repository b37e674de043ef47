"""A page of records made ready: mapped, held to the contract, packed into messages, with what is to be kept of it.

Runs in the source's own thread, beside the publishing of the page before.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isnan
from operator import is_
from typing import NamedTuple

import orjson

from connectors.errors import ConnectorError
from connectors.held import Held
from connectors.kind import Page
from connectors.load import Connector
from connectors.mapping.mapping import Mapped, Said, Trouble
from connectors.mapping.messages import Message, Packer, digest, thing_of
from connectors.mapping.times import text_of
from connectors.records import FAULT, Record, key_of
from connectors.state import Kept, Letter, Step, StreamState
from schema.provenance import micros


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
        try:
            return self._ready(page)
        except ConnectorError:
            raise
        except Exception:
            # One record that can't even be set aside as it is must not hold up the others for ever.
            records = [self._sound(record) for record in page.records]
            if all(map(is_, records, page.records)):
                raise
            return self._ready(replace(page, records=records))

    def _sound(self, record: Record) -> Record:
        """The record, or in its place one with its key that says why it can be neither told nor kept."""
        try:
            digest(self.held.of(record).said)
            orjson.dumps(record)
            return record
        except ConnectorError:
            raise
        except Exception as error:
            names = self.connector.polled.streams[self.stream].key
            key = {name: str(record.get(name, "")).encode(errors="backslashreplace").decode()[:100] for name in names}
            return {**key, FAULT: f"the record can't be kept: {type(error).__name__}: {error}"}

    def _ready(self, page: Page) -> Ready:
        settings = self.connector.polled.streams[self.stream]
        keyed = _keyed(page, settings.key)
        known = self.state.known([key for key, _, _ in keyed if key])
        fresh: list[_Fresh] = []
        mappings: list[Mapped] = []
        same: list[str] = []
        for key, record, mark in keyed:
            mapped = self.held.mapped(record)
            if not key and not mapped.troubles:
                mapped = Mapped((), (Trouble("", "", f"the record has no {' and no '.join(settings.key)}"),))
            before = known.get(key)
            if before is not None and not mapped.troubles and before.digest == digest(mapped.said):
                same.append(key)
                continue
            fresh.append(_Fresh(key, record, mark, None if before is None else before.observed))
            mappings.append(mapped)
        fresh, back = self._after_withdrawals(fresh, mappings)
        now = time.time_ns() // 1000
        messages = self._packed(fresh, mappings, now)
        if not all(map(self.held.accepts, messages)):
            mappings = self.held.checked(mappings)
            messages = self._packed(fresh, mappings, now)
        step, letters = self._step(page, fresh, mappings, same, now)
        if back:
            said = {(one.kind.topic, one.id) for mapped in mappings for one in mapped.said}
            step = replace(step, back=[thing for thing in back if thing in said])
        return Ready(messages, step, len(page.records), len(fresh) - len(letters), letters)

    def _after_withdrawals(
        self, fresh: list[_Fresh], mappings: Sequence[Mapped]
    ) -> tuple[list[_Fresh], Sequence[tuple[str, str]]]:
        """The same, where a thing comes back that was withdrawn, which the source's own time of it may be before.

        And the things that come back, by kind and id.
        """
        gone = self.state.gone_at({thing_of(said) for mapped in mappings for said in mapped.said})
        if not gone:
            return fresh, ()
        found = []
        for each, mapped in zip(fresh, mappings, strict=True):
            times = [time for said in mapped.said if (time := gone.get((said.kind.topic, said.id))) is not None]
            found.append(
                each._replace(after=max([*times, *([] if each.after is None else [each.after])], default=None))
            )
        return found, list(gone)

    def _packed(self, fresh: Sequence[_Fresh], mappings: Sequence[Mapped], now: int) -> list[Message]:
        packer = Packer(self.prefix, self.connector.settings.system)
        messages: list[Message] = []
        for each, mapped in zip(fresh, mappings, strict=True):
            if not mapped.said:
                continue
            observed = 0 if each.after is None else _observed(mapped.said, now, each.after)
            for said in mapped.said:
                messages.extend(packer.add(said, _at(said, observed, now, each.after)))
        messages.extend(packer.rest())
        return messages

    def _step(
        self, page: Page, fresh: Sequence[_Fresh], mappings: Sequence[Mapped], same: list[str], now: int
    ) -> tuple[Step, list[Letter]]:
        settings = self.connector.polled.streams[self.stream]
        floor = self._floor(page, settings.overlap)
        said: list[Kept] = []
        far: list[str] = []
        letters: list[Letter] = []
        for each, mapped in zip(fresh, mappings, strict=True):
            if mapped.troubles:
                key = each.key or _unnamed(each.record)
                # Fails here, where another can take its place, and not when it is kept.
                orjson.dumps(each.record)
                told = [self.connector.hidden(str(trouble)) for trouble in mapped.troubles]
                letters.append(Letter(key, self.connector.cleared(each.record), told))
            elif settings.snapshot or each.mark is None or (floor is not None and each.mark >= floor):
                things = [thing_of(one) for one in mapped.said] if settings.snapshot else None
                observed = _observed(mapped.said, now, each.after)
                said.append(Kept(each.key, digest(mapped.said), observed, each.mark, things))
            else:
                # A record that will not be read again need not be known.
                far.append(each.key)
        below = None if settings.snapshot else floor
        return Step(self.generation, page.position, said, same, letters, below, far), letters

    def _floor(self, page: Page, overlap: float) -> float | None:
        """The mark from which on records are read again."""
        marks = [mark for mark in page.marks if mark is not None and not isnan(mark)]
        self.highest = max([*marks, *([] if self.highest is None else [self.highest])], default=None)
        return None if self.highest is None else self.highest - overlap


class _Fresh(NamedTuple):
    """A record that is new or was changed, or can't be mapped."""

    key: str
    record: Record
    mark: float | None
    after: int | None
    """What is said of it now must be later than this, or it would not count; None where anything is."""


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
            found[key_of(str(parts[0]))] = record, mark
        else:
            found[key_of(orjson.dumps([str(part) for part in parts]).decode())] = record, mark
    return [("" if key.startswith("\0") else key, *rest) for key, rest in found.items()]


def _unnamed(record: Record) -> str:
    return "?" + orjson.dumps(record, option=orjson.OPT_SORT_KEYS).hex()[:32]


def _observed(said: Sequence[Said], now: int, after: int | None) -> int:
    """When the newest of it was so. What was changed without its time has the time after the one before."""
    newest = max((_micros(each.time) for each in said if each.time is not None), default=now)
    return newest if after is None else max(newest, after + 1)


def _at(said: Said, observed: int, now: int, after: int | None) -> str:
    if said.time is not None and (after is None or _micros(said.time) > after):
        return said.time
    return text_of(observed if after is not None else now)


def _micros(text: str) -> int:
    return micros(datetime.fromisoformat(text))
