"""Who may tell something to a webhook: the signatures and tokens of senders as plants have them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.errors import SourceError
from connectors.load import Connector
from hub.connect.files import ConnectorFile
from tests.connectors.pushed import listening
from tests.connectors.running import Taken

HOOK = """
kind: webhook
system: shop
location: acme/north
auth: {auth}
streams:
  lots: {{map: [{{kind: MaterialLot, id: lot}}]}}
"""
KEY = b"geheim-5678"
BODY = b'{"lot":  "L1"}'
"""With two spaces: what is signed is the body as it was sent."""

Sender = Callable[[bytes, bytes, float], tuple[str, dict[str, str]]]
"""From key, body and time to the query and the headers."""


def mac(key: bytes, data: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(key, data, algorithm).digest()


def github(key: bytes, body: bytes, now: float) -> tuple[str, dict[str, str]]:
    return "", {"X-Hub-Signature-256": "sha256=" + mac(key, body).hex()}


def shopify(key: bytes, body: bytes, now: float) -> tuple[str, dict[str, str]]:
    return "", {"X-Shopify-Hmac-SHA256": base64.b64encode(mac(key, body)).decode()}


def stripe(key: bytes, body: bytes, now: float) -> tuple[str, dict[str, str]]:
    right = mac(key, b"%d.%s" % (now, body)).hex()
    return "", {"Stripe-Signature": f"t={int(now)},v1={'0' * 64},v1={right},v0=old"}


def slack(key: bytes, body: bytes, now: float) -> tuple[str, dict[str, str]]:
    right = mac(key, b"v0:%d:%s" % (now, body)).hex()
    return "", {"X-Slack-Request-Timestamp": f"{int(now)}", "X-Slack-Signature": f"v0={right}"}


def standard(key: bytes, body: bytes, now: float) -> tuple[str, dict[str, str]]:
    right = base64.b64encode(mac(base64.b64decode(base64.b64encode(key)), b"msg_1.%d.%s" % (now, body))).decode()
    return "", {
        "webhook-id": "msg_1",
        "webhook-timestamp": f"{int(now)}",
        "webhook-signature": f"v1,{base64.b64encode(b'old').decode()} v1,{right}",
    }


def sha512(key: bytes, body: bytes, now: float) -> tuple[str, dict[str, str]]:
    return "", {"X-Signature": mac(key, body, "sha512").hex().upper()}


def bearer(key: bytes, body: bytes, now: float) -> tuple[str, dict[str, str]]:
    return "", {"Authorization": f"Bearer {key.decode()}"}


def gitlab(key: bytes, body: bytes, now: float) -> tuple[str, dict[str, str]]:
    return "", {"X-Gitlab-Token": key.decode()}


def odoo(key: bytes, body: bytes, now: float) -> tuple[str, dict[str, str]]:
    """Its automation rules post to a URL, and can send no header."""
    return f"?token={key.decode()}", {}


SENDERS: dict[Sender, str] = {
    github: "{signature: {header: X-Hub-Signature-256, prefix: sha256=, secretFile: key}}",
    shopify: "{signature: {header: X-Shopify-Hmac-SHA256, encoding: base64, secretFile: key}}",
    stripe: '{signature: {header: Stripe-Signature, field: v1, timestamp: {field: t}, signed: "{timestamp}.{body}", '
    "secretFile: key}}",
    slack: "{signature: {header: X-Slack-Signature, prefix: v0=, timestamp: {header: X-Slack-Request-Timestamp}, "
    'signed: "v0:{timestamp}:{body}", secretFile: key}}',
    standard: '{signature: {header: webhook-signature, prefix: "v1,", encoding: base64, secretEncoding: base64, '
    'timestamp: {header: webhook-timestamp}, signed: "{webhook-id}.{timestamp}.{body}", secretFile: key64}}',
    sha512: "{signature: {header: X-Signature, algorithm: sha512, secretFile: key}}",
    bearer: '{token: {header: Authorization, prefix: "Bearer ", secretFile: key}}',
    gitlab: "{token: {header: X-Gitlab-Token, secretFile: key}}",
    odoo: "{token: {parameter: token, secretFile: key}}",
}
SIGNED = [github, shopify, stripe, slack, standard, sha512]
TIMED = [stripe, slack, standard]


def made(connector: Callable[[str], Connector], tmp_path: Path, auth: str) -> Connector:
    (tmp_path / "key").write_bytes(KEY + b"\n")
    (tmp_path / "key64").write_bytes(base64.b64encode(KEY) + b"\n")
    return connector(HOOK.format(auth=auth))


@pytest.mark.parametrize("sender", SENDERS)
async def test_what_a_sender_signs_is_taken(
    sender: Sender, connector: Callable[[str], Connector], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taken = Taken()
    async with listening(made(connector, tmp_path, SENDERS[sender]), tmp_path, taken) as client:

        async def status(key: bytes, signed: bytes, sent: bytes, age: float = 0.0) -> int:
            query, headers = sender(key, signed, time.time() - age)
            return (await client.post(f"/hooks/mes{query}", content=sent, headers=headers)).status_code

        assert (await client.post("/hooks/mes", content=BODY)).status_code == 401
        assert await status(b"another-key", BODY, BODY) == 401
        if sender in SIGNED:
            assert await status(KEY, BODY, BODY.replace(b"L1", b"L2")) == 401
            assert await status(KEY, BODY, json.dumps(json.loads(BODY)).encode()) == 401
        if sender in TIMED:
            assert await status(KEY, BODY, BODY, age=400) == 401
            assert await status(KEY, BODY, BODY, age=-400) == 401
        assert taken.messages == []
        assert await status(KEY, BODY, BODY) == 200
        assert await status(KEY, BODY, BODY, age=200) == 200
    assert ("MaterialLot", "L1") in taken.records
    assert KEY.decode() not in caplog.text


@pytest.mark.parametrize("text", ["", "now", "nan", "inf", "1e400", "-1", "9" * 5000])
async def test_a_time_that_is_none_is_refused(text: str, connector: Callable[[str], Connector], tmp_path: Path) -> None:
    auth = (
        '{signature: {header: X-Signature, timestamp: {header: X-Time}, signed: "{timestamp}.{body}", secretFile: key}}'
    )
    async with listening(made(connector, tmp_path, auth), tmp_path, Taken()) as client:
        headers = {"X-Time": text, "X-Signature": mac(KEY, text.encode() + b"." + BODY).hex()}
        assert (await client.post("/hooks/mes", content=BODY, headers=headers)).status_code == 401


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_a_key_of_nothing_but_blanks_signs_nothing(
    encoding: str, connector: Callable[[str], Connector], tmp_path: Path
) -> None:
    (tmp_path / "blank").write_text(" \n\n")
    auth = f"{{signature: {{header: X-Signature, secretEncoding: {encoding}, secretFile: blank}}}}"
    with pytest.raises(SourceError, match=r"blank is (empty|not base64)"):
        made(connector, tmp_path, auth).open()


async def test_strangers_do_not_fill_the_log(
    connector: Callable[[str], Connector], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    auth = "{token: {header: X-T, secretFile: key}}"
    async with listening(made(connector, tmp_path, auth), tmp_path, Taken()) as client:
        for _ in range(20):
            assert (await client.post("/hooks/mes", content=BODY, headers={"X-T": "guess"})).status_code == 401
    assert caplog.text.count("refused a request") == 1


FAULTS = [
    ("{}", "auth has neither or both of `signature` and `token`; give the one that the sender can do"),
    ("{token: {header: X-T}}", "auth.token.secretFile is missing; give it: a file with it, as '/run/secrets/shop'"),
    (
        "{token: {secretFile: key}}",
        "names neither or both of `header` and `parameter`; name the one that has the token",
    ),
    ("{token: {header: X T, secretFile: key}}", "'X T' is no name of a header; write letters, digits and -"),
    ("{token: {header: X-T, secretFile: nokey}}", "auth.token.secretFile: nokey can't be read: No such file or"),
    ("{signature: {secretFile: key}}", "auth.signature.header is missing; give it: the header that has it, as"),
    ("{signature: {header: X-S, secretFile: key, algorithm: md5}}", "it should be 'sha1', 'sha256' or 'sha512'"),
    ("{signature: {header: X-S, secretFile: key, encoding: base32}}", "it should be 'hex' or 'base64'"),
    ('{signature: {header: X-S, secretFile: key, signed: "{timestamp}"}}', "leaves out the body, so that anybody may"),
    (
        '{signature: {header: X-S, secretFile: key, signed: "{a b}{body}"}}',
        "has {a b}; write {body}, {timestamp}, or a",
    ),
    (
        '{signature: {header: X-S, secretFile: key, signed: "{timestamp}{body}"}}',
        "has {timestamp} in `signed`, but no `timestamp`; say which header has it",
    ),
    (
        "{signature: {header: X-S, secretFile: key, timestamp: {header: X-T}}}",
        "has a `timestamp` that is not signed, so that anybody may change it; write {timestamp} into `signed`",
    ),
    (
        '{signature: {header: X-S, secretFile: key, timestamp: {}, signed: "{timestamp}{body}"}}',
        "names neither or both of `header` and `field`; name the one that has the time",
    ),
    (
        '{signature: {header: X-S, secretFile: key, timestamp: {field: t}, signed: "{timestamp}{body}"}}',
        "has a `field` of the timestamp and none of its own; name both, as t and v1",
    ),
    (
        '{signature: {header: X-S, secretFile: key, timestamp: {header: T, tolerance: a}, signed: "{body}"}}',
        "is no duration; write seconds as a number",
    ),
    ("{token: {header: X-T, secretFile: key}}\nheaders: [x-t]", "has the header X-T of `auth` in `headers`, where it"),
    ("{token: {header: X-T, secretFile: key}}\nmaxBody: large", "maxBody: 'large' is no size; write bytes as a number"),
    ("{token: {header: X-T, secretFile: key}}\nmaxBody: 1000MiB", "it should be less than or equal to 67108864"),
    ("{token: {header: X-T, secretFile: key}}\nunmapped: drop", "it should be 'keep' or 'refuse'"),
    ("{token: {header: X-T, secretFile: key}}\nwaiting: 0", "it should be greater than or equal to 1"),
    ("{token: {header: X-T, secretFile: key}}\nrate: 0", "it should be greater than 0"),
    ("{token: {header: X-T, secretFile: key}}\ndelivery: id(", "delivery: 'id(' is no expression of JSONata"),
    ("{token: {header: X-T, secretFile: key}}\nevery: 30s", "there is no 'every'; "),
    ("{token: {header: X-T, secretFile: key}}\nheaders: [a b]", "'a b' is no name of a header"),
]
STREAM_FAULTS = [
    ("when", "type =", "streams.lots.when: 'type =' is no expression of JSONata"),
    ("gone", "event =", "streams.lots.gone: 'event =' is no expression of JSONata"),
    ("records", "data[", "streams.lots.records: 'data[' is no expression of JSONata"),
    ("key", "id", "there is no 'streams.lots.key'"),
]


@pytest.mark.parametrize(("auth", "message"), FAULTS)
def test_a_fault_is_told_with_its_remedy(
    read: Callable[[str], ConnectorFile], tmp_path: Path, auth: str, message: str
) -> None:
    (tmp_path / "key").write_bytes(KEY)
    file = read(HOOK.format(auth=auth))
    told = [f"{fault.message}; {fault.fix}" for fault in file.faults]
    assert file.connector is None
    assert any(message in each for each in told), told
    assert KEY.decode() not in "".join(told)


@pytest.mark.parametrize(("name", "value", "message"), STREAM_FAULTS)
def test_a_fault_of_a_stream_is_told(
    read: Callable[[str], ConnectorFile], tmp_path: Path, name: str, value: str, message: str
) -> None:
    (tmp_path / "key").write_bytes(KEY)
    text = HOOK.format(auth="{token: {header: X-T, secretFile: key}}").replace("{map:", f'{{{name}: "{value}", map:')
    told = [f"{fault.message}; {fault.fix}" for fault in read(text).faults]
    assert any(message in each for each in told), told


def test_a_look_tells_where_requests_can_be_sent_again(connector: Callable[[str], Connector], tmp_path: Path) -> None:
    found = made(connector, tmp_path, SENDERS[github])
    looks = list(found.open().check({}))
    assert [look.detail for look in looks if look.remedy] == [
        "who has seen a request can send it again, and lots would take it as new"
    ]
    assert all(not look.remedy for look in made(connector, tmp_path, SENDERS[stripe]).open().check({}))


def test_a_key_in_another_encoding_is_told(connector: Callable[[str], Connector], tmp_path: Path) -> None:
    auth = "{signature: {header: X-S, secretFile: key, secretEncoding: hex}}"
    with pytest.raises(Exception, match="the key in key is not hex; see `secretEncoding`") as told:
        made(connector, tmp_path, auth).open()
    assert KEY.decode() not in str(told.value)
    assert hashlib.sha256(KEY).hexdigest() not in str(told.value)
