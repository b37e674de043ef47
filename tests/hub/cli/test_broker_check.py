"""What `unshub doctor` says of a broker behind TLS and of the certificates."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.hub.cli.conftest import Run
from tests.servers import Mosquitto, free_port
from tests.servers import mosquitto as start_mosquitto
from tests.servers.certificates import Authority

DAY = timedelta(days=1)


def brokers(unshub: Run, server: Mosquitto, *flags: str) -> dict[str, tuple[str, str]]:
    """Level and detail of each check that is about the broker."""
    ran = unshub("doctor", "--json", "--http", f"127.0.0.1:{free_port()}", "--broker", mqtts(server), *flags)
    rows = map(json.loads, ran.out.splitlines())
    return {
        row["check"]: (row["level"], row["detail"])
        for row in rows
        if "broker" in row["check"] or "certificate" in row["check"]
    }


def mqtts(server: Mosquitto) -> str:
    return server.url.replace("mqtt:", "mqtts:")


def flags(authority: Authority, days: int = 90) -> list[str]:
    certificate, key = authority.issue("hub", until=datetime.now(UTC) + days * DAY + timedelta(minutes=1))
    return [
        *("--broker-ca-file", str(authority.file)),
        *("--broker-certificate-file", str(certificate), "--broker-key-file", str(key)),
    ]


@pytest.mark.parametrize(("days", "broker", "hub"), [(90, "ok", "ok"), (9, "ok", "warn"), (-9, "warn", "fail")])
def test_certificates_are_told_with_their_end(unshub: Run, tmp_path: Path, days: int, broker: str, hub: str) -> None:
    authority = Authority(tmp_path / "certificates")
    certificate, key = authority.issue("broker", "127.0.0.1", until=datetime(2055, 1, 2, tzinfo=UTC))
    lines = (f"cafile {authority.file}", f"certfile {certificate}", f"keyfile {key}", "require_certificate true")
    with start_mosquitto(tmp_path / "broker", *lines) as server:
        found = brokers(unshub, server, *flags(authority, days))
    end = f"{datetime.now(UTC) + days * DAY:%Y-%m-%d}"
    assert found["broker"][0] == broker
    assert (found["hub certificate"][0], end in found["hub certificate"][1]) == (hub, True)
    assert found["broker authority"][0] == "ok"
    if broker == "ok":
        assert found["broker certificate"] == ("ok", "valid until 2055-01-02T00:00:00Z")
    else:
        assert "refuses the hub's certificate" in found["broker"][1]


def test_a_broker_that_asks_for_a_certificate(unshub: Run, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "certificates")
    certificate, key = authority.issue("broker", "127.0.0.1")
    lines = (f"cafile {authority.file}", f"certfile {certificate}", f"keyfile {key}", "require_certificate true")
    with start_mosquitto(tmp_path / "broker", *lines) as server:
        level, detail = brokers(unshub, server, "--broker-ca-file", str(authority.file))["broker"]
    assert (level, "asks for a certificate of the hub" in detail) == ("warn", True)
