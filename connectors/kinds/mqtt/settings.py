"""How another broker is reached, and which of its topics are taken."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from connectors.kinds.mqtt.topics import Pattern, pattern
from connectors.push.settings import BufferSettings, PushSettings, PushStream, Size
from connectors.settings import Seconds, StreamName
from connectors.wire.address import Url

MOST_EXPIRY = 0xFFFFFFFE


def _broker(value: str) -> str:
    try:
        url = Url.parse(value)
    except ValueError as error:
        raise ValueError(str(error).replace("scheme://host:port", "mqtt://broker.example:1883")) from None
    if url.scheme not in ("mqtt", "mqtts") or not url.host:
        raise ValueError("is no address of a broker; write it as mqtt://broker.example:1883, or mqtts:// with TLS")
    if url.password is not None:
        raise ValueError("holds a password; write it into a file of its own, and name that in `brokerPasswordFile`")
    return value


def _topic(value: str) -> str:
    pattern(value)
    return value


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


BrokerUrl = Annotated[str, AfterValidator(_broker)]
Topic = Annotated[str, AfterValidator(_topic)]
Topics = Annotated[tuple[Topic, ...], BeforeValidator(_one_or_more), Field(min_length=1)]


class Payload(StrEnum):
    """What a message holds."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"
    VALUES = "values"


class MqttStream(PushStream):
    """Messages of one form. Each record has `_topic` and, by the names in it, `_path` beside its own fields."""

    topics: Topics = Field(
        description="Which topics; `{line}` names a segment, `{name+}` one or more, `+` and `#` are those of MQTT.",
        examples=["umh/v1/{location+}/_historian/{name+}"],
    )
    payload: Payload = Field(
        Payload.AUTO,
        description="What a message holds: `json`, `text`, or `auto`, JSON where it is that. An object is a record, a "
        "list is many, anything else is a record's `value`. With `values` each member of an object is a record with "
        "`name` and `value`; a member within another has / in its name.",
        examples=["values"],
    )
    retained: bool = Field(
        False,
        description="Whether messages are taken that the broker had kept and gives to a new subscription. They are no "
        "news, and need a time of their own: see `changed`.",
        examples=[True],
    )

    @model_validator(mode="after")
    def _timed(self) -> MqttStream:
        if self.retained and self.changed is None:
            raise ValueError(
                "takes retained messages, whose age nobody knows, and no time of their own; name the field with it in "
                "`changed`, or leave `retained` out"
            )
        return self


class MqttSettings(PushSettings):
    """Another broker."""

    broker: BrokerUrl = Field(
        description="The broker, without a password.", examples=["mqtts://hub@broker.example:8883"]
    )
    broker_password_file: Path | None = Field(
        None, description="A file with the password of the user in `broker`.", examples=["/run/secrets/plc"]
    )
    broker_ca_file: Path | None = Field(
        None,
        description="The authority of its certificate, in PEM; those of this machine unless given.",
        examples=["/etc/ssl/plant-ca.pem"],
    )
    broker_certificate_file: Path | None = Field(
        None, description="The certificate of this client, for a broker that asks for one.", examples=["client.pem"]
    )
    broker_key_file: Path | None = Field(None, description="The key of that certificate.", examples=["client.key"])
    broker_key_password_file: Path | None = Field(
        None, description="A file with the password of that key.", examples=["/run/secrets/key"]
    )
    client_id: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        None,
        description="Under which id the broker keeps what comes while the hub is away; one that is made up once, and "
        "is the same for all hubs of a journal, unless given.",
        examples=["unshub-north"],
    )
    session_expiry: Annotated[Seconds, Field(ge=1, le=MOST_EXPIRY)] = Field(
        7 * 86_400.0, description="For how long it is to keep that, over MQTT 5.", examples=["1d"]
    )
    max_payload: Size = Field(1024**2, description="The largest message that is looked at.", examples=["64KiB"])
    buffer: BufferSettings = Field(
        default_factory=lambda: BufferSettings.model_validate({}),
        description="What is kept on disk of messages of QoS 0, which nobody sends again, while the broker is away.",
        examples=[{"size": "1GiB", "age": "1d"}],
    )
    waiting: Annotated[int, Field(ge=1, le=65_535)] = Field(
        1000, description="How many messages may be under way and not acknowledged yet.", examples=[200]
    )
    streams: Mapping[StreamName, MqttStream] = Field(min_length=1, description="What is taken, by a name of your own.")

    @model_validator(mode="after")
    def _fit(self) -> MqttSettings:
        url = Url.parse(self.broker)
        if self.broker_password_file is not None and url.user is None:
            raise ValueError("has a `brokerPasswordFile`, but no user in `broker`; write it as mqtt://user@host")
        tls = (self.broker_ca_file, self.broker_certificate_file, self.broker_key_file, self.broker_key_password_file)
        if url.scheme == "mqtt" and any(file is not None for file in tls):
            raise ValueError("names files of TLS, but its broker is mqtt://; write mqtts://")
        if self.broker_key_file is not None and self.broker_certificate_file is None:
            raise ValueError("has a `brokerKeyFile` without a certificate; name that in `brokerCertificateFile`")
        return self

    def secret_files(self) -> Mapping[str, Path]:
        return {} if self.broker_password_file is None else {"brokerPasswordFile": self.broker_password_file}

    @property
    def patterns(self) -> Mapping[str, tuple[Pattern, ...]]:
        """The topics of each stream."""
        return {name: tuple(map(pattern, stream.topics)) for name, stream in self.streams.items()}
