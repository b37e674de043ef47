"""The AsyncAPI document: whole, consistent, and true to the contract."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator

from hub.examples import published
from hub.settings import Settings
from schema.contract import Contract
from schema.events import EventContract
from schema.export.asyncapi import document
from schema.model import MODEL
from schema.provenance import Provenance
from schema.rules import Rules
from schema.topic import (
    DEFAULT_PREFIX,
    CountTopic,
    GoldenTopic,
    HubTopic,
    SourceTopic,
    StateTopic,
    TagTopic,
    parse,
)

NOW = 1_800_000_000_000_000
DOCUMENT = document(MODEL, DEFAULT_PREFIX, published(MODEL, DEFAULT_PREFIX))
CHANNELS = sorted(DOCUMENT["channels"])
FILLED = {"location": "acme/north", "system": "mes", "name": "press/speed", "kind": "material-lot", "client": "hub"}


def pointed(ref: str) -> Any:
    found: Any = DOCUMENT
    for step in ref.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def messages(channel: str) -> Iterator[dict[str, Any]]:
    for ref in DOCUMENT["channels"][channel]["messages"].values():
        yield pointed(ref["$ref"])


def test_a_parser_of_asyncapi_takes_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the parser's own, on names of its fields
        from asyncapi3 import AsyncAPI3
    assert set(AsyncAPI3.model_validate(DOCUMENT).channels.root) == set(CHANNELS)


def test_the_servers_are_brokers_of_mqtt_5() -> None:
    mqtt, mqtts = DOCUMENT["servers"]["mqtt"], DOCUMENT["servers"]["mqtts"]
    assert (mqtt["protocol"], mqtts["protocol"]) == ("mqtt", "mqtts")
    assert mqtt["protocolVersion"] == mqtts["protocolVersion"] == "5"
    assert mqtt["variables"]["host"]["default"] == str(Settings().mqtt)
    assert set(re.findall(r"{(\w+)}", mqtt["host"])) == set(mqtt["variables"])


def test_every_reference_leads_somewhere() -> None:
    for ref in set(references(DOCUMENT)):
        assert isinstance(pointed(ref), dict)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_names_its_parameters_and_has_an_operation(name: str) -> None:
    channel = DOCUMENT["channels"][name]
    assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel.get("parameters", {}))
    (operation,) = (o for o in DOCUMENT["operations"].values() if o["channel"]["$ref"] == f"#/channels/{name}")
    assert {ref["$ref"] for ref in operation["messages"]} == {
        f"#/channels/{name}/messages/{message}" for message in channel["messages"]
    }
    assert operation["bindings"]["mqtt"]["qos"] in (0, 1)


@pytest.mark.parametrize("name", CHANNELS)
def test_an_address_is_a_topic_and_the_direction_is_right(name: str) -> None:
    topic = parse(DOCUMENT["channels"][name]["address"].format(**FILLED, id="A-1"))
    (operation,) = (o for o in DOCUMENT["operations"].values() if o["channel"]["$ref"] == f"#/channels/{name}")
    written_by_hub = isinstance(topic, GoldenTopic | HubTopic)
    assert operation["action"] == ("receive" if written_by_hub else "send")
    assert operation["bindings"]["mqtt"]["retain"] is (isinstance(topic, GoldenTopic) or name == "status")


@pytest.mark.parametrize("name", CHANNELS)
def test_the_examples_fit_their_schemas_and_the_contract(name: str) -> None:
    for message in messages(name):
        whole = {**message["payload"], "components": DOCUMENT["components"]}
        assert message["examples"]
        for example in message["examples"]:
            Draft7Validator(whole).validate(example["payload"])
            send(name, example["payload"], example.get("headers", {}))


def send(name: str, payload: Any, properties: dict[str, str]) -> None:
    address = DOCUMENT["channels"][name]["address"]
    id_ = payload.get("id", "A-1") if isinstance(payload, dict) else "A-1"
    topic = parse(address.format(**FILLED, id=id_))
    body = orjson.dumps(payload) if payload != "" else b""
    provenance = Provenance(NOW, properties)
    match topic:
        case SourceTopic():
            reading = Contract(MODEL, Rules()).read(topic, body, provenance)
            assert not reading.unknown
            assert all(said.stamp.message == properties["messageId"] for said in reading.assertions)
        case TagTopic() | StateTopic() | CountTopic():
            assert not EventContract(Rules()).read(topic, body, provenance).unknown


def test_every_kind_has_its_channels() -> None:
    for kind in MODEL:
        assert {kind.field, f"{kind.field}List", f"{kind.field}Golden"} <= set(CHANNELS)
    assert {"tagValue", "stateChange", "productionCount", "changes", "refusals", "status"} <= set(CHANNELS)


def test_the_prefix_is_a_setting() -> None:
    addresses = {channel["address"] for channel in document(MODEL, "plant/a", {})["channels"].values()}
    assert all(address.startswith("plant/a/") for address in addresses)


def test_the_document_says_which_version_it_is() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["info"]["title"] and DOCUMENT["info"]["version"]
    assert orjson.loads(orjson.dumps(DOCUMENT)) == DOCUMENT
