from __future__ import annotations

from pathlib import Path

import pytest

from hub.address import Url
from hub.errors import SettingsError
from hub.settings import Settings
from hub.settings_file import parse
from hub.settings_load import check, load

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
