"""Looks at a source for those who are not at the command line: bounded, and nothing is published or kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from connectors.held import Held, as_tested
from connectors.kind import Look, Offer
from connectors.load import Connector
from connectors.records import Record
from hub.connect.preview import records_of
from schema.contract import Contract
from schema.json import Json

MAX_LOOKS = 1_000
MAX_OFFERS = 1_000
WAIT_SECONDS = 5.0
"""For what a source tells by itself; nobody who asks from elsewhere could end the waiting."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """A record, and what it asserts, or every reason why it can't be mapped."""

    stream: str
    record: Record
    said: Sequence[Mapping[str, Json]]
    troubles: Sequence[str]


def check(connector: Connector) -> list[Look]:
    """Whether the source can be read as configured."""
    fields = {stream: mapping.fields for stream, mapping in connector.mappings.items()}
    with closing(connector.open()) as source:
        return list(islice(source.check(fields), MAX_LOOKS))


def discover(connector: Connector) -> list[Offer]:
    """What the source offers."""
    with closing(connector.open()) as source:
        return list(islice(source.discover(), MAX_OFFERS))


def preview(connector: Connector, streams: Sequence[str], limit: int, contract: Contract) -> list[Previewed]:
    """The first records of streams, mapped."""
    held = {stream: Held(connector, stream, contract) for stream in streams}
    with closing(connector.open()) as source:
        found = records_of(connector, source, held, limit, None, seconds=WAIT_SECONDS)
        return list(_previewed(connector, held, found))


def _previewed(
    connector: Connector, held: Mapping[str, Held], found: Iterator[tuple[str, Record]]
) -> Iterator[Previewed]:
    for stream, record in found:
        mapped = held[stream].of(record)
        said: list[Mapping[str, Any]] = as_tested(mapped)
        troubles = [connector.hidden(str(trouble)) for trouble in mapped.troubles]
        yield Previewed(stream, connector.cleared(record), [connector.cleared(each) for each in said], troubles)
