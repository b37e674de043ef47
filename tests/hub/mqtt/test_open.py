from __future__ import annotations

from pathlib import Path

import pytest

from connectors.wire.address import Address, Url
from connectors.wire.errors import BrokerError
from hub.messages import BrokerStatus
from hub.mqtt import mosquitto
from hub.mqtt.client import MqttClient
from hub.mqtt.embedded import AmqttBroker
from hub.mqtt.mosquitto import MosquittoBroker
from hub.mqtt.open import open_broker, sentence
from tests.servers import mosquitto_path

LISTEN = Address("127.0.0.1", 1883)


@pytest.fixture
def without_mosquitto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mosquitto, "find", lambda: None)


def test_auto_is_mosquitto_where_it_is_installed(tmp_path: Path) -> None:
    mosquitto_path()
    assert isinstance(open_broker("auto", LISTEN, tmp_path, "hub-1"), MosquittoBroker)


@pytest.mark.usefixtures("without_mosquitto")
def test_auto_is_amqtt_elsewhere(tmp_path: Path) -> None:
    assert isinstance(open_broker("auto", LISTEN, tmp_path, "hub-1"), AmqttBroker)


def test_amqtt_is_amqtt(tmp_path: Path) -> None:
    assert isinstance(open_broker("amqtt", LISTEN, tmp_path, "hub-1"), AmqttBroker)


@pytest.mark.usefixtures("without_mosquitto")
def test_a_missing_mosquitto_is_told_with_the_remedies(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match=r"not on the PATH.*install it .*`--broker amqtt`"):
        open_broker("mosquitto", LISTEN, tmp_path, "hub-1")


async def test_a_url_is_a_broker_elsewhere_and_its_password_is_not_shown(tmp_path: Path) -> None:
    broker = open_broker(Url.parse("mqtts://hub:secret@broker.example"), LISTEN, tmp_path, "hub-1")
    assert isinstance(broker, MqttClient)
    assert (await broker.status()).address == "mqtts://broker.example:8883"


def test_mosquitto_is_found_where_users_have_no_path_to(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = mosquitto_path()
    monkeypatch.setenv("PATH", "/nowhere")
    assert str(mosquitto.find()) == expected


def test_the_sentence_names_the_broker_and_what_it_promises() -> None:
    assert (
        sentence(BrokerStatus(True, "x 1.0", "mqtt://h:1", "it keeps all"))
        == "MQTT at mqtt://h:1 by x 1.0: it keeps all."
    )
    assert "(not connected yet)" in sentence(BrokerStatus(False, "x", "mqtt://h:1", "y"))
