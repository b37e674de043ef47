"""What every form of the journal must do for those who look through dead letters, and what was said of a thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from hub.journal import letters
from hub.journal.letters import ListedLetter, Wanted
from hub.journal.port import AcceptedAssertion, Journal, Refusal, State
from schema.assertion import Assertion, Stamp
from schema.errors import Reason

START = 1_767_225_600_000_000
REASON = Reason("$.quantity.unit", '"kgs"', "a UCUM code, as kg is")
EVERY = Wanted(waiting=False)


def letter(number: int, topic: str = "uns/v1/acme/_source/mes/material-lot", **changed: Any) -> Refusal:
    found = Refusal(topic, f"payload {number}".encode(), {}, START + number, (REASON,))
    return replace(found, **changed)


def numbers(found: Sequence[ListedLetter]) -> list[int]:
    """The numbers in payloads, by which these tests know the letters."""
    return [int(each.head.split()[-1]) for each in found]


def said(number: int, id_: str) -> AcceptedAssertion:
    assertion = Assertion("mes", "MaterialLot", id_, Stamp(START + number, f"m{number}"), {"name": str(number)})
    return AcceptedAssertion(assertion, "uns/v1/acme/_source/mes/material-lot", START + number)


class LettersContract:
    """A part of `tests.contracts.journal`."""

    async def test_looks_through_dead_letters_the_newest_first(self, journal: Journal) -> None:
        await journal.append(refusals=[letter(n) for n in range(7)])
        first = await journal.refused(Wanted(), 3)
        assert numbers(first.found) == [6, 5, 4]
        second = await journal.refused(Wanted(), 3, first.more)
        assert numbers(second.found) == [3, 2, 1]
        await journal.append(refusals=[letter(7)])
        last = await journal.refused(Wanted(), 3, second.more)
        assert (numbers(last.found), last.more) == ([0], None)
        assert (await journal.refused(Wanted(), 3, 1)).found == []
        assert (await journal.refused(Wanted(), 8)).more is None
        assert (await journal.refused(Wanted(), 0)).more is not None

    async def test_none_where_nothing_was_refused(self, journal: Journal) -> None:
        found = await journal.refused(EVERY, 10)
        assert (list(found.found), found.more) == ([], None)

    async def test_shows_the_beginning_of_a_payload_and_its_size(self, journal: Journal) -> None:
        reasons = (REASON, Reason("topic", "", "ü"))
        whole = letter(1, payload=b"\x00\xff" + b"x" * 5000, reasons=reasons, content_type="text/ö", retained=True)
        await journal.append(refusals=[whole])
        (found,) = (await journal.refused(Wanted(), 10, head=3)).found
        assert (found.head, found.size) == (b"\x00\xffx", 5002)
        assert (found.topic, found.received, found.reasons) == (whole.topic, whole.received, reasons)
        assert (found.content_type, found.retained, found.replayed, found.as_read) == ("text/ö", True, None, False)

    async def test_tells_what_was_accepted_and_could_not_be_applied(self, journal: Journal) -> None:
        await journal.append([said(1, "A")])
        (entry,) = await journal.pending(1)
        await journal.failed(entry, REASON)
        (found,) = (await journal.refused(Wanted(), 10)).found
        assert (found.as_read, found.received, found.reasons) == (True, START + 1, (REASON,))

    async def test_leaves_out_what_was_replayed_unless_asked(self, journal: Journal) -> None:
        await journal.append(refusals=[letter(n) for n in range(3)])
        (middle,) = (await journal.refused(Wanted(), 3)).found[1:2]
        await journal.replayed(middle.number, START)
        assert numbers((await journal.refused(Wanted(), 3)).found) == [2, 0]
        every = (await journal.refused(EVERY, 3)).found
        assert [each.replayed for each in every] == [None, START, None]

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (Wanted(below="uns/v1/acme"), [5, 3, 2, 1]),
            (Wanted(below="uns/v1/acme/north"), [3, 2]),
            (Wanted(below="uns/v1/acme/_source/mes/material-lot"), [1]),
            (Wanted(system="mes"), [3, 1]),
            (Wanted(system="lims"), [2]),
            (Wanted(system="li"), []),
            (Wanted(reason='"kgs"'), [2, 1]),
            (Wanted(reason="ü\u0000\\"), [3]),
            (Wanted(reason="expected"), []),
            (Wanted(reason="path"), [4]),
            (Wanted(since=START + 2, until=START + 4), [3, 2]),
            (Wanted(system="mes", below="uns/v1/acme/north"), [3]),
        ],
    )
    async def test_finds_those_that_are_wanted(self, journal: Journal, wanted: Wanted, expected: list[int]) -> None:
        odd = (Reason("$.name", "", "ü\u0000\\ is no name"),)
        await journal.append(
            refusals=[
                letter(1),
                letter(2, "uns/v1/acme/north/_source/lims/sample/S-1"),
                letter(3, "uns/v1/acme/north/_state/mes", reasons=odd),
                letter(4, "uns/v1/acme-2/_tag/mes", reasons=(Reason("topic", "a path", "none"),)),
                letter(5, "uns/v1/acme/_tag/x", reasons=(Reason("topic", "", ""),)),
            ]
        )
        pages: list[int] = []
        more: int | None = None
        while True:
            found = await journal.refused(wanted, 1, more)
            pages += numbers(found.found)
            if (more := found.more) is None:
                break
        assert pages == expected
        assert numbers((await journal.refused(wanted, 10)).found) == expected

    async def test_a_page_looks_through_so_many_and_no_more(
        self, journal: Journal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(letters, "LOOKED_AT", 4)
        await journal.append(refusals=[letter(n, f"uns/v1/{'rare' if n < 2 else 'often'}/_tag/x") for n in range(10)])
        assert numbers((await journal.refused(Wanted(), 10)).found) == list(range(9, -1, -1))
        pages: list[list[int]] = []
        more: int | None = None
        while not pages or more is not None:
            found = await journal.refused(Wanted(below="uns/v1/rare"), 10, more)
            pages.append(numbers(found.found))
            more = found.more
        assert pages == [[], [], [1, 0]]

    # -- what was said of a thing ----------------------------------------------------------------------------------

    async def test_history_pages_forwards_too(self, journal: Journal) -> None:
        await journal.append([said(n, f"LOT-{n % 3}") for n in range(20)])
        seen: list[str] = []
        after = 0
        while page := await journal.history("MaterialLot", ["LOT-1", "LOT-2"], 4, after=after):
            seen += [entry.accepted.assertion.stamp.message for entry in page]
            after = page[-1].sequence
        assert seen == [f"m{n}" for n in range(20) if n % 3]

    async def test_tells_how_far_assertions_are(self, journal: Journal) -> None:
        await journal.append([said(n, "A") for n in range(5)])
        entries = await journal.pending(5)
        await journal.applied([entries[0], entries[3]])
        await journal.failed(entries[2], REASON)
        found = await journal.states([entry.sequence for entry in entries])
        applied, pending, failed = State.APPLIED, State.PENDING, State.FAILED
        assert [found[entry.sequence] for entry in entries] == [applied, pending, failed, applied, pending]
        assert await journal.states([]) == {}
