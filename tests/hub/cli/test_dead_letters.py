from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from hub.journal.open import open_journal
from hub.journal.port import Refusal
from schema.errors import Reason
from tests.hub.cli.conftest import Ran, Run
from tests.servers import free_port

LOT = "uns/v1/acme/north/_source/mes/material-lot/LOT-1"
GOOD = b'{"status": "RELEASED"}'
BAD = b'{"status": "FINE"}'


@pytest.fixture
def letters(unshub: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`unshub dead-letters` over a journal in which the hub, then stopped, left three."""
    Path("unshub-data").mkdir()
    asyncio.run(_refuse([(LOT, GOOD), (LOT, BAD), (LOT, b"\xff[x]")]))
    monkeypatch.setenv("UNSHUB_HTTP", f"127.0.0.1:{free_port()}")

    def run(command: str, *arguments: str) -> Ran:
        return unshub("dead-letters", command, *arguments)

    return run


async def _refuse(messages: list[tuple[str, bytes]]) -> None:
    journal = await open_journal("sqlite:///unshub-data/journal.db")
    reason = Reason("$.status", "x", "expected [something] else")
    await journal.append(refusals=[Refusal(topic, payload, {}, 1_000_000, (reason,)) for topic, payload in messages])
    await journal.close()


def rows(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.out.splitlines()]


def test_list_shows_topic_and_reasons(letters: Run) -> None:
    ran = letters("list")
    assert ran.code == 0
    assert f"1  1970-01-01T00:00:01Z  {LOT}" in ran.out
    assert "$.status: expected [something] else (got x)" in ran.out


def test_list_pages(letters: Run) -> None:
    assert [row["number"] for row in rows(letters("list", "--json", "--limit", "2"))] == [1, 2]
    assert [row["number"] for row in rows(letters("list", "--json", "--after", "2"))] == [3]


def test_show_has_the_payload(letters: Run) -> None:
    assert GOOD.decode() in letters("show", "1").out
    assert rows(letters("show", "3", "--json"))[0]["payload"] == "\\xff[x]"
    ran = letters("show", "9")
    assert (ran.code, "there is no dead letter 9" in ran.err) == (1, True)


def test_replay_accepts_what_is_right_now(letters: Run) -> None:
    ran = letters("replay", "1")
    assert (ran.code, ran.out) == (0, "1: accepted\n")
    assert [row["number"] for row in rows(letters("list", "--json"))] == [2, 3]
    assert rows(letters("list", "--json", "--all"))[0]["replayed"]


def test_replay_of_all_tells_what_is_still_wrong(letters: Run) -> None:
    ran = letters("replay", "--all")
    assert ran.code == 1
    assert ran.out == "1: accepted\n"
    assert "2: refused again\n  $.status" in ran.err
    assert "3: refused again" in ran.err


def test_one_that_was_accepted_is_not_taken_twice(letters: Run) -> None:
    assert letters("replay", "1").code == 0
    assert "accepted 2" in letters("list", "--all").out
    ran = letters("replay", "1")
    assert ran.code == 1
    assert "dead letter 1: was tried and accepted at 2" in ran.err
    assert letters("replay", "--again", "1").out == "1: accepted\n"


def test_each_is_told_of_also_after_one_that_is_not_there(letters: Run) -> None:
    ran = letters("replay", "7", "1")
    assert (ran.code, ran.out) == (1, "1: accepted\n")
    assert "7: there is no dead letter 7" in ran.err


def test_replay_needs_numbers_or_all(letters: Run) -> None:
    assert letters("replay").code == 2
    assert letters("replay", "--all", "1").code == 2
    assert "there is no dead letter 7" in letters("replay", "7").err


def test_nothing_refused(unshub: Run) -> None:
    Path("unshub-data").mkdir()
    asyncio.run(_refuse([]))
    at = ("--http", f"127.0.0.1:{free_port()}", "--data", "unshub-data")
    assert unshub("dead-letters", "list", *at).out == "no dead letters\n"
    ran = unshub("dead-letters", "replay", "--all", *at)
    assert (ran.code, ran.out) == (0, "no dead letters wait\n")


def test_without_a_journal_nothing_is_made(unshub: Run) -> None:
    ran = unshub("dead-letters", "list", "--http", f"127.0.0.1:{free_port()}", "--data", "unshub-data")
    assert ran.code == 1
    assert "there is no journal unshub-data/journal.db" in ran.err
    assert not Path("unshub-data").exists()


def test_the_place_that_was_read_is_told(letters: Run) -> None:
    told = letters("list").err
    assert "dead letters in sqlite:///unshub-data/journal.db, since no hub answers at http://127.0.0.1:" in told


def test_an_address_where_no_hub_answers_is_told_and_no_journal_read(letters: Run) -> None:
    at = f"127.0.0.1:{free_port()}"
    for arguments in (("list",), ("show", "1"), ("replay", "1")):
        ran = letters(*arguments, "--http", at)
        assert (ran.code, ran.out) == (1, "")
        assert f"no hub answers at http://{at}" in ran.err
