"""A broker behind TLS that wants to see the hub's certificate, and everything that can be wrong with that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.wire.address import Url
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError
from connectors.wire.identity import Identity
from connectors.wire.messages import Outbound
from connectors.wire.tls import Tls
from hub.mqtt.client import MqttClient
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.sending import send
from tests.contracts.broker import LOT, Taker, started
from tests.servers import Mosquitto
from tests.servers import mosquitto as start_mosquitto
from tests.servers.certificates import Authority

Serve = Callable[..., AbstractContextManager[Mosquitto]]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "certificates")


@pytest.fixture
def serve(tmp_path: Path, authority: Authority) -> Serve:
    """Starts a Mosquitto with TLS; it asks for certificates of the same authority unless told otherwise."""

    @contextmanager
    def start(*hosts: str, until: datetime | None = None, ask: bool = True) -> Iterator[Mosquitto]:
        certificate, key = authority.issue("broker", *(hosts or ("127.0.0.1",)), until=until)
        lines = (f"cafile {authority.file}", f"certfile {certificate}", f"keyfile {key}")
        with start_mosquitto(tmp_path / "broker", *lines, f"require_certificate {str(ask).lower()}") as server:
            yield server

    return start


@pytest.fixture
def own(authority: Authority) -> Tls:
    """What the hub needs there."""
    return Tls(authority.file, *authority.issue("hub"))


def at(server: Mosquitto, scheme: str = "mqtts") -> Url:
    return Url(scheme, "127.0.0.1", server.port)


async def refusal(server: Mosquitto, tls: Tls, scheme: str = "mqtts") -> str:
    """Why no connection comes about."""
    identity = Identity("hub-1", will=None, receive_maximum=10, lasting=False, tls=tls)
    with pytest.raises(BrokerError) as raised:
        await Connection.open(at(server, scheme), identity, lambda *_: None)
    told = str(raised.value)
    assert told.startswith(f"can't connect to {scheme}://127.0.0.1:{server.port}: ")
    return told.partition(": ")[2]


async def test_messages_go_both_ways(serve: Serve, own: Tls) -> None:
    take = Taker()
    with serve() as server:
        broker = MqttClient(at(server), client_id="hub-1", prefix="uns/v1", limits=BrokerLimits(), tls=own)
        async with started(broker, take):
            assert (await broker.status()).product == "external broker, MQTT 5"
            await send(at(server), "mes", Outbound(LOT, b"{}"), own)
            (message,) = await take.until(1)
    assert (message.topic, message.payload) == (LOT, b"{}")


async def test_a_renewed_certificate_is_used_at_the_next_connection(
    serve: Serve, own: Tls, authority: Authority
) -> None:
    with serve() as server:
        authority.issue("hub", until=datetime.now(UTC) - timedelta(days=1))
        assert "certificate expired" in await refusal(server, own)
        authority.issue("hub")
        await send(at(server), "mes", Outbound(LOT, b"{}"), own)


async def test_the_key_may_have_a_password(serve: Serve, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    certificate, key = authority.issue("hub", password=b"hunter2")
    with serve() as server:
        await send(at(server), "mes", Outbound(LOT, b"{}"), Tls(authority.file, certificate, key, tmp_path / "secret"))


async def test_an_authority_that_is_not_known(serve: Serve, own: Tls, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    with serve() as server:
        told = await refusal(server, replace(own, ca=None))
        assert "signed by an authority not known here; name the file" in told and "`brokerCaFile`" in told
        told = await refusal(server, replace(own, ca=other.file))
        assert f"not signed by the authority in {other.file}" in told


@pytest.mark.parametrize("host", ["broker.example", "127.0.0.2"])
async def test_a_certificate_of_another_name(serve: Serve, own: Tls, host: str) -> None:
    with serve(host) as server:
        told = await refusal(server, own)
    assert "127.0.0.1" in told and "write a name into `broker` that its certificate has" in told


async def test_a_certificate_that_has_expired(serve: Serve, own: Tls) -> None:
    with serve(until=datetime.now(UTC) - timedelta(days=1)) as server:
        assert "its certificate has expired; renew it there" in await refusal(server, own)


async def test_a_broker_that_asks_for_a_certificate(serve: Serve, own: Tls) -> None:
    with serve() as server:
        told = await refusal(server, Tls(own.ca))
    assert "it asks for a certificate of the hub; name it in `brokerCertificateFile`" in told


async def test_a_certificate_of_an_authority_that_the_broker_does_not_know(
    serve: Serve, own: Tls, tmp_path: Path
) -> None:
    certificate, key = Authority(tmp_path / "other", "another authority").issue("hub")
    with serve() as server:
        told = await refusal(server, Tls(own.ca, certificate, key))
    assert f"it refuses the hub's certificate {certificate} (unknown ca)" in told


async def test_a_port_without_tls(mosquitto: Mosquitto, own: Tls) -> None:
    assert "not to speak TLS on that port; choose" in await refusal(mosquitto, own)


async def test_a_port_with_tls_alone(serve: Serve) -> None:
    with serve(ask=False) as server:
        assert "mqtts://" in await refusal(server, Tls(), "mqtt")


async def test_a_file_that_has_gone(serve: Serve, own: Tls) -> None:
    assert own.key is not None
    own.key.unlink()
    with serve() as server:
        assert f"{own.key} can't be read: No such file" in await refusal(server, own)
