from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wire.topics import check_publishable
from hub.mqtt.topics import for_hub, status_topic
from schema import topic
from schema.topic import GoldenTopic, HubTopic, SourceTopic, TagTopic

PREFIX = "uns/v1"


@pytest.mark.parametrize(
    "text",
    [
        "uns/v1/acme/_source/erp/material-lot/L1",
        "uns/v1/acme/_tag/speed",
        "uns/v1/acme/north/_state/mes",
        "uns/v1/acme/north/_count/mes",
        "uns/v1/1/2/3/4/5/6/7/8/9/_tag/x",
        "uns/v1/acme",
        "uns/v1/_source/erp/material-lot",
        "uns/v1/acme/_sorce/erp/material-lot",
        "uns/v1/acme/_LOT/L1",
        "uns/v1/acme/_material-lot",
        "uns/v1/acme/_material-lot/%zz",
        "uns/v1//",
        "uns/v1/acme/_hub/x",
    ],
)
def test_what_systems_say_is_for_the_hub_and_so_is_what_breaks_the_grammar(text: str) -> None:
    assert for_hub(text, PREFIX)


@pytest.mark.parametrize(
    "text",
    [
        "uns/v1/_hub",
        "uns/v1/_hub/dead-letter/_source/x",
        "uns/v1/_hub/dead-letter//x",
        "uns/v1/acme/_material-lot/L1",
        "uns/v10/acme/_tag/x",
        "uns/v1",
        "spBv1.0/group/DDATA/node",
    ],
)
def test_the_hubs_own_and_what_is_elsewhere_is_not(text: str) -> None:
    assert not for_hub(text, PREFIX)


SEGMENT = st.from_regex(r"[a-z0-9.]{1,8}", fullmatch=True)
NAME = st.from_regex(r"[a-z][a-z0-9]{0,7}", fullmatch=True)
LOCATION = st.lists(SEGMENT, min_size=1, max_size=8).map(tuple)
ID = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10)
TOPIC = st.one_of(
    st.builds(SourceTopic, LOCATION, NAME, NAME, ID),
    st.builds(TagTopic, LOCATION, st.lists(SEGMENT, min_size=1, max_size=4).map(tuple)),
    st.builds(GoldenTopic, LOCATION, NAME.map(lambda kind: f"x-{kind}"), ID),
    st.builds(HubTopic, st.lists(SEGMENT, min_size=1, max_size=3).map(tuple)),
)


@given(TOPIC, st.sampled_from([PREFIX, "a", "factory/north/v2"]))
def test_every_topic_of_the_grammar_is_for_the_hub_or_its_own(value: topic.Topic, prefix: str) -> None:
    assert for_hub(topic.build(value, prefix), prefix) is not isinstance(value, (GoldenTopic, HubTopic))


@given(TOPIC, st.sampled_from("\x80\x9f\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffff"))
def test_mqtt_could_carry_every_topic(value: topic.Topic, odd: str) -> None:
    if isinstance(value, (SourceTopic, GoldenTopic)) and value.id:
        value = replace(value, id=value.id + odd)
    text = topic.build(value, PREFIX)
    check_publishable(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef]", text)
    assert not any(ord(c) & 0xFFFE == 0xFFFE for c in text)


@given(ID)
def test_a_status_topic_is_never_taken(client_id: str) -> None:
    text = status_topic(client_id, PREFIX)
    assert text.startswith("uns/v1/_hub/status/") and text.count("/") == 4
    assert not for_hub(text, PREFIX)
