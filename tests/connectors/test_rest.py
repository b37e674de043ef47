"""The kind `rest` against a real server: every way to page, to sign in and to go wrong."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.errors import SourceError, Withheld
from connectors.load import Connector
from hub.connect.files import ConnectorFile
from tests.connectors.api import SECRET, Answer, Api, Asked, api
from tests.connectors.running import Taken, run

Make = Callable[[str], Connector]

COUNT = 10


@pytest.fixture
def system() -> Iterator[Api]:
    with api() as running:
        running.lots = [{"no": f"L{n}", "state": "F", "changed": f"2026-03-01T10:00:{n:02}Z"} for n in range(COUNT)]
        yield running


def text(url: str, stream: dict[str, Any], /, **settings: Any) -> str:
    lots = {
        "key": "no",
        "records": "items",
        "map": [{"kind": "MaterialLot", "id": "no", "set": {"status": {"from": "state", "enum": {"F": "RELEASED"}}}}],
        **stream,
    }
    config = {"kind": "rest", "system": "mes", "location": "acme/north", "url": url}
    return yaml.safe_dump({**config, **settings, "streams": {"lots": lots}}, sort_keys=False)


PAGES: dict[str, dict[str, Any]] = {
    "all at once": {"path": "/bare", "records": "$"},
    "offset": {
        "path": "/offset",
        "params": {"offset": "{offset}", "limit": "{size}"},
        "pages": {"by": "offset", "size": 3},
    },
    "more": {
        "path": "/more",
        "params": {"offset": "{offset}", "limit": "{size}"},
        "pages": {"by": "offset", "size": 3, "more": "has_more"},
    },
    "page": {
        "path": "/page",
        "records": "$",
        "params": {"page": "{page}", "size": "{size}"},
        "pages": {"by": "page", "first": 0, "size": 4},
    },
    "cursor": {
        "path": "/cursor",
        "records": "data",
        "params": {"after": "{cursor}"},
        "pages": {"by": "cursor", "from": "meta.next"},
    },
    "odata 4": {"path": "/odata", "records": "value", "pages": {"by": "next", "from": "`@odata.nextLink`"}},
    "odata 2": {"path": "/odata2", "records": "d.results", "pages": {"by": "next", "from": "d.__next"}},
    "link": {"path": "/link", "records": "$", "pages": {"by": "link"}},
    "range": {
        "path": "/range",
        "records": "$",
        "headers": {"Range": "items={offset}-{last}"},
        "pages": {"by": "offset", "size": 3},
    },
    "post": {
        "path": "/search",
        "method": "POST",
        "records": "content",
        "body": {"pageNum": "{page}", "pageSize": "{size}", "filterFields": []},
        "pages": {"by": "page", "first": 0, "size": 3},
    },
    "json-rpc": {
        "path": "/rpc",
        "method": "POST",
        "records": "result",
        "body": {"id": 1, "method": "model.lot.search_read", "params": [[], "{offset}", "{size}"]},
        "pages": {"by": "offset", "size": 3},
    },
}


@pytest.mark.parametrize("way", PAGES)
async def test_every_page_is_read(connector: Make, system: Api, tmp_path: Path, way: str) -> None:
    taken = Taken()
    outcome = await run(connector(text(system.url, PAGES[way])), tmp_path, taken)
    assert outcome.read == COUNT
    assert len(taken.records) == COUNT


async def test_a_source_that_gives_smaller_pages_than_asked_for_is_read_whole(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    system.most = 2
    assert (await run(connector(text(system.url, PAGES["offset"])), tmp_path, Taken())).read == COUNT


async def test_a_source_that_ignores_the_page_in_silence_is_found_out(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    stuck = {**PAGES["offset"], "path": "/stuck"}
    with pytest.raises(SourceError, match="the same records for a page as for the one before"):
        await run(connector(text(system.url, stuck)), tmp_path, Taken())


SIGNS: dict[str, dict[str, Any]] = {
    "basic": {"user": "reader", "passwordFile": "secret"},
    "bearer": {"tokenFile": "secret"},
    "key": {"header": "X-API-Key", "keyFile": "secret"},
    "oauth2": {"clientId": "unshub", "clientSecretFile": "secret"},
    "session": {
        "path": "/login",
        "user": "hub",
        "passwordFile": "secret",
        "body": {"code": "{user}", "password": "{password}"},
        "token": "session.token",
        "value": "Session {token}",
    },
    "hmac": {"header": "Authorization", "secretFile": "secret"},
}
KEYS = {
    "erpnext": {"header": "Authorization", "value": "token key:{key}", "keyFile": "secret"},
    "param": {"param": "apikey", "keyFile": "secret"},
}
PASSWORD_GRANT = {"clientId": "IOMApp", "user": "admin", "passwordFile": "secret"}


def ways() -> list[tuple[str, dict[str, Any]]]:
    return [*SIGNS.items(), *(("key", way) for way in KEYS.values()), ("oauth2", PASSWORD_GRANT)]


def guarded(system: Api, way: str, settings: dict[str, Any]) -> str:
    more = {"url": f"{system.url}/token"} if way == "oauth2" else {}
    return text(system.url, {"path": "/guarded", "records": "$"}, auth={way: settings | more})


@pytest.mark.parametrize(("way", "settings"), ways())
async def test_each_way_to_sign_in(
    connector: Make, system: Api, tmp_path: Path, way: str, settings: dict[str, Any]
) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    assert (await run(connector(guarded(system, way, settings)), tmp_path, Taken())).read == COUNT


@pytest.mark.parametrize(("way", "settings"), ways())
async def test_what_is_refused_is_told_without_the_secret(
    connector: Make,
    system: Api,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    way: str,
    settings: dict[str, Any],
) -> None:
    (tmp_path / "secret").write_text("falsch-und-geheim")
    caplog.set_level(logging.DEBUG)
    mes = connector(guarded(system, way, settings))
    with pytest.raises(SourceError, match=r"answered 40[13].*see user and secrets") as error:
        await run(mes, tmp_path, Taken())
    assert "falsch" not in f"{error.value} {mes!r} {caplog.text}"
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("state"))
    assert b"falsch" not in kept


async def test_a_token_that_has_ended_is_asked_for_again(connector: Make, system: Api, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    mes = connector(guarded(system, "oauth2", SIGNS["oauth2"]))
    refused = iter([True])

    def once(asked: Asked) -> Answer:
        return Answer({}, 401) if asked.path == "/guarded" and next(refused, False) else Answer(code=0)

    system.first = once
    # The second token is another one, which this system does not take; what counts is that it was asked for.
    with pytest.raises(SourceError, match="answered 401"):
        await run(mes, tmp_path, Taken())
    assert [each.path for each in system.asked] == ["/token", "/guarded", "/token", "/guarded"]


SINCE = {"path": "/since", "changed": "changed", "params": {"modified_since": "{since}"}, "overlap": "2s"}


async def test_only_changes_are_asked_for_after_the_first_run(connector: Make, system: Api, tmp_path: Path) -> None:
    mes, taken = connector(text(system.url, SINCE)), Taken()
    assert (await run(mes, tmp_path, taken)).changed == COUNT
    assert "modified_since" not in system.asked[0].params
    system.lots[4] |= {"no": "L4", "changed": "2026-03-01T11:00:00Z"}
    outcome = await run(mes, tmp_path, taken)
    assert system.asked[1].params["modified_since"] == "2026-03-01T10:00:07Z"
    # The last three are within the overlap, and unchanged.
    assert (outcome.read, outcome.changed) == (4, 1)


async def test_a_time_in_the_future_hides_nothing_that_comes(connector: Make, system: Api, tmp_path: Path) -> None:
    system.lots[4]["changed"] = "2099-01-01T00:00:00Z"
    mes, taken = connector(text(system.url, SINCE)), Taken()
    assert (await run(mes, tmp_path, taken)).letters == 1
    await run(mes, tmp_path, taken)
    assert system.asked[1].params["modified_since"] == "2026-03-01T10:00:07Z"


@pytest.mark.parametrize("ordered", [True, False])
async def test_all_pages_of_a_run_are_of_one_selection(
    connector: Make, system: Api, tmp_path: Path, ordered: bool
) -> None:
    params = {"modified_since": "{since}", "offset": "{offset}", "limit": "{size}"}
    stream = {**SINCE, "params": params, "pages": {"by": "offset", "size": 3}, "ordered": ordered}
    mes, taken = connector(text(system.url, stream)), Taken()
    await run(mes, tmp_path, taken)
    assert len(taken.records) == COUNT
    for lot in system.lots:
        lot |= {"state": "F", "changed": lot["changed"].replace("T10", "T11")}
    before = len(system.asked)
    assert (await run(mes, tmp_path, taken)).changed == COUNT
    assert {asked.params["modified_since"] for asked in system.asked[before:]} == {"2026-03-01T10:00:07Z"}


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("epoch-s", "1772359207"),
        ("epoch-ms", "1772359207000"),
        ("%Y-%m-%d %H:%M:%S", "2026-03-01 11:00:07"),
        ("datetime'%Y-%m-%dT%H:%M:%S'", "datetime'2026-03-01T11:00:07'"),
    ],
)
async def test_how_the_time_of_change_is_written(
    connector: Make, system: Api, tmp_path: Path, form: str, expected: str
) -> None:
    mes = connector(text(system.url, {**SINCE, "sinceFormat": form}, timeZone="Europe/Berlin"))
    await run(mes, tmp_path, Taken())
    system.first = lambda asked: Answer({"items": []})
    await run(mes, tmp_path, Taken())
    assert system.asked[1].params["modified_since"] == expected


async def test_a_run_that_is_cut_off_begins_again_unless_the_source_orders(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    mes, taken = connector(text(system.url, {**PAGES["offset"], "changed": "changed"})), Taken()
    system.first = lambda asked: Answer({}, 403 if asked.params["offset"] == "6" else 0)
    with pytest.raises(SourceError):
        await run(mes, tmp_path, taken)
    system.first = None
    assert (await run(mes, tmp_path, taken)).read == COUNT
    assert len(taken.records) == COUNT


async def test_an_error_within_a_200_is_one(connector: Make, system: Api, tmp_path: Path) -> None:
    stream = {"path": "/refusing", "success": "$not($exists(error))", "error": "error.message"}
    with pytest.raises(SourceError) as error:
        await run(connector(text(system.url, stream)), tmp_path, Taken())
    assert str(error.value).endswith("/refusing answered 200 with an error: no such field")


async def test_an_answer_of_another_shape_is_told_with_what_it_has(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="the answer has nothing at `items`; the answer has error"):
        await run(connector(text(system.url, {"path": "/refusing"})), tmp_path, Taken())


async def test_a_source_that_shows_nothing_to_strangers_is_found_out(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    """Refused credentials give 200 and no records, as SENAITE has it."""
    probe = {"path": "/whoami", "success": "items[0].authenticated"}
    (tmp_path / "secret").write_text("falsch")
    mes = connector(text(system.url, {"path": "/empty-for-strangers"}, auth={"basic": SIGNS["basic"]}, probe=probe))
    with pytest.raises(SourceError, match=r"it does not know this user; see `auth`"):
        await run(mes, tmp_path, Taken())


async def test_a_busy_source_is_asked_again(connector: Make, system: Api, tmp_path: Path) -> None:
    answers = iter([Answer({}, 503), Answer({}, 429, {"Retry-After": "0"})])
    system.first = lambda asked: next(answers, Answer(code=0))
    assert (await run(connector(text(system.url, PAGES["all at once"])), tmp_path, Taken())).read == COUNT
    assert len(system.asked) == 3


async def test_a_source_that_asks_for_long_is_left_alone_for_so_long(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    system.first = lambda asked: Answer({}, 503, {"Retry-After": "600"})
    with pytest.raises(SourceError, match="answered 503") as error:
        await run(connector(text(system.url, PAGES["all at once"])), tmp_path, Taken())
    assert error.value.wait == 600
    assert len(system.asked) == 1


async def test_a_traceback_of_the_source_is_not_repeated(connector: Make, system: Api, tmp_path: Path) -> None:
    system.first = lambda asked: Answer({"debug": "Traceback: password=geheim"}, 400)
    with pytest.raises(SourceError) as error:
        await run(connector(text(system.url, PAGES["all at once"])), tmp_path, Taken())
    assert str(error.value) == f"{system.url}/bare answered 400 Bad Request"


async def test_the_reason_of_an_error_is_told_where_it_is_asked_for(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    system.first = lambda asked: Answer({"error": {"message": "no field chnged", "trace": "geheim"}}, 400)
    stream = {**PAGES["all at once"], "error": "error.message"}
    with pytest.raises(SourceError) as error:
        await run(connector(text(system.url, stream)), tmp_path, Taken())
    assert str(error.value) == f"{system.url}/bare answered 400 Bad Request: no field chnged"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(b"<html>"), "did not answer in JSON"),
        (Answer([1, 2]), "holds something else than records"),
        (Answer({}, 302, {"Location": "http://elsewhere.example/"}), "it leads elsewhere, which is not followed"),
        (Answer({}, 404), "answered 404 Not Found; see `url` and `path`"),
    ],
)
async def test_what_is_no_answer_is_told(
    connector: Make, system: Api, tmp_path: Path, answer: Answer, problem: str
) -> None:
    system.first = lambda asked: answer
    with pytest.raises(SourceError, match=re.escape(problem)):
        await run(connector(text(system.url, PAGES["all at once"])), tmp_path, Taken())


async def test_a_next_page_elsewhere_is_not_followed_with_credentials(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    system.first = lambda asked: Answer({"value": system.lots, "@odata.nextLink": "http://elsewhere.example/x"})
    with pytest.raises(SourceError, match="not followed with credentials"):
        await run(connector(text(system.url, PAGES["odata 4"])), tmp_path, Taken())


async def test_a_source_that_is_not_there_is_told(connector: Make, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"can't reach http://127.0.0.1:1/bare"):
        await run(connector(text("http://127.0.0.1:1", PAGES["all at once"])), tmp_path, Taken())


async def test_what_shifts_between_counted_pages_is_not_taken_for_gone(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    """A record counts as gone when two runs have missed it."""
    mes, taken = connector(text(system.url, PAGES["offset"])), Taken()
    await run(mes, tmp_path, taken)
    missed = system.lots.pop(4)
    assert (await run(mes, tmp_path, taken)).withdrawn == 0
    system.lots.insert(4, missed)
    assert (await run(mes, tmp_path, taken)).withdrawn == 0
    system.lots.pop(4)
    assert [(await run(mes, tmp_path, taken)).withdrawn for _ in range(3)] == [0, 1, 0]
    assert not taken.records["MaterialLot", "L4"].current


async def test_a_source_that_suddenly_shows_nothing_empties_nothing(
    connector: Make, system: Api, tmp_path: Path
) -> None:
    system.lots = [{"no": f"L{n}", "state": "F"} for n in range(40)]
    mes, taken = connector(text(system.url, PAGES["all at once"])), Taken()
    await run(mes, tmp_path, taken)
    system.lots = []
    with pytest.raises(Withheld):
        await run(mes, tmp_path, taken)


FAULTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"path": "lots"}, {}, "path: 'lots' is no path below `url`; begin it with /"),
    ({"records": "items["}, {}, "is no expression of JSONata"),
    ({"method": "PUT"}, {}, "method: 'PUT' will not do; it should be 'GET' or 'POST'"),
    ({"pages": {"by": "cursor"}}, {}, "go by cursor, and nothing says where it is; give `from`"),
    ({"pages": {"by": "offsets"}}, {}, "pages.by: 'offsets' will not do"),
    ({}, {"url": "lims.example"}, "is no URL of HTTP; write it as https://lims.example/api"),
    ({}, {"url": "https://u:geheim@lims.example"}, "holds credentials; write them under `auth`"),
    ({}, {"auth": {}}, "has 0 ways to sign in; give one of basic, bearer, key"),
    ({}, {"auth": {"basic": {"user": "u"}}}, "auth.basic.passwordFile is missing"),
    ({}, {"auth": {"basic": {"user": "u", "passwordFile": "none"}}}, "none can't be read"),
    ({}, {"auth": {"key": {"keyFile": "none"}}}, "names neither or both of `header` and `param`"),
    ({}, {"rate": 0}, "rate: 0 will not do; it should be greater than 0"),
    ({}, {"probe": {"path": "/me"}}, "probe.success is missing; give it: what must hold of the answer"),
]


@pytest.mark.parametrize(("stream", "settings", "message"), FAULTS)
def test_a_fault_is_told(
    read: Callable[[str], ConnectorFile], stream: dict[str, Any], settings: dict[str, Any], message: str
) -> None:
    file = read(text("http://127.0.0.1", {"path": "/bare", **stream}, **settings))
    told = [f"{fault.message}; {fault.fix}" for fault in file.faults]
    assert any(message in each for each in told), told
    assert "geheim" not in "".join(told)
