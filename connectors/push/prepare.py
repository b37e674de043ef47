"""A batch of deliveries made ready: mapped, held to the contract, packed into messages, with what is to be kept of it.

Sources that push tell what happened, and may tell it late or again. So nothing is made newer than it says: each
message has its own time, or that of its arrival, and the newest counts. What is told of a thing again is published
once. Where it is told with a newer time of its own, it is published anew, unless the source tells in order: what comes
late from between the two would count else.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from connectors.errors import ExpressionError
from connectors.expression import Expression
from connectors.held import Held
from connectors.load import Connector
from connectors.mapping.mapping import Mapped, Said, Trouble
from connectors.mapping.messages import Message, Packer, digest, event_message, thing_of
from connectors.mapping.times import text_of
from connectors.push.inbox import Arrival, Delivery, Receipt
from connectors.push.settings import PushStream
from connectors.state import Kept, Known, Letter, State, Step
from schema.contract import Contract
from schema.provenance import micros

NAMES = ""
"""The stream under which the names of deliveries are known."""

MAX_LETTERS = 10_000
FULL = f"{MAX_LETTERS} records that can't be mapped are kept, and no more"
REMEMBERED_SECONDS = 7 * 86_400.0
FORGET_SECONDS = 600.0


class Prepared(NamedTuple):
    """A batch that only needs to be published and kept."""

    receipts: Sequence[Receipt]
    """One for each delivery."""
    messages: Sequence[Message]
    steps: Mapping[str, Step]
    """By stream."""
    counts: Mapping[str, Counted]
    """By stream."""
    lost: int = 0
    """Records that could not be mapped, for which there was no place, and of whose loss no sender can be told."""


@dataclass
class Counted:
    """What came of the records of one stream."""

    read: int = 0
    changed: int = 0
    unchanged: int = 0
    letters: int = 0
    messages: int = 0


@dataclass
class _Open:
    """What becomes of one stream in this batch."""

    said: dict[str, Kept] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)
    mapped: list[str] = field(default_factory=list)

    def step(self, below: float | None) -> Step:
        """As it is kept. Runs have generations from 1 on; what a source tells has none, and no position."""
        said = list(self.said.values())
        letters = list(self.letters.values())
        return Step(0, None, said, (), letters, below, [key for key in self.mapped if key not in self.letters])


class Preparer:
    """Makes the batches of one connector ready."""

    def __init__(self, connector: Connector, state: State, contract: Contract, prefix: str) -> None:
        self._connector = connector
        self._state = state
        self._prefix = prefix
        self._held = {name: Held(connector, name, contract, prefix) for name in connector.settings.streams}
        self._gone = {name: _gone(connector, name) for name in connector.settings.streams}
        self._forgot = 0.0
        self._room = 0
        """How many letters more are kept."""
        self._lost = 0

    def ready(self, batch: Sequence[Delivery], fault: str = "") -> Prepared:
        """The batch, made ready; to be set aside for a fault, where there is one."""
        mapped = [[self._mapped(arrival, fault) for arrival in delivery.arrivals] for delivery in batch]
        self._lost = 0
        if any(each.mapped.troubles for found in mapped for each in found):
            self._room = MAX_LETTERS - self._state.letter_count(self._connector.name)
        known = self._known(mapped)
        names = self._names(batch)
        messages: list[Message] = []
        streams: dict[str, _Open] = defaultdict(_Open)
        receipts = []
        counts: dict[str, Counted] = defaultdict(Counted)
        for delivery, found in zip(batch, mapped, strict=True):
            if delivery.name is not None and delivery.name in names:
                receipts.append(Receipt(unchanged=len(found)))
                for each in found:
                    counts[each.arrival.stream].read += 1
                    counts[each.arrival.stream].unchanged += 1
                continue
            receipt = self._refused(delivery, found, streams)
            if receipt is None:
                # A message holds words of one delivery: one that comes again makes the same messages, which the journal
                # knows again.
                packer = Packer(self._prefix, self._connector.settings.system)
                receipt = self._taken(delivery, found, streams, known, counts, packer, messages)
                messages.extend(packer.rest())
                if delivery.name is not None:
                    names.add(delivery.name)
                    now = time.time()
                    streams[NAMES].said[delivery.name] = Kept(delivery.name, b"\0", int(now * 1e6), now)
            receipts.append(receipt)
        if messages:
            # One may carry the words of several streams; mostly there is one.
            counts[batch[0].arrivals[0].stream].messages += len(messages)
        return Prepared(receipts, messages, self._steps(streams), counts, self._lost)

    def _steps(self, streams: Mapping[str, _Open]) -> dict[str, Step]:
        """What is to be kept; of events alone nothing is, and a commit takes as long as hundreds of them."""
        below = self._below()
        letters = below is not None or self._state.letter_count(self._connector.name) > 0
        return {name: each.step(below) for name, each in streams.items() if letters or each.said or each.letters}

    def _mapped(self, arrival: Arrival, fault: str) -> _Found:
        stream = arrival.stream
        if fault:
            return _Found(arrival, Mapped((), (Trouble("", "", fault),)), False)
        try:
            mapped = self._held[stream].of(arrival.record)
            gone = self._gone[stream]
            return _Found(arrival, mapped, gone is not None and gone.of(arrival.record, arrival.record) is True)
        except ExpressionError as error:
            return _Found(arrival, Mapped((), (Trouble("", f"gone of {stream}", str(error)),)), False)
        except Exception as error:
            # Whatever it is, it is one of this record, and would be again.
            return _Found(arrival, Mapped((), (Trouble("", "", f"{type(error).__name__}: {error}"),)), False)

    def _known(self, mapped: Sequence[Sequence[_Found]]) -> dict[tuple[str, str], Known]:
        """What was said last of each thing, by stream and key."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for found in mapped:
            for each in found:
                wanted[each.arrival.stream].update(map(_key, each.mapped.said))
        return {
            (stream, key): known
            for stream, keys in wanted.items()
            for key, known in self._state.stream(self._connector.name, stream).known(list(keys)).items()
            if known.digest
        }

    def _names(self, batch: Sequence[Delivery]) -> set[str]:
        named = [delivery.name for delivery in batch if delivery.name is not None]
        if not named:
            return set()
        known = self._state.stream(self._connector.name, NAMES).known(named)
        return {name for name, kept in known.items() if kept.digest}

    def _refused(self, delivery: Delivery, found: Sequence[_Found], streams: Mapping[str, _Open]) -> Receipt | None:
        troubles = tuple(str(trouble) for each in found for trouble in each.mapped.troubles)
        if not troubles:
            return None
        if delivery.whole:
            return Receipt(refused=troubles)
        # Where nobody can be told, the good records count, and the others have no place: see `_has_place`.
        if not delivery.patient and not self._has_room(streams):
            return Receipt(refused=(*troubles, FULL))
        return None

    def _has_room(self, streams: Mapping[str, _Open]) -> bool:
        return sum(len(each.letters) for each in streams.values()) < self._room

    def _has_place(self, arrival: Arrival, delivery: Delivery, streams: Mapping[str, _Open]) -> bool:
        """Whether a record that can't be mapped is kept; one of its name may be kept already."""
        if not delivery.patient or arrival.key in streams[arrival.stream].letters or self._has_room(streams):
            return True
        return self._state.stream(self._connector.name, arrival.stream).has_letter(arrival.key)

    def _taken(
        self,
        delivery: Delivery,
        found: Sequence[_Found],
        streams: Mapping[str, _Open],
        known: dict[tuple[str, str], Known],
        counts: Mapping[str, Counted],
        packer: Packer,
        messages: list[Message],
    ) -> Receipt:
        taken = unchanged = 0
        letters: list[str] = []
        for each in found:
            stream, key, record, received = each.arrival
            open_, counted = streams[stream], counts[stream]
            counted.read += 1
            if each.mapped.troubles:
                troubles = [self._connector.hidden(str(trouble)) for trouble in each.mapped.troubles]
                letters += troubles
                counted.letters += 1
                if not self._has_place(each.arrival, delivery, streams):
                    self._lost += 1
                    continue
                open_.letters[key] = Letter(key, self._connector.cleared(record), troubles)
                continue
            open_.mapped.append(key)
            open_.letters.pop(key, None)
            new = [said for said in each.mapped.said if each.is_news(said, known.get((stream, _key(said))), delivery)]
            for said in new:
                messages.extend(each.messages(said, packer))
                before, time_ = known.get((stream, _key(said))), each.time(said)
                if before is None or time_ >= before.observed:
                    known[stream, _key(said)] = Known(each.digest(said), time_)
                    open_.said[_key(said)] = Kept(_key(said), each.digest(said), time_, received / 1e6)
            for event in each.mapped.events:
                when = event.time or text_of(received)
                messages.append(event_message(event, self._prefix, self._connector.settings.system, when))
            fresh = bool(new or each.mapped.events)
            taken += fresh
            unchanged += not fresh
            counted.changed += fresh
            counted.unchanged += not fresh
        return Receipt(taken, unchanged, tuple(letters))

    def _below(self) -> float | None:
        """What was told before then is forgotten, now and then."""
        now = time.time()
        if now - self._forgot < FORGET_SECONDS:
            return None
        self._forgot = now
        return now - REMEMBERED_SECONDS


class _Found(NamedTuple):
    """What one arrival asserts, or withdraws."""

    arrival: Arrival
    mapped: Mapped
    gone: bool

    def is_news(self, said: Said, before: Known | None, delivery: Delivery) -> bool:
        """Whether it says anything else than what was said last."""
        if before is None or before.digest != self.digest(said):
            return True
        return said.time is not None and not delivery.ordered and self.time(said) > before.observed

    def time(self, said: Said) -> int:
        """When it was so, in microseconds since 1970 UTC."""
        return self.arrival.received if said.time is None else micros(datetime.fromisoformat(said.time))

    def digest(self, said: Said) -> bytes:
        """What is kept of what is said."""
        return b"gone" if self.gone else digest((said,))

    def messages(self, said: Said, packer: Packer) -> Iterator[Message]:
        """The messages that are full with what is said."""
        when = said.time or text_of(self.arrival.received)
        if self.gone:
            yield packer.withdrawal(thing_of(said), when)
        else:
            yield from packer.add(said, when)


def _key(said: Said) -> str:
    return f"{said.kind.topic}/{said.id}"


def _gone(connector: Connector, stream: str) -> Expression | None:
    settings = connector.settings.streams[stream]
    assert isinstance(settings, PushStream)
    return None if settings.gone is None else Expression(settings.gone)


def again(letters: Sequence[Letter]) -> list[Arrival]:
    """Records that were set aside, as if they came now; their time is that of their arrival."""
    return [Arrival(letter.stream, letter.key, letter.record, letter.time) for letter in letters]
