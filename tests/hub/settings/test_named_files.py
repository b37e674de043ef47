from __future__ import annotations

from pathlib import Path

import pytest

from connectors.wire.address import Url
from connectors.wire.tls import Tls
from hub.errors import SettingsError
from hub.settings import Settings
from hub.settings.file import parse
from hub.settings.load import check, load
from hub.settings.named_files import broker_tls
from tests.servers.certificates import Authority

SERVERS = {
    "broker": "mqtt://hub@broker.example:1883",
    "journal": "postgresql://unshub@db.example/unshub",
    "graph": "neo4j://neo4j@graph.example",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def url(settings: Settings, part: str) -> Url:
    found = getattr(settings, part)
    assert isinstance(found, Url)
    return found


@pytest.mark.parametrize("part", SERVERS)
def test_a_file_gives_the_password(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("secret").write_text("hunter2: é/@\n")
    monkeypatch.setenv(f"UNSHUB_{part.upper()}_PASSWORD_FILE", "secret")
    settings = load({part: SERVERS[part]})
    assert url(settings, part).password == "hunter2: é/@"
    for text in (str(settings), repr(settings), str(url(settings, part)), settings.model_dump_json()):
        assert "hunter2" not in text


def test_only_the_last_line_break_is_left_out() -> None:
    Path("secret").write_bytes(b" a b \r\n")
    assert url(load({"broker": SERVERS["broker"], "broker_password_file": "secret"}), "broker").password == " a b "


def test_without_a_file_nothing_changes() -> None:
    assert url(load({"graph": "neo4j://neo4j:own@graph.example"}), "graph").password == "own"


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (None, "can't be read: No such file"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"one\ntwo\n", "holds more than a password"),
        (b"x" * 5000, "holds more than a password"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_file_that_will_not_do(held: bytes | None, expected: str) -> None:
    if held is not None:
        Path("secret").write_bytes(held)
    with pytest.raises(SettingsError) as raised:
        load({"broker": SERVERS["broker"], "broker_password_file": "secret"})
    (fault,) = raised.value.faults
    assert (fault.place, expected in fault.message, bool(fault.fix)) == ("--broker-password-file", True, True)
    assert "two" not in str(fault)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("mqtt://hub:own@broker.example", "has a password of its own"),
        ("mqtt://broker.example", "names no user"),
        ("auto", "names no user"),
    ],
)
def test_a_place_that_takes_no_password(place: str, expected: str) -> None:
    Path("secret").write_text("hunter2")
    with pytest.raises(SettingsError, match=expected):
        load({"broker": place, "broker_password_file": "secret"})


def test_lint_tells_line_and_fix() -> None:
    text = "graph: neo4j://neo4j@graph.example\ngraphPasswordFile: none\n"
    (fault,) = check(parse(text))
    assert str(fault) == (
        "unshub.yaml:2:1: 'none' can't be read: No such file or directory; let this user read it, or name another file"
    )


TLS = {"broker": "mqtts://broker.example"}


def one(**values: object) -> tuple[str, str, str]:
    """Place, message and fix of the only fault."""
    with pytest.raises(SettingsError) as raised:
        load(values)
    (fault,) = raised.value.faults
    return fault.place, fault.message, fault.fix


def test_files_for_tls_are_taken(folder: Path) -> None:
    authority = Authority(folder)
    certificate, key = authority.issue("hub", password=b"hunter2")
    Path("secret").write_text("hunter2\n")
    files = Tls(authority.file, certificate, key, Path("secret"))
    settings = load(
        TLS
        | {"broker_ca_file": str(files.ca), "broker_certificate_file": str(certificate), "broker_key_file": str(key)}
        | {"broker_key_password_file": "secret"}
    )
    assert broker_tls(settings) == files


def test_files_that_would_secure_nothing_are_faults(folder: Path) -> None:
    ca = str(Authority(folder).file)
    place, message, fix = one(broker="mqtt://broker.example", broker_ca_file=ca)
    assert (place, message, "mqtts://" in fix) == ("--broker-ca-file", "`broker` is no mqtts:// URL", True)
    assert one(broker_ca_file=ca)[0] == "--broker-ca-file"


def test_a_key_wants_its_certificate(folder: Path) -> None:
    _, key = Authority(folder).issue("hub")
    place, message, fix = one(**TLS, broker_key_file=str(key))
    assert (place, "without its certificate" in message) == ("--broker-key-file", True)
    assert "brokerCertificateFile" in fix


def test_files_for_tls_that_will_not_do(folder: Path) -> None:
    authority = Authority(folder)
    certificate, key = map(str, authority.issue("hub"))
    _, other = map(str, authority.issue("other"))
    _, locked = map(str, authority.issue("locked", password=b"hunter2"))
    Path("wrong").write_text("wrong")
    Path("text").write_text("no certificate")
    own = TLS | {"broker_certificate_file": certificate}
    for values, place, message in (
        (TLS | {"broker_ca_file": "none"}, "ca-file", "none can't be read: No such file"),
        (TLS | {"broker_ca_file": "text"}, "ca-file", "text holds no certificate"),
        (TLS | {"broker_certificate_file": "none"}, "certificate-file", "none can't be read"),
        (TLS | {"broker_certificate_file": "text"}, "certificate-file", "do not hold a certificate and its key"),
        (own | {"broker_key_file": "none"}, "key-file", "none can't be read"),
        (own | {"broker_key_file": other}, "key-file", "is not that of the certificate"),
        (own | {"broker_key_file": locked}, "key-file", "has a password"),
        (
            own | {"broker_key_file": locked, "broker_key_password_file": "wrong"},
            "key-password-file",
            "does not open with the password",
        ),
        (own | {"broker_key_file": locked, "broker_key_password_file": "none"}, "key-password-file", "can't be read"),
    ):
        found = one(**values)
        assert (found[0], message in found[1], bool(found[2])) == (f"--broker-{place}", True, True), found
    load(own | {"broker_key_file": key})
