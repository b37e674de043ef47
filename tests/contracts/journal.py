"""What every form of the journal must do. A form's tests subclass `JournalContract` and say how one is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import JournalError
from hub.journal.port import AS_READ, AcceptedAssertion, AcceptedEvent, Entry, EventKind, Journal, Refusal, TagValue
from schema.assertion import Assertion, Stamp
from schema.errors import Reason
from schema.json import Json
from tests.contracts.journal_letters import LettersContract
from tests.contracts.journal_positions import PositionsContract

START = 1_767_225_600_000_000
YEAR = 366 * 86_400_000_000
LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
REASON = Reason("$.quantity.unit", '"kgs"', "a UCUM code, as kg is")


def accepted(number: int, id_: str | None = None, digest: bytes | None = None) -> AcceptedAssertion:
    """An accepted assertion, told apart from others by its number."""
    stamp = Stamp(START + number, f"message-{number}")
    cells: dict[str, Json] = {"quantity": {"value": number, "unit": "kg"}, "note": None, "name": "Läufer \u0000 ☃"}
    said = Assertion("mes", "MaterialLot", id_ or f"LOT-{number}", stamp, cells, replace=number % 2 == 0)
    return AcceptedAssertion(said, "uns/v1/acme/_source/mes/material-lot", START + number + 5, digest)


def some(count: int, first: int = 1) -> list[AcceptedAssertion]:
    return [accepted(number) for number in range(first, first + count)]


def tag(
    value: object, time: int, received: int = START, path: str = "acme/north", name: str = "speed"
) -> AcceptedEvent:
    return AcceptedEvent(EventKind.TAG, path, name, time, {"value": value}, f"uns/v1/{path}/_tag/{name}", received)


def refusal(number: int) -> Refusal:
    """As different as they come, by their number."""
    reasons = (REASON, replace(REASON, path="topic"))
    content_type = (None, "application/cloudevents+json; charset=utf-8", "text/ö")[number % 3]
    topic, came = f"uns/v1/bad/{number}", START + number
    return Refusal(topic, b"\x00\xff{", {"trace": "a"}, came, reasons, content_type, retained=number % 2 == 0)


def contents(entries: Sequence[Entry]) -> list[AcceptedAssertion]:
    return [entry.accepted for entry in entries]


async def everything(journal: Journal, after: int = 0, batch: int = 1000) -> list[Entry]:
    return [entry async for entries in journal.read_assertions(after, batch) for entry in entries]


class JournalContract(PositionsContract, LettersContract):
    """Subclasses give `fresh`: a journal that is open, migrated and empty, and closed at the end."""

    def fresh(self) -> AbstractAsyncContextManager[Journal]:
        raise NotImplementedError

    @pytest.fixture
    async def journal(self) -> AsyncIterator[Journal]:
        async with self.fresh() as journal:
            yield journal

    async def test_gives_back_what_was_appended_unchanged_and_in_order(self, journal: Journal) -> None:
        kept = [*some(5), accepted(6, "ID/ü%\u0000", digest=b"d" * 16)]
        await journal.append(kept)
        entries = await journal.pending(100)
        assert contents(entries) == kept
        sequences = [entry.sequence for entry in entries]
        assert sequences == sorted(set(sequences))
        assert await everything(journal) == list(entries)

    async def test_a_second_migration_has_nothing_to_do(self, journal: Journal) -> None:
        assert await journal.migrate() == ()

    async def test_an_empty_append_keeps_nothing(self, journal: Journal) -> None:
        await journal.append()
        status = await journal.status()
        assert (status.accepted, status.pending, status.events, status.refused) == (0, 0, 0, 0)

    async def test_keeps_nothing_of_an_append_with_a_bad_row(self, journal: Journal) -> None:
        bad = replace(accepted(2), topic="\ud800")
        with pytest.raises(JournalError):
            await journal.append([accepted(1), bad], [tag(1, START)], [refusal(1)])
        status = await journal.status()
        assert (status.accepted, status.events, status.refused) == (0, 0, 0)

    async def test_refuses_a_value_that_is_not_json(self, journal: Journal) -> None:
        bad = replace(tag(1, START), body={"value": object()})
        with pytest.raises(JournalError, match="not JSON"):
            await journal.append([accepted(1)], [bad])
        assert (await journal.status()).accepted == 0

    async def test_only_the_caller_whose_rows_are_bad_fails(self, journal: Journal) -> None:
        bad = replace(accepted(0), topic="\ud800")
        calls = [journal.append([accepted(n) if n % 3 else bad]) for n in range(30)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [isinstance(result, JournalError) for result in results] == [n % 3 == 0 for n in range(30)]
        assert contents(await journal.pending(100)) == [accepted(n) for n in range(30) if n % 3]

    async def test_concurrent_appends_are_all_kept_each_in_one_piece(self, journal: Journal) -> None:
        await asyncio.gather(*(journal.append(some(7, first=100 * n)) for n in range(50)))
        entries = contents(await journal.pending(1000))
        pieces = [entries[at : at + 7] for at in range(0, 350, 7)]
        assert sorted(piece[0].received for piece in pieces) == [accepted(100 * n).received for n in range(50)]
        assert all(piece == some(7, first=piece[0].received - START - 5) for piece in pieces)

    async def test_a_cancelled_caller_disturbs_no_other(self, journal: Journal) -> None:
        first, second = (asyncio.ensure_future(journal.append([accepted(n)])) for n in (1, 2))
        await asyncio.sleep(0)
        first.cancel()
        await second
        assert accepted(2) in contents(await journal.pending(10))

    # -- duplicates ------------------------------------------------------------------------------------------------

    async def test_keeps_a_message_once(self, journal: Journal) -> None:
        await journal.append([accepted(1, digest=b"one"), accepted(1, digest=b"one")])
        await journal.append([accepted(1, digest=b"one"), accepted(2, digest=b"two")])
        await asyncio.gather(*(journal.append([accepted(2, digest=b"two")]) for _ in range(5)))
        assert contents(await journal.pending(10)) == [accepted(1, digest=b"one"), accepted(2, digest=b"two")]
        assert (await journal.status()).accepted == 2

    async def test_a_duplicate_of_an_applied_message_is_not_pending(self, journal: Journal) -> None:
        await journal.append([accepted(1, digest=b"one")])
        await journal.applied(await journal.pending(10))
        await journal.append([accepted(1, digest=b"one")])
        assert await journal.pending(10) == []

    async def test_messages_without_digest_are_all_news(self, journal: Journal) -> None:
        await journal.append([accepted(1), accepted(1)])
        await journal.append([accepted(1)], [tag(1, START), tag(1, START)])
        status = await journal.status()
        assert (status.accepted, status.events) == (3, 2)

    async def test_keeps_an_event_once(self, journal: Journal) -> None:
        event = replace(tag(1, START), digest=b"event")
        await journal.append(events=[event, event])
        await journal.append(events=[event], assertions=[accepted(1, digest=b"event")])
        status = await journal.status()
        assert (status.accepted, status.events) == (1, 1)

    # -- the queue -------------------------------------------------------------------------------------------------

    async def test_pending_gives_the_oldest_again_until_they_are_applied(self, journal: Journal) -> None:
        await journal.append(some(5))
        first = await journal.pending(2)
        assert contents(first) == some(2)
        assert await journal.pending(2) == first
        await journal.applied(first)
        assert contents(await journal.pending(2)) == some(2, first=3)

    async def test_pending_leaves_out_what_the_caller_holds(self, journal: Journal) -> None:
        await journal.append(some(6))
        held = [entry.sequence for entry in (await journal.pending(6))[1:4]]
        assert contents(await journal.pending(2, held)) == [accepted(1), accepted(5)]
        assert contents(await journal.pending(9, held[:2])) == [accepted(1), *some(3, first=4)]
        assert contents(await journal.pending(9)) == some(6)

    async def test_applied_marks_the_entries_given_and_no_others(self, journal: Journal) -> None:
        await journal.append(some(6))
        entries = await journal.pending(10)
        for marked in ([entries[1], entries[4]], [entries[0]], [entries[0], entries[4]], []):
            await journal.applied(marked)
        assert await journal.pending(10) == [entries[2], entries[3], entries[5]]
        assert (await journal.status()).pending == 3

    async def test_a_failed_entry_becomes_a_dead_letter_once(self, journal: Journal) -> None:
        await journal.append([accepted(1), accepted(2, digest=b"two"), accepted(3)])
        one, two, three = await journal.pending(10)
        await journal.failed(two, REASON)
        await journal.failed(two, REASON)
        (letter,) = await journal.dead_letters(10)
        said = two.accepted
        assert letter.refusal == Refusal(said.topic, said.assertion.to_bytes(), AS_READ, said.received, (REASON,))
        assert Assertion.from_bytes(letter.refusal.payload) == said.assertion
        assert await journal.pending(10) == [one, three]
        assert await everything(journal) == [one, three]
        assert (await journal.status()).pending == 2

    async def test_a_failed_message_may_be_sent_again(self, journal: Journal) -> None:
        await journal.append([accepted(1, digest=b"one")])
        await journal.failed((await journal.pending(1))[0], REASON)
        await journal.append([accepted(1, digest=b"one")])
        assert contents(await journal.pending(10)) == [accepted(1, digest=b"one")]

    async def test_reset_makes_everything_but_failures_pending(self, journal: Journal) -> None:
        await journal.append(some(6))
        entries = list(await journal.pending(10))
        for index in (0, 3):
            await journal.failed(entries[index], REASON)
        await journal.applied([entries[1], entries[2], entries[5]])
        assert await journal.reset(after=entries[3].sequence) == 2
        assert await journal.pending(10) == [entries[4], entries[5]]
        assert await journal.reset() == 4
        rest = [entries[1], entries[2], entries[4], entries[5]]
        assert await journal.pending(10) == rest
        await journal.applied(rest)
        assert await journal.pending(10) == []
        assert (await journal.status()).pending == 0

    # -- reading ---------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("batch", [1, 3, 10, 1000])
    async def test_reads_everything_in_batches(self, journal: Journal, batch: int) -> None:
        await journal.append(some(10))
        batches = [entries async for entries in journal.read_assertions(batch=batch)]
        assert [entry.accepted for entries in batches for entry in entries] == some(10)
        assert all(len(entries) == batch for entries in batches[:-1])

    async def test_reads_on_from_a_sequence(self, journal: Journal) -> None:
        await journal.append(some(10))
        entries = await everything(journal)
        assert await everything(journal, after=entries[6].sequence, batch=2) == entries[7:]
        assert await everything(journal, after=entries[-1].sequence) == []

    async def test_reads_while_appends_go_on(self, journal: Journal) -> None:
        await journal.append(some(100))
        seen: list[AcceptedAssertion] = []
        async for entries in journal.read_assertions(batch=10):
            seen += contents(entries)
            await journal.append(some(20, first=1000 + len(seen)))
        assert seen == some(100)
        assert (await journal.status()).accepted == 300

    async def test_history_pages_backwards_over_all_ids_asked(self, journal: Journal) -> None:
        await journal.append([accepted(n, f"LOT-{n % 3}") for n in range(30)])
        expected = [accepted(n, f"LOT-{n % 3}") for n in range(29, -1, -1) if n % 3]
        seen: list[Entry] = []
        while page := await journal.history(
            "MaterialLot", ["LOT-1", "LOT-2", "LOT-1"], 7, seen[-1].sequence if seen else None
        ):
            seen += page
        assert contents(seen) == expected

    async def test_history_knows_kinds_apart_and_tells_of_failures(self, journal: Journal) -> None:
        other = replace(accepted(2, "X"), assertion=replace(accepted(2, "X").assertion, kind="MaterialDefinition"))
        await journal.append([accepted(1, "X"), other])
        await journal.failed((await journal.pending(1))[0], REASON)
        assert contents(await journal.history("MaterialLot", ["X"], 10)) == [accepted(1, "X")]
        assert contents(await journal.history("MaterialDefinition", ("X", "Y"), 10)) == [other]
        assert list(await journal.history("MaterialLot", [], 10)) == []
        assert list(await journal.history("Sample", ["X"], 10)) == []

    # -- tags ------------------------------------------------------------------------------------------------------

    async def test_the_newest_value_of_a_tag_counts_in_any_order_of_arrival(self, journal: Journal) -> None:
        versions = [(START, 1), (START + 1, 0), (START + 1, 2), (START - 9, 7)]
        for index, order in enumerate(permutations(versions)):
            for time, received in order:
                event = tag(f"{time}/{received}", time, START + received, path=f"p{index}")
                await journal.append(events=[event])
        values = await journal.tags("", 100)
        assert {value.path for value in values} == {f"p{index}" for index in range(24)}
        assert {(value.time, value.body["value"]) for value in values} == {(START + 1, f"{START + 1}/2")}

    async def test_tags_of_a_location_and_below(self, journal: Journal) -> None:
        paths = [
            "acme",
            "acme/north",
            "acme/north-2",
            "acme/north/line",
            "acme/north0",
            "acme/nor",
            "acme/north/line/ü",
        ]
        await journal.append(
            events=[tag(1, START, path=path, name=name) for path in paths for name in ("b", "a/c", "a")]
        )
        found = await journal.tags("acme/north", 100)
        expected = [(p, n) for p in ("acme/north", "acme/north/line", "acme/north/line/ü") for n in ("a", "a/c", "b")]
        assert [(value.path, value.name) for value in found] == expected
        assert found[0] == TagValue("acme/north", "a", START, {"value": 1})
        assert await journal.tags("acme/north", 4) == found[:4]
        assert await journal.tags("acme/no", 100) == []
        assert len(await journal.tags("", 100)) == 21

    async def test_only_tags_have_newest_values(self, journal: Journal) -> None:
        state = AcceptedEvent(EventKind.STATE, "acme", "mes", START, {"state": "DOWN"}, "t", START)
        await journal.append(events=[state, replace(state, kind=EventKind.COUNT)])
        assert await journal.tags("", 10) == []
        assert (await journal.status()).events == 2

    # -- old events ------------------------------------------------------------------------------------------------

    async def test_forgets_old_events_and_nothing_else(self, journal: Journal) -> None:
        old, new = (replace(tag(n, START - n * YEAR, name=f"t{n}"), digest=bytes([n])) for n in (2, 0))
        await journal.append([accepted(1)], [old, new], [refusal(1)])
        await journal.forget_events(START - YEAR)
        await journal.append(events=[old, new])
        status = await journal.status()
        assert status.events == 3, "what is forgotten is news again"
        assert (status.accepted, status.pending, status.refused) == (1, 1, 1)
        assert [value.name for value in await journal.tags("", 10)] == ["t0", "t2"]

    # -- dead letters ----------------------------------------------------------------------------------------------

    async def test_dead_letters_page_in_order_until_replayed(self, journal: Journal) -> None:
        await journal.append(refusals=[refusal(n) for n in range(5)])
        letters = await journal.dead_letters(10)
        assert [letter.refusal for letter in letters] == [refusal(n) for n in range(5)]
        assert all(letter.replayed is None for letter in letters)
        await journal.replayed(letters[1].number, START)
        assert await journal.dead_letters(2, after=letters[0].number) == letters[2:4]
        everyone = await journal.dead_letters(10, waiting=False)
        assert everyone == [letters[0], replace(letters[1], replayed=START), *letters[2:]]
        assert (await journal.status()).refused == 4

    async def test_an_unknown_dead_letter_cannot_be_replayed(self, journal: Journal) -> None:
        with pytest.raises(JournalError, match="dead letter 7"):
            await journal.replayed(7, START)

    # -- laws ------------------------------------------------------------------------------------------------------

    @LAW
    @given(
        st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=20)
    )
    async def test_tags_are_a_function_of_the_set_of_values(self, values: list[tuple[str, int, int, int]]) -> None:
        def event(name: str, time: int, received: int, value: int) -> AcceptedEvent:
            return tag(value, START + time, START + received, name=name)

        expected = {name: (START + time, value) for name, time, _, value in sorted(values)}
        async with self.fresh() as journal:
            await journal.append(events=[event(*value) for value in values[::2]])
            for value in values[1::2]:
                await journal.append(events=[event(*value)])
            found = await journal.tags("acme/north", 10)
        assert {value.name: (value.time, value.body["value"]) for value in found} == expected

    @LAW
    @given(
        st.lists(
            st.tuples(st.sampled_from(["append", "apply", "fail", "reset"]), st.sets(st.integers(0, 9))), max_size=25
        )
    )
    async def test_the_queue_holds_what_is_neither_applied_nor_failed(self, steps: list[tuple[str, set[int]]]) -> None:
        good: list[AcceptedAssertion] = []
        applied: set[int] = set()
        async with self.fresh() as journal:
            for number, (step, picks) in enumerate(steps):
                entries = await journal.pending(1000)
                assert [e.received for e in contents(entries)] == [
                    a.received for a in good if a.received not in applied
                ]
                assert (await journal.status()).pending == len(entries)
                last = await journal.last()
                assert await journal.reached() == (entries[0].sequence - 1 if entries else last)
                picked = [entry for index, entry in enumerate(entries) if index in picks]
                if step == "append":
                    good += (new := some(len(picks), first=number * 10))
                    await journal.append(new)
                elif step == "apply":
                    await journal.applied(picked)
                    applied |= {entry.accepted.received for entry in picked}
                elif step == "fail":
                    for entry in picked:
                        await journal.failed(entry, REASON)
                        good.remove(entry.accepted)
                else:
                    applied.clear()
                    assert await journal.reset() == len(good)
            assert contents(await everything(journal)) == good

    # -- the rest --------------------------------------------------------------------------------------------------

    async def test_status_counts(self, journal: Journal) -> None:
        await journal.append(some(5), [tag(1, START)], [refusal(1), refusal(2)])
        entries = await journal.pending(10)
        await journal.applied(entries[:2])
        await journal.failed(entries[3], REASON)
        status = await journal.status()
        assert (status.accepted, status.pending, status.events, status.refused) == (5, 2, 1, 3)
        assert status.bytes > 0
        assert status.detail

    async def test_a_closed_journal_says_so(self, journal: Journal) -> None:
        waiting = asyncio.ensure_future(journal.append([accepted(1)]))
        await asyncio.sleep(0)
        await journal.close()
        await waiting
        await journal.close()
        with pytest.raises(JournalError, match="closed"):
            await journal.append([accepted(2)])
        with pytest.raises(JournalError, match="closed"):
            await journal.pending(1)
