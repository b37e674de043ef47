"""Whatever comes, on any topic: a message is accepted, or refused with reasons that a person can act on."""

from __future__ import annotations

import orjson
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

from connectors.wire.messages import Inbound
from hub.intake.ingest import Ingest, Parsed
from hub.journal.port import Journal
from schema.contract import Contract
from schema.errors import Refused
from schema.events import EventContract
from schema.model import MODEL
from schema.reasons import MAX_REASONS, MAX_SHOWN
from schema.rules import Rules
from schema.topic import build
from tests.schema import strategies

NOW = 1_780_000_000_000_000
RULES = Rules(max_payload=10_000)
FUZZ = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def parse(message: Inbound) -> Parsed:
    """By the door that messages come in; parsing asks nothing of a journal."""
    none: Journal = None  # type: ignore[assignment]
    ingest = Ingest(
        none,
        Contract(MODEL, RULES),
        EventContract(RULES),
        prefix="uns/v1",
        accepted=lambda: None,
        refused=lambda _: None,
    )
    return ingest.parse(message)


ENTRIES = st.sampled_from(
    [
        *(f"_source/mes/{kind.topic}" for kind in MODEL),
        *(f"_source/mes/{kind.topic}/A-1" for kind in MODEL),
        "_tag/press/speed",
        "_state/mes",
        "_count/mes",
        "_material-lot/A-1",
        "_source/mes/none/1",
    ]
)
TOPICS = st.one_of(
    ENTRIES.map(lambda entry: f"uns/v1/acme/{entry}"),
    strategies.topics().map(build),
    st.text().map(lambda text: f"uns/v1/acme/_source/{text}"),
    st.text(),
)
NAMES = [
    *sorted({name for kind in MODEL for name in [*kind.attributes, *kind.links]}),
    *("id", "identifiers", "properties", "observedAt", "$replace", "value", "timestamp", "quality", "state", "good"),
    *("scrap", "specversion", "source", "type", "time", "data", "", "to", "with"),
]
LEAVES = st.one_of(strategies.scalars(), st.none(), strategies.instants(), st.text(), st.sampled_from(NAMES))
VALUES = st.recursive(
    LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), v, max_size=4)
)
JSONS = VALUES.map(lambda v: orjson.dumps(v) if sendable(v) else b"{}")
TORN = st.builds(
    lambda body, at, byte: body[:at] + byte + body[at + 1 :], JSONS, st.integers(0, 40), st.binary(max_size=2)
)
PROPERTIES = st.dictionaries(
    st.sampled_from(("eventTime", "messageId", "ce_time", "ce_id", "ce_source", "specversion", "time", "id", "source"))
    | st.text(),
    strategies.instants() | st.text(),
    max_size=3,
)
CONTENT_TYPES = st.none() | st.sampled_from(("application/json", "application/cloudevents+json")) | st.text()


def sendable(value: object) -> bool:
    try:
        orjson.dumps(value)
    except (orjson.JSONEncodeError, UnicodeEncodeError):
        return False
    return True


@seed(20260301)
@FUZZ
@given(TOPICS, st.one_of(st.binary(), JSONS, TORN), PROPERTIES, CONTENT_TYPES)
@example("uns/v1/acme/_source/mes/material-lot", b"\x00", {}, None)
@example("uns/v1/acme/_tag/x", b"1" * 5000, {}, None)
@example("uns/v1/acme/_source/mes/material-lot/A", b'{"a":' * 1500, {}, "application/cloudevents+json")
@example("uns/v1/acme/_source/mes/material-lot/A", b'{"name": "\\ud800"}', {"messageId": "\ud800"}, "\ud800")
def test_it_is_accepted_or_refused_with_reasons(
    topic: str, payload: bytes, properties: dict[str, str], content_type: str | None
) -> None:
    try:
        parse(Inbound(topic, payload, NOW, properties, content_type))
    except Refused as refused:
        assert 0 < len(refused.reasons) <= MAX_REASONS + 1
        for reason in refused.reasons:
            assert reason.path.startswith(("$", "topic", "user property "))
            assert len(reason.value) <= MAX_SHOWN
            assert reason.expected
            orjson.dumps(reason.as_json())
