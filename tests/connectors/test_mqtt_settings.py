"""Topics with names, and configurations of the kind `mqtt` that are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connectors.kinds.mqtt.topics import pattern
from connectors.wire.address import Address
from hub.connect.files import ConnectorFile, all_of
from hub.errors import SettingsError
from hub.settings import Settings

LEAVE_OUT = object()
UMH = "umh/v1/{location+}/_{contract}/{name+}"


@pytest.mark.parametrize(
    ("text", "filter_", "topic", "parts"),
    [
        ("a/b", "a/b", "a/b", {}),
        ("a/{x}", "a/+", "a/b", {"x": "b"}),
        ("a/{x}", "a/+", "a/b/c", None),
        ("a/{x}", "a/+", "a/", None),
        ("a/+/{x}", "a/+/+", "a/b/c", {"x": "c"}),
        ("a/#", "a/#", "a/b/c", {}),
        ("a/{x+}", "a/#", "a/b/c", {"x": "b/c"}),
        ("a/{x+}", "a/#", "a", None),
        ("a/L{line}.{cell}", "a/+", "a/L1.c2", {"line": "1", "cell": "c2"}),
        ("a.b/{x}", "a.b/+", "aXb/c", None),
        (
            UMH,
            "umh/v1/#",
            "umh/v1/acme/north/_historian/t",
            {"location": "acme/north", "contract": "historian", "name": "t"},
        ),
        (UMH, "umh/v1/#", "umh/v1/a/_raw/x/_y/z", {"location": "a", "contract": "raw", "name": "x/_y/z"}),
        (UMH, "umh/v1/#", "umh/v1/_historian/t", None),
        ("{site}/{area+}/Status/StateCurrent", "+/#", "n/p/l1/Status/StateCurrent", {"site": "n", "area": "p/l1"}),
    ],
)
def test_a_topic_with_names(text: str, filter_: str, topic: str, parts: dict[str, str] | None) -> None:
    found = pattern(text)
    assert found.filter == filter_
    assert found.parts(topic) == parts


SEGMENT = st.text("ab.", min_size=1, max_size=3)


@given(st.lists(SEGMENT, min_size=1, max_size=6), st.data())
def test_what_a_topic_has_in_each_place_gives_it_again(segments: list[str], data: st.DataObject) -> None:
    """For any choice of places that get a name: the filter brings the topic, and filled in, the text is the topic."""
    named = data.draw(st.lists(st.booleans(), min_size=len(segments), max_size=len(segments)))
    text = "/".join(
        f"{{n{place}}}" if name else segment for place, (segment, name) in enumerate(zip(segments, named, strict=True))
    )
    found = pattern(text)
    topic = "/".join(segments)
    parts = found.parts(topic)
    assert parts is not None
    assert text.format(**parts) == topic
    assert re.fullmatch(re.escape(found.filter).replace(r"\+", "[^/]*").replace(r"\#", ".*"), topic)


@pytest.mark.parametrize(
    ("text", "prefix", "overlaps"),
    [
        ("uns/v1/{x+}", "uns/v1", True),
        ("uns/v1/acme/#", "uns/v1", True),
        ("{x+}", "uns/v1", True),
        ("#", "uns/v1", True),
        ("+/v1/{x}", "uns/v1", True),
        ("uns/v1", "uns/v1", False),
        ("uns/v2/#", "uns/v1", False),
        ("umh/v1/#", "uns/v1", False),
        ("uns/{x}", "uns/v1", False),
    ],
)
def test_whether_a_topic_may_be_below_a_prefix(text: str, prefix: str, overlaps: bool) -> None:
    assert pattern(text).overlaps(prefix) is overlaps


WHOLE: dict[str, Any] = {
    "kind": "mqtt",
    "system": "scada",
    "broker": "mqtts://hub@broker.example",
    "location": "acme/north",
    "streams": {
        "tags": {"topics": ["a/{name+}"], "events": [{"event": "tag", "name": "_path.name", "set": {"value": "value"}}]}
    },
}
STREAM = ("streams", "tags")
FAULTS: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("broker",), LEAVE_OUT, "broker is missing; give it: the broker, without a password, as 'mqtts://hub@"),
    (("broker",), "broker.example", "has no scheme; write it as mqtt://broker.example:1883"),
    (("broker",), "http://broker.example", "is no address of a broker; write it as mqtt://broker.example:1883, or"),
    (("broker",), "mqtt:///x", "is no address of a broker; write it as mqtt://broker.example:1883, or mqtts:// with"),
    (("broker",), "mqtt://u:geheim@b.example", "holds a password; write it into a file of its own, and name that in"),
    (("brokerPasswordFile",), "none", "brokerPasswordFile: none can't be read: No such file or directory"),
    (
        ("brokerKeyFile",),
        "key.pem",
        "has a `brokerKeyFile` without a certificate; name that in `brokerCertificateFile`",
    ),
    (("brokerCAFile",), "ca.pem", "there is no 'brokerCAFile'; did you mean brokerCaFile?"),
    (("clientId",), "", "clientId: '' will not do; it should have at least 1 character"),
    (("sessionExpiry",), "0s", "it should be greater than or equal to 1"),
    (("sessionExpiry",), "ever", "sessionExpiry: 'ever' is no duration; write seconds as a number"),
    (("maxPayload",), "big", "maxPayload: 'big' is no size; write bytes as a number, or 64KiB, 1MiB"),
    (("buffer",), {"size": 0}, "buffer.size: 0 will not do; it should be greater than or equal to 1"),
    (("buffer",), {"sise": 1}, "there is no 'buffer.sise'; did you mean size?"),
    (("buffer",), {"age": "old"}, "buffer.age: 'old' is no duration"),
    (("waiting",), 70_000, "it should be less than or equal to 65535"),
    (("every",), "1s", "there is no 'every'"),
    ((*STREAM, "topics"), LEAVE_OUT, "streams.tags.topics is missing; give it: which topics; `{line}` names"),
    ((*STREAM, "topics"), [], "streams.tags.topics is empty"),
    ((*STREAM, "topics"), "", "is no topic; write one to 65,535 bytes, as umh/v1/{site}/{name+}"),
    ((*STREAM, "topics"), "a/#/b", "has # before its end; write it last, or a name as {name+}"),
    ((*STREAM, "topics"), "a/b+", "has a wildcard within the segment 'b+'; write it alone, or a name as {line}"),
    ((*STREAM, "topics"), "a/{x", "has a brace alone in '{x'; write a name as {line}"),
    ((*STREAM, "topics"), "a/{x+}b", "has {x+} beside other text; what stands for many segments stands alone"),
    ((*STREAM, "topics"), "a/{x y}", "has the name 'x y'; write letters, digits and _, as {line}"),
    ((*STREAM, "topics"), "{x}/{x}", "has the name 'x' twice; give each place its own"),
    ((*STREAM, "topics"), "$share/g/a", "is a shared subscription, of which others would miss what comes here"),
    ((*STREAM, "payload"), "xml", "it should be 'auto', 'json', 'text' or 'values'"),
    (
        (*STREAM, "retained"),
        True,
        "takes retained messages, whose age nobody knows, and no time of their own; name the",
    ),
    ((*STREAM, "events"), LEAVE_OUT, "has neither `map` nor `events`, so that its records say nothing; give one of"),
]


def changed(path: tuple[str | int, ...], value: Any) -> str:
    config = yaml.safe_load(yaml.safe_dump(WHOLE))
    at = config
    for part in path[:-1]:
        at = at[part]
    if value is LEAVE_OUT:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return yaml.safe_dump(config, sort_keys=False)


@pytest.mark.parametrize(("path", "value", "message"), FAULTS)
def test_a_fault_is_told_with_its_remedy(
    read: Callable[[str], ConnectorFile], path: Any, value: Any, message: str
) -> None:
    file = read(changed(path, value))
    assert file.connector is None
    told = [f"{fault.message}; {fault.fix}" for fault in file.faults]
    assert any(message in each for each in told), told
    assert "geheim" not in "".join(told)


def test_files_of_tls_need_tls(read: Callable[[str], ConnectorFile]) -> None:
    text = changed(("brokerCaFile",), "ca.pem").replace("mqtts://", "mqtt://")
    (fault,) = read(text).faults
    assert "names files of TLS, but its broker is mqtt://; write mqtts://" in f"{fault.message}; {fault.fix}"


def test_a_password_needs_a_user(read: Callable[[str], ConnectorFile], tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim")
    (fault,) = read(changed(("brokerPasswordFile",), "password").replace("hub@", "")).faults
    assert "has a `brokerPasswordFile`, but no user in `broker`" in fault.message


def test_a_configuration_without_fault_has_none(read: Callable[[str], ConnectorFile]) -> None:
    assert read(yaml.safe_dump(WHOLE)).faults == ()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_loop_is_refused(tmp_path: Path, host: str) -> None:
    folder = tmp_path / "connectors"
    folder.mkdir()
    config = {**WHOLE, "broker": f"mqtt://{host}:2883"}
    settings = Settings(connectors=folder, mqtt=Address("127.0.0.1", 2883))
    (folder / "own.yaml").write_text(yaml.safe_dump(config))
    assert len(all_of(settings)) == 1, "other topics of the hub's broker are no loop"
    config["streams"] = {"tags": {**WHOLE["streams"]["tags"], "topics": ["a/#", "+/v1/{name+}"]}}
    (folder / "own.yaml").write_text(yaml.safe_dump(config))
    with pytest.raises(SettingsError) as told:
        all_of(settings)
    (fault,) = told.value.faults
    assert (
        fault.message == f"'+/v1/{{name+}}' is also what the hub publishes, since mqtt://{host}:2883 is its own broker"
    )
    assert fault.fix == "name topics that are not below uns/v1, or another broker"
    assert fault.line is not None
    assert len(all_of(Settings(connectors=folder, mqtt=Address("127.0.0.1", 3883)))) == 1
