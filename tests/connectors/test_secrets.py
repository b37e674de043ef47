"""Secrets: whatever a source repeats of what it was sent, nothing that a hub writes has it in it.

A hub runs connectors whose sources repeat the secret wherever a source can: in error bodies, in the line of the status,
in headers, in the text of exceptions, in records that can't be mapped. Then all that it has written is looked through.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import yaml

from connectors.secret import HIDDEN, Secret, hide
from tests.connectors.api import Answer, Api, Asked, api
from tests.servers import Mosquitto
from tests.servers.postgres import Postgres
from tests.system.hub_process import HubProcess, unshub

SECRET = 'Geheim 4711/"p@ss\\w+rd"&so on'
TOKEN = "a-token-that-was-given-out"
MAP = [{"kind": "MaterialLot", "id": "lot", "set": {"status": {"from": "note", "enum": {"F": "RELEASED"}}}}]
LOOKED_AT = {
    "basic-broken": "check",
    "sql-raises": "preview",
    "sql-denied": "check",
    "key-hidden": "run",
}
"""Asked for by command too: of a connector each the command that comes across its error."""


def forms(secret: str) -> set[str]:
    """A secret as it may stand somewhere, and its first half, as where a text was cut."""
    basic = b64encode(f"reader:{secret}".encode()).decode()
    coded = {quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1], basic[12:-4]}
    return {secret, secret[: len(secret) // 2], *coded}


def repeated(asked: Asked) -> str:
    """All that was sent, in one line."""
    return f"{asked.url} {json.dumps(asked.headers)} {asked.body} {SECRET} {quote_plus(SECRET)} {asked.headers}"


def answer(asked: Asked) -> Answer:
    told = repeated(asked)
    match asked.path.split("/")[1]:
        case "login":
            return Answer({"session": {"token": TOKEN}})
        case "token":
            return Answer({"access_token": TOKEN, "expires_in": 3600})
        case "denied-token":
            return Answer({"error": told}, 401, {"WWW-Authenticate": SECRET})
        case "broken":
            return Answer({"error": {"message": told}}, 500, {"X-Sent": quote(told), "Retry-After": "0"})
        case "denied":
            return Answer(f"<Error><Code>No</Code><Message>{told}</Message></Error>".encode(), 403)
        case "cut":
            return Answer({"error": {"message": "x" * (195 - len(SECRET) // 2) + SECRET}}, 400)
        case "hidden":
            return Answer({"error": {"message": told}})
        case "page":
            return Answer(told.encode(), 200, {"Content-Type": f"text/html; sent={quote(SECRET)}"})
        case "away":
            return Answer(None, 302, {"Location": f"https://elsewhere.example/?key={quote(SECRET)}"})
    # What a source gave out itself and shows as its data is data.
    data = told.replace(TOKEN, "")
    lots: list[dict[str, Any]] = [
        {"lot": "L1", "note": data},
        {"lot": None, "note": SECRET},
        {"lot": "L2", "note": "F"},
    ]
    return Answer({"items": lots})


AUTH: dict[str, dict[str, Any]] = {
    "basic": {"user": "reader", "passwordFile": "secret"},
    "bearer": {"tokenFile": "secret"},
    "key": {"param": "apikey", "keyFile": "secret"},
    "oauth2": {"url": "{url}/token", "clientId": "hub", "clientSecretFile": "secret"},
    "session": {
        "path": "/login",
        "body": {"password": "{password}"},
        "user": "reader",
        "passwordFile": "secret",
        "token": "session.token",
    },
    "hmac": {"header": "X-Signature", "secretFile": "secret"},
}


def rest(url: str, path: str, **auth: Any) -> dict[str, Any]:
    stream = {
        "path": path,
        "records": "items",
        "key": "lot",
        "success": "$not($exists(error))",
        "error": "error.message",
    }
    ways = json.loads(json.dumps(auth).replace("{url}", url))
    return {"kind": "rest", "url": url, "auth": ways, "streams": {"lots": {**stream, "map": MAP}}}


def of_http(url: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for way, settings in AUTH.items():
        for path in ("broken", "hidden", "records"):
            yield f"{way}-{path}", rest(url, f"/{path}", **{way: settings})
    within = {**AUTH["session"], "inBody": True, "body": {"password": "{password}"}}
    body = {"method": "POST", "body": {"token": "{token}"}}
    for path in ("broken", "hidden"):
        config = rest(url, f"/{path}", session=within)
        config["streams"]["lots"] |= body
        yield f"body-{path}", config
    for path in ("cut", "page", "away"):
        yield f"rest-{path}", rest(url, f"/{path}", bearer=AUTH["bearer"])
    yield "oauth2-denied", rest(url, "/records", oauth2={**AUTH["oauth2"], "url": f"{url}/denied-token"})
    files = {"files": "*.csv", "format": "csv", "settle": 0, "map": MAP}
    s3 = {"accessKey": "AKIA", "secretKeyFile": "secret", "endpoint": f"{url}/denied", "region": "eu-central-1"}
    yield "s3", {"kind": "file", "folder": "s3://plant/out", "s3": s3, "streams": {"lots": files}}


def of_databases(server: Postgres, database: str) -> Iterator[tuple[str, dict[str, Any]]]:
    text = SECRET.replace("'", "''")
    server.execute(f"CREATE ROLE teller LOGIN PASSWORD '{text}'")
    leak = f"CREATE FUNCTION leak() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no %', '{text}'; END $$"
    server.execute(leak, database)
    url = server.url(database, "teller")
    queries = {"raises": "SELECT leak() AS lot, 1 AS note", "records": f"SELECT 'L1' AS lot, '{text}'::text AS note"}
    for name, query in queries.items():
        stream = {"query": query, "key": "lot", "map": MAP}
        yield f"sql-{name}", {"kind": "sql", "url": url, "passwordFile": "secret", "streams": {"lots": stream}}
    guarded = {"kind": "sql", "url": server.url(database, "guarded"), "passwordFile": "secret"}
    yield "sql-denied", {**guarded, "streams": {"lots": {"table": "lot", "key": "lot", "map": MAP}}}


@pytest.fixture
def system() -> Iterator[Api]:
    with api() as running:
        running.first = answer
        yield running


@pytest.mark.slow
async def test_nothing_that_a_hub_writes_has_a_secret_in_it(
    system: Api, postgres: Postgres, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    folder = tmp_path / "connectors"
    folder.mkdir()
    (folder / "secret").write_text(SECRET + "\n")
    with postgres.database() as url:
        try:
            found = dict([*of_http(system.url), *of_databases(postgres, url.rpartition("/")[2])])
            for name, config in found.items():
                common = {"system": "mes", "location": "acme/north", "timeZone": "UTC", "every": 1}
                (folder / f"{name}.yaml").write_text(yaml.safe_dump({**config, **common}))
            await _looked_through(found, folder, mosquitto, tmp_path)
        finally:
            postgres.execute("DROP ROLE IF EXISTS teller")


async def _looked_through(found: dict[str, Any], folder: Path, mosquitto: Mosquitto, tmp_path: Path) -> None:
    flags = ["--connectors", str(folder), "--log-level", "debug"]
    async with HubProcess(tmp_path / "hub", mosquitto.url, *flags) as hub:
        places = ["--connectors", str(folder), "--data", str(hub.data)]

        async def tried() -> bool:
            listed = await asyncio.to_thread(_said, ["connectors", "list", *places], tmp_path)
            return len(re.findall("lots: 20.* (?:failed|read)", listed)) == len(found)

        await hub.until(tried, "every connector has run")
        assert hub.stop() == 0
    told = {"hub.log": hub.log.read_text()}
    for name, command in LOOKED_AT.items():
        told[f"{command} {name}"] = _said(["--debug", "connectors", command, name, *places], tmp_path)
    told["letters"] = _said(["connectors", "letters", "basic-records", "--json", *places], tmp_path)
    told["list"] = _said(["connectors", "list", *places], tmp_path)
    told["doctor"] = _said(["doctor", *places], tmp_path)
    for file in (path for path in hub.data.rglob("*") if path.is_file()):
        told[str(file)] = file.read_bytes().decode(errors="replace")
    leaks = {(where, form) for where, text in told.items() for form in (*forms(SECRET), TOKEN) if form in text}
    assert leaks == set()
    failed = re.findall(r"lots: \S+ failed: ", told["list"])
    assert len(failed) == sum(not name.endswith("records") for name in found)
    assert HIDDEN in told["list"]
    assert HIDDEN in told["letters"]


def _said(words: list[str], folder: Path) -> str:
    ran = subprocess.run(unshub(*words), cwd=folder, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


def test_a_secret_is_hidden_in_every_form() -> None:
    secret = Secret(SECRET)
    basic = b64encode(f"reader:{SECRET}".encode()).decode()
    sent = (SECRET, quote(SECRET), quote_plus(SECRET), json.dumps(SECRET), repr(SECRET), f"Basic {basic}")
    hidden = hide(" and ".join(sent), [secret])
    assert [form for form in forms(SECRET) if form in hidden] == []
    assert SECRET[:10] not in hide(f"cut short: {SECRET[:17]}…", [secret])
    assert hide("nothing to see", [secret]) == "nothing to see"
