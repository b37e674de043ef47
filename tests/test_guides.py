"""The pages on publishing and asking: every message shown is taken, every question is one of the schema."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest
from graphql import parse, validate

from hub.api.schema import HubSchema
from hub.examples import published
from schema import topic as topics
from schema.contract import Contract
from schema.errors import Refused
from schema.events import EventContract
from schema.model import MODEL
from schema.provenance import Provenance, micros
from schema.rules import Rules
from schema.topic import DEFAULT_PREFIX, CountTopic, SourceTopic, StateTopic, TagTopic
from tests.test_docs import blocks

DOCS = Path(__file__).parent.parent / "docs"
RECEIVED = micros(datetime(2026, 3, 2, tzinfo=UTC))


class Shown(NamedTuple):
    """A message that a page shows."""

    topic: str
    payload: str
    properties: dict[str, str]
    refused: bool


def messages() -> Iterator[Shown]:
    """Every call of mosquitto_pub in the page on publishing."""
    for block in blocks((DOCS / "publishing.md").read_text(encoding="utf-8"), "sh"):
        words = shlex.split(block, comments=True)
        starts = [place for place, word in enumerate(words) if word == "mosquitto_pub"]
        for start, end in pairwise([*starts, len(words)]):
            call = words[start:end]
            payload = "" if "-n" in call else call[call.index("-m") + 1]
            named = [place for place, word in enumerate(call) if word == "user-property"]
            properties = {call[place + 1]: call[place + 2] for place in named}
            yield Shown(call[call.index("-t") + 1], payload, properties, block.startswith("# refused"))


def read(shown: Shown) -> None:
    """Takes a message as the hub does; `Refused` if it can't be."""
    topic = topics.parse(shown.topic)
    provenance = Provenance(RECEIVED, shown.properties)
    match topic:
        case SourceTopic():
            unknown = Contract(MODEL, Rules()).read(topic, shown.payload.encode(), provenance).unknown
            assert not unknown
        case TagTopic() | StateTopic() | CountTopic():
            assert not EventContract(Rules()).read(topic, shown.payload.encode(), provenance).unknown
        case _:
            pytest.fail(f"{shown.topic} is the hub's own")


@pytest.mark.parametrize("shown", list(messages()), ids=lambda shown: shown.topic.removeprefix("uns/v1/acme/north"))
def test_a_message_is_taken_or_refused_as_the_page_says(shown: Shown) -> None:
    if shown.refused:
        with pytest.raises(Refused):
            read(shown)
    else:
        read(shown)


@pytest.mark.parametrize("question", list(blocks((DOCS / "graphql.md").read_text(encoding="utf-8"), "graphql")))
def test_a_question_is_one_of_the_schema(question: str) -> None:
    assert validate(HubSchema(MODEL).core, parse(question)) == []


def test_what_the_hub_publishes_is_shown_as_it_is() -> None:
    _, section = (DOCS / "publishing.md").read_text(encoding="utf-8").split("## What the hub publishes\n")
    shown = [orjson.loads(block) for block in blocks(section.split("\n## ")[0], "json")]
    made = published(MODEL, DEFAULT_PREFIX)
    assert shown == [*made["MaterialLotGolden"], *made["Change"]]
