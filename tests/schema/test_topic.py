"""Topics: there and back, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import TopicError
from schema.topic import GoldenTopic, SourceTopic, TagTopic, Topic, build, decode_id, encode_id, location, parse
from tests.schema import strategies

UNSENDABLE = set("+#" + strategies.NONCHARACTERS) | set(map(chr, [*range(32), *range(127, 160)]))


@pytest.mark.parametrize("character", sorted(UNSENDABLE))
def test_what_a_broker_refuses_is_escaped_in_ids_and_refused_elsewhere(character: str) -> None:
    topic = GoldenTopic(("acme",), "lot", f"L{character}1")
    assert not set(build(topic)) & UNSENDABLE
    assert parse(build(topic)) == topic
    with pytest.raises(TopicError, match="noncharacter"):
        location(f"acme/a{character}b")


@given(strategies.topics())
def test_a_topic_survives_its_text(topic: Topic) -> None:
    assert parse(build(topic)) == topic


@given(strategies.topics(), st.sampled_from(("plant", "a/b/c")))
def test_the_text_survives_parsing_under_any_prefix(topic: Topic, prefix: str) -> None:
    text = build(topic, prefix)
    assert build(parse(text, prefix), prefix) == text


@given(strategies.topics())
def test_mqtt_could_carry_it(topic: Topic) -> None:
    text = build(topic)
    assert not set(text) & UNSENDABLE
    assert not text.startswith("$")


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_any_id_survives_as_a_segment(value: str) -> None:
    segment = encode_id(value)
    assert decode_id(segment) == value
    assert not set(segment) & (UNSENDABLE | {"/"})
    assert segment[0] not in "_$"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for candidate in (text, f"uns/v1/{text}", f"uns/v1/acme/_source/{text}"):
        try:
            topic = parse(candidate)
        except TopicError:
            continue
        assert parse(build(topic)) == topic
        assert build(topic) == candidate


@given(st.text(st.sampled_from("%0123456789ABCDEFabcdef_$/+# Lé"), max_size=12))
def test_an_id_has_one_topic(segment: str) -> None:
    text = f"uns/v1/acme/_source/mes/lot/{segment}"
    try:
        topic = parse(text)
    except TopicError:
        return
    assert build(topic) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("other/acme/_tag/x", "is not below 'uns/v1'"),
        ("uns/v1", "is not below"),
        ("uns/v1/acme", "has no _source, _tag, _state or _count"),
        ("uns/v1/_source/erp/material-lot", "the location is missing"),
        ("uns/v1/acme/_source/ERP/material-lot", "system 'ERP'"),
        ("uns/v1/acme/_source/erp/MaterialLot", "not kebab-case"),
        ("uns/v1/acme/_source/erp", "after _source come"),
        ("uns/v1/acme/_source/erp/material-lot/", "leave the last '/' out"),
        ("uns/v1/acme/_source/erp/material-lot/a/b", "after _source come"),
        ("uns/v1/acme//_tag/speed", "a segment is empty"),
        ("uns/v1/acme/_tag", "after _tag comes"),
        ("uns/v1/acme/_tag/a/b/c/d/e/f/g/h/i", "one to 8 segments"),
        ("uns/v1/acme/_state/mes/x", "the system's name, nothing more"),
        ("uns/v1/acme/_lot/L%zz", "begins no escape"),
        ("uns/v1/acme/_lot/L%ff", "not UTF-8"),
        ("uns/v1/acme/_lot/%4C1", "to be written as 'L1'"),
        ("uns/v1/acme/_lot/L%2f1", "to be written as 'L%2F1'"),
        ("uns/v1/acme/_lot/L%5F1", "to be written as 'L_1'"),
        ("uns/v1/acme/_source/mes/lot/$1", "to be written as '%241'"),
        ("uns/v1/acme/_lot", "is none of"),
        ("uns/v1/a/b/c/d/e/f/g/h/i/_tag/x", "9 levels"),
        ("uns/v1/" + "a" * 65 + "/_tag/x", "longer than 64 characters"),
        ("uns/v1/ acme/_tag/x", "ends in a space"),
        ("uns/v1/acme/_hub/status", "is none of"),
        ("uns/v1/_hub", "the location is missing"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(TopicError, match=says):
        parse(text)


def test_what_topics_mean() -> None:
    assert parse("uns/v1/acme/north/_source/mes/material-lot/A%2FB") == SourceTopic(
        ("acme", "north"), "mes", "material-lot", "A/B"
    )
    assert parse("uns/v1/acme/_source/mes/material-lot") == SourceTopic(("acme",), "mes", "material-lot")
    assert parse("uns/v1/acme/_tag/press/speed") == TagTopic(("acme",), ("press", "speed"))
    assert parse("uns/v1/acme/_material-lot/L1") == GoldenTopic(("acme",), "material-lot", "L1")
    assert build(GoldenTopic(("acme",), "tag", "T1")) == "uns/v1/acme/__tag/T1"
    assert location("acme/north") == ("acme", "north")
