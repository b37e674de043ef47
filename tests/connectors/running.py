"""Runs of connectors, and the hub's word on what they publish."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from connectors.load import Connector
from connectors.mapping.messages import Message
from connectors.schedule import Around, at_work
from connectors.state import Letter, State
from connectors.stream import Outcome
from schema import topic as topics
from schema.assertion import Assertion
from schema.contract import Contract
from schema.merge import Record, join, record_of
from schema.model import MODEL
from schema.provenance import Provenance
from schema.rules import Rules
from schema.topic import SourceTopic


@dataclass
class Taken:
    """Takes messages as the hub does, and knows what each thing is by them."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    breaks: Callable[[Message], Awaitable[None]] | None = None

    async def publish(self, message: Message) -> None:
        if self.breaks is not None:
            await self.breaks(message)
        self.messages.append(message)
        topic = topics.parse(message.topic)
        if not isinstance(topic, SourceTopic):
            return
        contract = Contract(MODEL, Rules())
        for said in contract.read(topic, message.payload, Provenance(time.time_ns() // 1000)).assertions:
            self._join(said)

    def _join(self, said: Assertion) -> None:
        key = (said.kind, said.id)
        record = record_of(said)
        self.records[key] = join(self.records[key], record) if key in self.records else record


async def run(
    connector: Connector, folder: Path, taken: Taken, stream: str = "lots", *, withdraw_all: bool = False
) -> Outcome:
    """One run of a stream, whose state is in the folder."""
    with closing(State(folder / "state.db")) as state:
        around = Around(folder, state, Contract(MODEL, Rules()), "uns/v1", taken.publish)
        async with at_work(connector, around) as worker:
            return await worker.run(stream, withdraw_all=withdraw_all)


def letters(connector: Connector, folder: Path) -> list[Letter]:
    """The records that can't be mapped."""
    with closing(State(folder / "state.db")) as state:
        return state.letters(connector.name)
