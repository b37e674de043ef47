"""What a setting's text may be, and the value that it becomes. Each message says what is wrong and what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    PlainValidator,
)
from pydantic_core import CoreSchema, core_schema
from pydantic_settings import NoDecode

from connectors.wire.address import Address, SocketFile, Url, is_socket
from graph.open import NEO4J_SCHEMES
from schema import topic
from schema.authority import Authority
from schema.errors import TopicError

BROKERS = ("auto", "amqtt", "mosquitto")
MQTT_SCHEMES = ("mqtt", "mqtts")
DEFAULT_SCOPE = "default"

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")


def _listen(value: Any, usual: int = 1883) -> Address:
    address = value if isinstance(value, Address) else Address.parse(str(value), usual)
    if not address.loopback:
        raise ValueError(
            "can be reached from other machines, which is refused until sign-in exists; "
            f"listen on the loopback address, 127.0.0.1:{address.port}, behind a proxy that signs people in"
        )
    return address


def _http(value: Any) -> Address | SocketFile:
    if isinstance(value, SocketFile):
        return value
    return SocketFile.parse(value) if isinstance(value, str) and is_socket(value) else _listen(value, 8080)


def _url(value: Any, schemes: tuple[str, ...], example: str) -> Url:
    url = value if isinstance(value, Url) else Url.parse(str(value))
    if url.scheme not in schemes:
        raise ValueError(f"has the scheme {url.scheme!r}, known here: {', '.join(schemes)}; write it as {example}")
    return url


def _broker(value: Any) -> str | Url:
    if isinstance(value, str) and value in BROKERS:
        return value
    if isinstance(value, str) and "://" not in value:
        raise ValueError(f"is none of {', '.join(BROKERS)}, and no URL; write one as mqtt://broker.example:1883")
    url = _url(value, MQTT_SCHEMES, "mqtt://broker.example:1883")
    if not url.host:
        raise ValueError("names no host; write it as mqtt://broker.example:1883")
    return url


def _file_url(value: Any, scheme: str, name: str) -> Url:
    example = f"{scheme}:///unshub-data/{name}"
    url = _url(value, (scheme,), example)
    if url.host or len(url.path) < 2:
        raise ValueError(f"names no file; write it as {example}, or {scheme}:////… for an absolute path")
    return replace(url, path=f"/{_local(url.file)}")


def _local(value: Path) -> Path:
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError("begins with the home of a user who is not there; write the whole path") from None


def _journal(value: Any) -> Url:
    url = _url(
        value, ("sqlite", "postgresql"), "sqlite:///unshub-data/journal.db or postgresql://unshub@db.example/unshub"
    )
    if url.scheme == "sqlite":
        return _file_url(url, "sqlite", "journal.db")
    if len(url.path) < 2:
        raise ValueError("names no database; write it as postgresql://unshub@db.example/unshub")
    if "password=" in url.query:
        raise ValueError(
            "has its password where it is shown; write it as postgresql://user:password@…, or in a passfile"
        )
    return url


def _graph(value: Any) -> Url:
    url = _url(value, ("ladybug", *NEO4J_SCHEMES), "ladybug:///unshub-data/graph or neo4j://neo4j@graph.example:7687")
    if url.scheme == "ladybug":
        return _file_url(url, "ladybug", "graph")
    if not url.host:
        raise ValueError("names no host; write it as neo4j://neo4j@graph.example:7687")
    return url


def _duration(value: Any) -> Any:
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if isinstance(value, str) and match is None:
        raise ValueError("is not a duration; write seconds as a number, or 250ms, 5s, 5m, 1h, 400d")
    return float(match[1]) * _SECONDS[match[2] or "s"] if match else value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("is no name of a hub; write 1 to 64 of the characters A-Z, a-z, 0-9 and -")
    return value


def _group(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("is no name of a group; write 1 to 64 of the characters A-Z, a-z, 0-9 and -")
    return value


def _prefix(value: str) -> str:
    try:
        topic.location(value)
    except TopicError as error:
        raise ValueError(f"is no topic prefix: {error}; write it as factory/v1") from None
    return value


def _system(value: str) -> str:
    try:
        topic.parse(topic.build(topic.StateTopic(("x",), value)))
    except TopicError as error:
        raise ValueError(f"is no name of a system: {error}; write it as sap-erp") from None
    return value


ListenAddress = Annotated[Address, NoDecode, PlainValidator(_listen), PlainSerializer(str)]
HttpAddress = Annotated[Address | SocketFile, NoDecode, PlainValidator(_http), PlainSerializer(str)]
BrokerChoice = Annotated[str | Url, NoDecode, PlainValidator(_broker), PlainSerializer(str)]
JournalUrl = Annotated[Url, NoDecode, PlainValidator(_journal), PlainSerializer(str)]
GraphUrl = Annotated[Url, NoDecode, PlainValidator(_graph), PlainSerializer(str)]
Seconds = Annotated[float, BeforeValidator(_duration), Field(ge=0, allow_inf_nan=False)]
LocalPath = Annotated[Path, AfterValidator(_local)]
HubName = Annotated[str, AfterValidator(_name)]
GroupName = Annotated[str, AfterValidator(_group)]
TopicPrefix = Annotated[str, AfterValidator(_prefix)]
SystemName = Annotated[str, AfterValidator(_system)]
Order = tuple[SystemName, ...]


def _scope(value: str) -> str:
    kind, _, cell = value.partition(".")
    if value != DEFAULT_SCOPE and (
        not kind.isidentifier() or (cell and not cell.isidentifier()) or value.endswith(".")
    ):
        raise ValueError(
            f"is neither {DEFAULT_SCOPE!r}, nor a kind, nor an attribute; write it as MaterialLot or MaterialLot.status"
        )
    return value


Scope = Annotated[str, AfterValidator(_scope)]


def scopes(authority: Authority) -> dict[str, list[str]]:
    """The orders as settings have them, by scope."""
    return {scope_text(kind, cell): list(order) for (kind, cell), order in authority.orders.items()}


def scope_text(kind: str | None, cell: str | None) -> str:
    """A scope as settings have it."""
    return DEFAULT_SCOPE if kind is None else kind if cell is None else f"{kind}.{cell}"


def _authority(orders: Mapping[str, Order]) -> Authority:
    found: dict[tuple[str | None, str | None], Order] = {}
    for scope, order in orders.items():
        kind, _, cell = scope.partition(".")
        found[(None if scope == DEFAULT_SCOPE else kind, cell or None)] = order
    return Authority(found)


class _FromOrders:
    """Validates orders by scope, each at its own place, and makes an `Authority` of them."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: Any, orders: Callable[[Any], Any]) -> Authority:
            return value if isinstance(value, Authority) else _authority(orders(value))

        return core_schema.no_info_wrap_validator_function(
            read,
            handler.generate_schema(Mapping[Scope, Order]),
            serialization=core_schema.plain_serializer_function_ser_schema(scopes),
        )


Orders = Annotated[Authority, _FromOrders]
