"""An assertion and its journaled form."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schema.assertion import Assertion, RecordKey, Stamp
from tests.schema import strategies


@given(strategies.assertions())
def test_an_assertion_survives_its_bytes(assertion: Assertion) -> None:
    assert Assertion.from_bytes(assertion.to_bytes()) == assertion


@given(strategies.ids(), st.dictionaries(strategies.texts(), strategies.json_values(), max_size=3))
def test_ids_and_values_of_all_sorts_survive(id_: str, cells: dict[str, object]) -> None:
    said = Assertion("mes", "Lot", id_, Stamp(2**60, "m"), cells)  # type: ignore[arg-type]
    assert Assertion.from_bytes(said.to_bytes()) == said


def test_the_key_names_whose_word_it_is() -> None:
    assert Assertion("mes", "Lot", "A", Stamp(1, "m"), {}).key == RecordKey("Lot", "mes", "A")
