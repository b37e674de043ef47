"""What every form of the connectors' state must do. Tests of a form subclass `StateContract` and say how to open it."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from connectors.errors import Occupied
from connectors.mapping.messages import Thing
from connectors.state import Asked, Checkpoint, Kept, Known, LastRun, Letter, Standing, State, Step, Totals

ODD = "a\0b ü'%"
"""An id that a source may have."""
NOW = 1_772_409_600_000_000
YEAR = 366 * 86_400 * 1_000_000


def lot(id_: str) -> Thing:
    return Thing("material-lot", id_, "acme/north")


def kept(key: str, digest: bytes = b"one", mark: float | None = None, *things: Thing) -> Kept:
    return Kept(key, digest, NOW, mark, things or None)


class StateContract:
    """The contract."""

    def fresh(self) -> AbstractContextManager[State]:
        """The state of this test, opened."""
        raise NotImplementedError

    def again(self) -> AbstractContextManager[State]:
        """The same state, opened beside."""
        raise NotImplementedError

    def test_it_begins_with_nothing(self) -> None:
        with self.fresh() as state:
            stream = state.stream("mes", "lots")
            assert stream.checkpoint() == Checkpoint()
            assert (stream.known(["1"]), stream.count(), stream.standing()) == ({}, 0, Standing())
            assert (state.paused("mes"), state.letters("mes"), state.orders("mes")) == (False, [], (False, None))

    def test_a_step_is_kept_for_who_comes_after(self) -> None:
        with self.fresh() as state:
            letter = Letter("3", {"id": 3, "note": "ü\0"}, ["mes.yaml:3: no"])
            state.stream("mes", "lots").keep(
                Step(1, {"at": [1, ODD]}, [kept("1"), kept(ODD, b"two")], letters=[letter])
            )
            with self.again() as other:
                stream = other.stream("mes", "lots")
                assert stream.checkpoint() == Checkpoint({"at": [1, ODD]}, 1, False)
                assert stream.known(["1", ODD, "9"]) == {"1": Known(b"one", NOW), ODD: Known(b"two", NOW)}
                (found,) = other.letters("mes")
                assert (found.key, found.record, found.troubles, found.stream) == (
                    "3",
                    letter.record,
                    letter.troubles,
                    "lots",
                )
                assert other.stream("mes", "orders").known(["1"]) == {}
                assert other.stream("lims", "lots").checkpoint() == Checkpoint()

    def test_a_record_that_can_be_mapped_again_is_no_letter(self) -> None:
        with self.fresh() as state:
            stream = state.stream("mes", "lots")
            stream.keep(Step(1, letters=[Letter(key, {"id": key}, ["no"]) for key in "123"]))
            stream.keep(Step(1, letters=[Letter("1", {"id": "1"}, ["still no"])], said=[kept("2")], mapped=["3"]))
            assert [(each.key, list(each.troubles)) for each in state.letters("mes")] == [("1", ["still no"])]
            assert (state.letter_count("mes"), state.letter_count("lims")) == (1, 0)
            assert (len(state.letters("mes", -1)), state.letters("mes", 0)) == (1, [])

    def test_what_will_not_be_read_again_is_forgotten(self) -> None:
        with self.fresh() as state:
            stream = state.stream("mes", "lots")
            never = float("nan")
            stream.keep(Step(1, said=[kept("1", mark=10.0), kept("2", mark=20.0), kept("3"), kept("4", mark=never)]))
            stream.keep(Step(1, forget_below=15.0))
            assert set(stream.known(list("1234"))) == {"2", "3", "4"}

    def test_what_a_whole_run_has_not_found_is_unsaid(self) -> None:
        with self.fresh() as state:
            stream, orders = state.stream("mes", "lots"), state.stream("mes", "orders")
            stream.keep(Step(1, said=[kept(each, b"one", None, lot(f"L{each}")) for each in ("1", "2", ODD)]))
            orders.keep(Step(1, said=[kept("o", b"one", None, lot("L2"))]))
            stream.completed(1)
            stream.keep(Step(2, same=["1"]))
            assert stream.gone(2) == 2
            # Another stream's record still says L2.
            assert stream.unsaid(2, 10) == [lot(f"L{ODD}")]
            stream.withdrawn([lot(f"L{ODD}")], NOW)
            assert stream.unsaid(2, 10) == []
            stream.forget_gone(2)
            assert (stream.count(), stream.gone(2)) == (1, 0)
            assert stream.gone_at([lot(f"L{ODD}"), lot("L1")]) == {("material-lot", f"L{ODD}"): NOW}

    def test_a_record_that_names_another_thing_leaves_the_first_unsaid(self) -> None:
        with self.fresh() as state:
            stream = state.stream("mes", "lots")
            stream.keep(Step(1, said=[kept("1", b"one", None, lot("A"), lot("B"))]))
            stream.keep(Step(2, said=[kept("1", b"two", None, lot("B"), lot("C"))]))
            assert stream.unsaid(2, 10) == [lot("A")]

    def test_a_withdrawal_is_known_until_the_thing_comes_back_or_a_year_is_over(self) -> None:
        with self.fresh() as state:
            stream = state.stream("mes", "lots")
            stream.withdrawn([lot("A"), lot("B")], NOW)
            stream.keep(Step(1, back=[("material-lot", "A")]))
            assert set(stream.gone_at([lot("A"), lot("B")])) == {("material-lot", "B")}
            stream.withdrawn([lot("C")], NOW + YEAR + 1)
            assert set(stream.gone_at([lot("B"), lot("C")])) == {("material-lot", "C")}

    def test_after_a_reset_all_is_said_again_and_what_was_said_is_known(self) -> None:
        with self.fresh() as state:
            stream = state.stream("mes", "lots")
            stream.keep(Step(3, "there", [kept("1")]))
            stream.completed(3)
            assert stream.checkpoint() == Checkpoint("there", 3, True)
            stream.reset()
            assert stream.checkpoint() == Checkpoint(None, 4, False)
            assert stream.known(["1"]) == {"1": Known(b"", NOW)}

    def test_a_reset_counts_also_against_the_run_that_is_under_way(self) -> None:
        with self.fresh() as state, self.again() as other:
            stream = state.stream("mes", "lots")
            stream.keep(Step(1, "here", [kept("1")]))
            other.stream("mes", "lots").reset()
            stream.keep(Step(1, "there", [kept("2")]))
            stream.completed(1)
            assert stream.checkpoint() == Checkpoint(None, 2, False)
            stream.keep(Step(3, "anew"))
            assert stream.checkpoint().position == "anew"

    def test_a_source_that_tells_by_itself_has_no_generations(self) -> None:
        with self.fresh() as state:
            stream = state.stream("mes", "lots")
            stream.tried(stream.checkpoint())
            stream.reset()
            stream.keep(Step(0))
            assert stream.checkpoint().position is None
            stream.tried(stream.checkpoint())
            assert stream.checkpoint().position is not None

    def test_who_made_a_name_first_counts(self) -> None:
        with self.fresh() as state:
            assert [state.identity("mes", made) for made in ("a", "b")] == ["a", "a"]
            assert state.identity("erp", "c") == "c"

    def test_a_trouble_that_lasts_is_one_failure_of_what_tells_by_itself(self) -> None:
        with self.fresh() as state:
            stream = state.stream("mes", "lots")
            for read, error in ((1, "away"), (2, "away"), (3, ""), (4, "away"), (5, "full")):
                stream.ran(LastRun(1.0, 0.0, read, error=error))
                assert stream.standing().failures == (1 if error else 0)

    def test_more_keys_than_a_statement_takes(self) -> None:
        with self.fresh() as state:
            stream = state.stream("mes", "lots")
            keys = [str(number) for number in range(25_000)]
            stream.keep(Step(1, said=[kept(key) for key in keys[:100]], same=keys))
            assert len(stream.known(keys)) == 100

    def test_people_are_heard_by_whoever_runs_it(self) -> None:
        with self.fresh() as state, self.again() as other:
            other.pause("mes", True)
            assert state.paused("mes")
            other.ask("mes", Asked(["lots"], ["lots"]))
            assert state.orders("mes") == (True, Asked(["lots"], ["lots"]))
            assert state.orders("mes") == (True, None)
            other.pause("mes", False)
            assert state.orders("mes") == (False, None)

    def test_what_is_asked_for_comes_beside_what_was_asked_before(self) -> None:
        with self.fresh() as state, self.again() as other:
            other.ask("mes", Asked(("lots",), ("lots",)))
            other.ask("mes", Asked(("orders", "lots")))
            paused, asked = state.orders("mes")
            assert asked is not None
            assert (paused, list(asked.streams), list(asked.all_gone)) == (False, ["lots", "orders"], ["lots"])
            assert state.orders("mes") == (False, None)

    def test_how_a_stream_fares_is_told_to_all(self) -> None:
        with self.fresh() as state, self.again() as other:
            good, bad = LastRun(time.time(), 2.0, read=5, changed=3, unchanged=2), LastRun(1.0, 0.5, error="dark")
            standing = Standing().after(good).after(bad)
            state.stream("mes", "lots").stand(standing)
            assert other.stream("mes", "lots").standing() == standing
            assert (standing.last, standing.success, standing.failures) == (bad, good, 1)
            assert standing.totals == Totals(runs=2, failed=1, read=5, changed=3, unchanged=2)
            seen = other.overview()
            assert (seen.standings, seen.paused) == ({("mes", "lots"): standing}, frozenset())

    def test_one_at_a_time_holds_a_connector(self) -> None:
        with self.fresh() as state, self.again() as other:
            assert not other.held("mes")
            with state.hold("mes") as hold:
                hold.check()
                assert state.held("mes") and other.held("mes")
                assert not other.held("lims")
                with pytest.raises(Occupied, match="the connector mes is run by another process"), other.hold("mes"):
                    pass
                with other.hold("lims"):
                    state.by(hold).stream("mes", "lots").keep(Step(1, "there"))
            assert not state.held("mes")
            with other.hold("mes") as hold:
                assert other.by(hold).stream("mes", "lots").checkpoint().position == "there"

    def test_it_is_copied_whole_in_the_place_of_what_was_there(self, tmp_path: Path) -> None:
        """From a file and back into one, whatever the form between."""
        letter = Letter("3", {"id": 3, "note": "ü\0"}, ["no"])
        with (
            closing(State(tmp_path / "old.db")) as old,
            self.fresh() as state,
            closing(State(tmp_path / "new.db")) as new,
        ):
            stream = old.stream("mes", "lots")
            stream.keep(
                Step(3, {"at": ODD}, [kept(ODD, b"one", None, lot(ODD)), kept("2", mark=2.5)], letters=[letter])
            )
            stream.stand(Standing().after(LastRun(1.0, 2.0, read=5)))
            stream.withdrawn([lot("gone")], NOW)
            old.pause("mes", True)
            state.stream("mes", "lots").keep(Step(1, "else", [kept("9")], letters=[Letter("9", {}, ["no"])]))
            assert (old.copy_to(state), state.copy_to(new)) == (2, 2)
            for each in (state, new):
                copied = each.stream("mes", "lots")
                assert copied.checkpoint() == stream.checkpoint()
                assert copied.known([ODD, "2", "9"]) == stream.known([ODD, "2", "9"])
                assert copied.standing() == stream.standing()
                assert copied.gone_at([lot("gone")]) == {("material-lot", "gone"): NOW}
                assert copied.unsaid(4, 10) == [lot(ODD)]
                assert [found.key for found in each.letters("mes")] == ["3"]
                assert each.paused("mes")
            state.stream("mes", "lots").keep(Step(3, letters=[Letter("4", {}, ["no"])]))
            assert [found.key for found in state.letters("mes")] == ["3", "4"]
