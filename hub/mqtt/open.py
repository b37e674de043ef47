"""Which form of broker the settings mean."""

from __future__ import annotations

from pathlib import Path

from connectors.wire.address import Address, Url
from connectors.wire.errors import BrokerError
from connectors.wire.tls import Tls
from hub.messages import Broker, BrokerStatus
from hub.mqtt import mosquitto
from hub.mqtt.client import MqttClient
from hub.mqtt.embedded import AmqttBroker
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.mosquitto import MosquittoBroker
from schema.topic import DEFAULT_PREFIX

GET_MOSQUITTO = "install it (`apt-get install mosquitto`, `brew install mosquitto`)"


def open_broker(
    choice: str | Url,
    listen: Address,
    data: Path,
    client_id: str,
    limits: BrokerLimits | None = None,
    prefix: str = DEFAULT_PREFIX,
    tls: Tls | None = None,
    group: str | None = None,
    takes: bool = True,
) -> Broker:
    """The broker that the settings choose, not started yet.

    `auto` is mosquitto where it is installed and amqtt otherwise. `client_id` names this hub process to the broker,
    which keeps what is published while it is away; it must stay the same from start to start, and differ between
    processes. Of a broker elsewhere, a hub may be a client that only publishes (`takes=False`).
    """
    limits = limits or BrokerLimits()
    if isinstance(choice, Url):
        return MqttClient(choice, client_id=client_id, prefix=prefix, limits=limits, tls=tls, group=group, takes=takes)
    binary = mosquitto.find() if choice != "amqtt" else None
    if binary is not None:
        return MosquittoBroker(binary, listen, data, client_id, limits, prefix)
    if choice == "mosquitto":
        raise BrokerError(f"mosquitto is not on the PATH nor in /usr/sbin; {GET_MOSQUITTO}, or choose `--broker amqtt`")
    return AmqttBroker(listen, client_id, limits, prefix)


def sentence(status: BrokerStatus) -> str:
    """What carries the messages and what that means, in one line for people."""
    state = "" if status.connected else " (not connected yet)"
    return f"MQTT at {status.address}{state} by {status.product}: {status.guarantee}."
