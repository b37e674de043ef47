from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wire.address import Address, Url, redact
from hub.errors import Fault, SettingsError
from hub.settings import Settings
from hub.settings.file import parse, read
from hub.settings.load import check, load
from schema.rules import SystemRules


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def faults(text: str) -> list[str]:
    return [str(fault) for fault in check(parse(text))]


def refused(**values: Any) -> tuple[Fault, ...]:
    with pytest.raises(SettingsError) as raised:
        load(values)
    return raised.value.faults


def test_everything_has_a_default() -> None:
    settings = load()
    assert (settings.http, settings.mqtt) == (Address("127.0.0.1", 8080), Address("127.0.0.1", 1883))
    assert str(settings.journal) == "sqlite:///unshub-data/journal.db"
    assert settings.graph.file == Path("unshub-data/graph")


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


SERVERS = {"broker": "mqtt://broker:1883", "journal": "postgresql://hub@db/unshub", "graph": "neo4j://hub@graph"}


def beside(name: str) -> dict[str, str]:
    """What a setting can't be used without."""
    if name == "trusted_documents":
        return {"documents": "documents"}
    return SERVERS if name in ("group", "role") else {}


def test_examples_are_accepted() -> None:
    for name, field in Settings.model_fields.items():
        for example in field.examples or []:
            assert load({**beside(name), name: example}) != load(beside(name)), name


def test_every_single_value_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, field in Settings.model_fields.items():
        for example in field.examples or []:
            text = json.dumps(example) if isinstance(example, dict) else str(example)
            monkeypatch.setenv(f"UNSHUB_{name.upper()}", text)
            assert load(beside(name)) == load({**beside(name), name: example}), name
            monkeypatch.delenv(f"UNSHUB_{name.upper()}")


def test_flags_go_over_environment_over_file_over_defaults(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "unshub.yaml").write_text("http: 127.0.0.1:1\nmqtt: 127.0.0.1:1\nlogLevel: error\n")
    monkeypatch.setenv("UNSHUB_HTTP", "127.0.0.1:2")
    monkeypatch.setenv("UNSHUB_MQTT", "127.0.0.1:2")
    settings = load({"http": "127.0.0.1:3", "log_format": None})
    assert (settings.http.port, settings.mqtt.port) == (3, 2)
    assert (settings.log_level, settings.log_format) == ("error", "text")


def test_constructing_reads_neither_environment_nor_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "unshub.yaml").write_text("defaultPage: 7\n")
    monkeypatch.setenv("UNSHUB_LOG_LEVEL", "error")
    assert Settings() == Settings(default_page=100, log_level="info")


def test_the_file_is_named_by_flag_or_variable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.yaml").write_text("defaultPage: 11\n")
    (folder / "b.yaml").write_text("defaultPage: 12\n")
    monkeypatch.setenv("UNSHUB_CONFIG", "a.yaml")
    assert load().default_page == 11
    assert load(config=Path("b.yaml")).default_page == 12
    with pytest.raises(SettingsError, match="can't be read"):
        load(config=Path("c.yaml"))


def test_systems_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSHUB_SYSTEMS", json.dumps({"erp": {"idPrefix": "N-"}}))
    assert load().systems["erp"].id_prefix == "N-"
    monkeypatch.setenv("UNSHUB_SYSTEMS", "erp")
    with pytest.raises(SettingsError, match="UNSHUB_SYSTEMS: the value is not JSON"):
        load()


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "192.168.1.4", "hub.example"])
@pytest.mark.parametrize("name", ["http", "mqtt"])
def test_listening_beyond_this_machine_is_refused(name: str, host: str) -> None:
    (fault,) = refused(**{name: f"{host}:8080"})
    assert fault.place == f"--{name}"
    assert "until sign-in exists" in fault.message


@pytest.mark.parametrize("address", ["127.0.0.1:0", "127.9.9.9:80", "localhost:80", "[::1]:80"])
def test_loopback_addresses_are_taken(address: str) -> None:
    assert str(load({"http": address}).http) == address


@pytest.mark.parametrize("address", ["8080", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", ":80", "::1:80"])
def test_what_is_no_address_is_refused(address: str) -> None:
    (fault,) = refused(http=address)
    assert "HOST:PORT" in fault.message or "brackets" in fault.message


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("broker", "rabbit", "none of auto, amqtt, mosquitto"),
        ("broker", "amqp://h", "known here: mqtt, mqtts"),
        ("broker", "mqtt:///", "names no host"),
        ("journal", "mysql://h/db", "known here: sqlite, postgresql"),
        ("journal", "postgresql://db.example", "names no database"),
        ("journal", "postgresql://db.example/unshub?password=x", "has its password where it is shown"),
        ("journal", "journal.db", "has no scheme"),
        ("graph", "ladybug://", "names no file"),
        ("graph", "neo4j:///db", "names no host"),
        ("graph", "http://h", "known here: ladybug, neo4j, neo4j+s"),
        ("topic_prefix", "/uns", "is no topic prefix"),
        ("name", "", "is no name of a hub"),
        ("name", "hub/1", "is no name of a hub"),
        ("name", "h" * 65, "is no name of a hub"),
        ("future_tolerance", "5 weeks", "is not a duration"),
        ("future_tolerance", "-1", "is not a duration"),
        ("projection_batch", "0", "will not do"),
        ("max_payload", "10", "will not do"),
        ("log_level", "loud", "will not do"),
    ],
)
def test_bad_values_are_refused_with_what_was_expected(name: str, value: str, expected: str) -> None:
    (fault,) = refused(**{name: value})
    assert expected in fault.message
    assert fault.fix


@pytest.mark.parametrize(
    ("text", "seconds"), [("250ms", 0.25), ("5s", 5), ("5m", 300), ("1h", 3600), ("2d", 172800), ("2.5", 2.5)]
)
def test_durations(text: str, seconds: float) -> None:
    assert load({"future_tolerance": text}).future_tolerance == seconds


def test_passwords_never_print() -> None:
    settings = load({"broker": "mqtt://hub:hunter2@broker.example:1883"})
    assert isinstance(settings.broker, Url)
    assert settings.broker.password == "hunter2"
    for text in (str(settings), repr(settings), str(settings.broker), settings.model_dump_json()):
        assert "hunter2" not in text
    (fault,) = refused(broker="amqp://hub:hunter2@h")
    assert "hunter2" not in str(fault)
    assert redact("at mqtt://:hunter2@h and mqtt://u:hunter2@h") == "at mqtt://:***@h and mqtt://u:***@h"


@given(
    scheme=st.sampled_from(["mqtt", "mqtts", "http"]),
    host=st.sampled_from(["h", "broker.example", "127.0.0.1", "::1"]),
    port=st.none() | st.integers(1, 65535),
    path=st.sampled_from(["", "/a", "/a/b"]),
)
def test_urls_survive_their_text(scheme: str, host: str, port: int | None, path: str) -> None:
    url = Url(scheme, host, port, path=path)
    assert Url.parse(str(url)) == url


def test_every_fault_is_told_at_its_place() -> None:
    text = """\
http: 0.0.0.0:80
default_page: 5
projectionBatch: 0
projectionBatch: 1
systems:
  ERP: {}
  lims:
  mes:
    knds: [MaterialLot]
    kinds:
      - MatrialLot
authority:
  default: [mes, mes, x]
  MaterialLot.stats: [mes]
  MaterialLt: []
broker: mqtt://a:secret@/x
"""
    found = check(parse(text))
    assert [(fault.line, fault.column) for fault in found] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 1),
        (6, 3),
        (9, 5),
        (11, 9),
        (13, 18),
        (13, 23),
        (14, 3),
        (15, 3),
        (16, 1),
    ]
    told = "\n".join(map(str, found))
    assert "unshub.yaml:2:1: there is no setting 'default_page'; did you mean defaultPage?" in told
    assert "did you mean kinds?" in told
    assert "there is no kind 'MatrialLot'; did you mean MaterialLot?" in told
    assert "MaterialLot has no attribute 'stats'; did you mean status?" in told
    assert "'x' is none of the systems" in told
    assert "secret" not in told


def test_a_name_that_is_like_none_is_answered_with_all() -> None:
    (fault,) = faults("zzz: 1\n")
    assert "known are authority, broker," in fault


def _many_values() -> str:
    """Six lines that stand for half a million values."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for number in range(1, 6):
        lines.append(f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]")
    return "\n".join(lines)


def test_a_file_without_end_is_left(tmp_path: Path) -> None:
    path = tmp_path / "unshub.yaml"
    with path.open("wb") as file:
        file.truncate(5 * 1024**2)
    (fault,) = read(path).faults
    assert fault.message == "the file is larger than 4194304 bytes"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("a: [1\n", "unshub.yaml:1:4", "close the [ that stands here"),
        ("a: {b: 1\n", "unshub.yaml:1:4", "close the { that stands here"),
        ('http: "127.0.0.1:80\nmqtt: 127.0.0.1:81\n', "unshub.yaml:1:7", "close the quotes that begin here"),
        ("systems:\n\terp: {}\n", "unshub.yaml:2:1", "spaces in place of tabs"),
        ("name: a: b\n", "unshub.yaml:1:8", "between quotes"),
        ("systems:\n    erp: {}\n   mes: {}\n", "unshub.yaml:3:4", "indented by 3, the one before it (line 2) by 4"),
        ("a:\n  - b: 1\n    # more\n\n   c: 2\n", "unshub.yaml:5:4", "indented by 3, the one before it (line 2) by 2"),
        ("a: 1\n- b\n", "unshub.yaml:2:1", "this is no YAML"),
        ("- a\n", "unshub.yaml:1:1", "holds no settings"),
        ("data: !!python/object:x {}\n", "unshub.yaml:1:7", "this is no YAML"),
        ("systems: &a\n  erp: *a\n", "unshub.yaml:", "nested deeper"),
        ("systems: " + "[" * 5000 + "]" * 5000, "unshub.yaml:", "nested deeper"),
        (_many_values(), "unshub.yaml:", "more than 100000 values"),
        ("data: \x07\n", "unshub.yaml:1:1", "this is no YAML"),
    ],
)
def test_a_file_that_is_no_settings_is_one_fault(text: str, place: str, what: str) -> None:
    found = [fault for fault in faults(text) if what in fault]
    assert len(found) == 1
    assert found[0].startswith(place)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"default_page": 2000}, "--default-page"),
        ({"max_page": 50}, "--max-page"),
        ({"default_page": 20, "max_page": 10}, "--default-page"),
    ],
)
def test_a_page_that_is_larger_than_the_largest_is_a_fault(values: dict[str, int], place: str) -> None:
    (fault,) = refused(**values)
    assert (fault.place, "set `maxPage` to" in fault.fix) == (place, True)


def test_a_path_may_begin_with_the_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    settings = load({"data": "~/hub", "graph": "ladybug:///~/graph"})
    assert settings.data == Path("/home/ada/hub")
    assert (settings.journal.file, settings.graph.file) == (Path("/home/ada/hub/journal.db"), Path("/home/ada/graph"))
    (fault,) = refused(data="~nobody-at-all/hub")
    assert "home of a user who is not there" in fault.message


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("http", "8080", "127.0.0.1:8080 or [::1]:8080"),
        ("mqtt", "1883", "127.0.0.1:1883 or [::1]:1883"),
        ("mqtt", "::1", "[::1]:1883"),
        ("http", "fe80::1:80", "[fe80::1]:80"),
        ("http", "127.0.0.1:" + "9" * 5000, "127.0.0.1:8080"),
        ("broker", "rabbit", "mqtt://broker.example:1883"),
        ("topic_prefix", "/uns", "factory/v1"),
        ("systems", {"ERP": {}}, "sap-erp"),
        ("authority", {"9": []}, "MaterialLot.status"),
    ],
)
def test_the_fix_is_an_example_that_is_right(name: str, value: Any, fix: str) -> None:
    faults = refused(**{name: value})
    assert any(fix in fault.fix for fault in faults), faults


def test_an_empty_file_has_no_faults() -> None:
    assert faults("") == []
    assert faults("# nothing yet\nsystems:\n") == []


def test_a_file_that_is_not_utf8_is_a_fault(folder: Path) -> None:
    (folder / "unshub.yaml").write_bytes(b"data: \xff\n")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load()


def test_faults_name_the_variable_they_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSHUB_DEFAULT_PAGE", "many")
    with pytest.raises(SettingsError) as raised:
        load()
    assert [fault.place for fault in raised.value.faults] == ["UNSHUB_DEFAULT_PAGE"]


def test_authority_ranks_the_most_particular_order_first(folder: Path) -> None:
    (folder / "unshub.yaml").write_text(
        "authority:\n  default: [erp, mes]\n  MaterialLot: [mes, erp]\n  MaterialLot.status: [lims]\n"
    )
    authority = load().authority
    assert authority.rank("erp", "MaterialDefinition") == 0
    assert authority.rank("erp", "MaterialLot", "quantity") == 1
    assert authority.rank("lims", "MaterialLot", "status") == 0


def test_rules_are_what_the_contract_needs() -> None:
    rules = load({"systems": {"erp": {"kinds": ["MaterialLot"], "idPrefix": "N-"}, "mes": {}}}).rules()
    assert rules.systems == {"erp": SystemRules(frozenset({"MaterialLot"}), "N-"), "mes": SystemRules()}
    assert (rules.max_payload, rules.future) == (1_048_576, 300_000_000)
    assert load().rules().systems is None


@pytest.mark.parametrize(("given", "faults"), [({"default_page": "500", "max_page": "10"}, 1), ({"group": "plant"}, 3)])
def test_each_misfit_is_told_once(given: dict[str, str], faults: int) -> None:
    with pytest.raises(SettingsError) as found:
        load(given)
    assert len(found.value.faults) == faults
