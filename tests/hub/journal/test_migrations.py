from __future__ import annotations

import pytest

from hub.errors import JournalError
from hub.journal.migrations import Migration, in_order, load, outstanding

STEPS = (Migration(1, "one", ""), Migration(2, "two", ""))


def test_loads_a_dialects_files_in_order() -> None:
    steps = load("sqlite")
    assert str(steps[0]) == "0001_journal"
    assert [step.version for step in steps] == list(range(1, len(steps) + 1))
    assert all(step.sql for step in steps)


@pytest.mark.parametrize(("version", "rest"), [(0, STEPS), (1, STEPS[1:]), (2, ())])
def test_what_is_outstanding(version: int, rest: tuple[Migration, ...]) -> None:
    assert outstanding(STEPS, version, "journal.db") == rest


def test_a_newer_version_is_refused_with_the_remedy() -> None:
    with pytest.raises(
        JournalError, match=r"journal journal\.db: its tables are of version 3.*Install the newer unshub"
    ):
        outstanding(STEPS, 3, "journal.db")


@pytest.mark.parametrize("steps", [STEPS[1:], (STEPS[0], STEPS[0]), STEPS[::-1]])
def test_numbers_have_no_gaps(steps: tuple[Migration, ...]) -> None:
    with pytest.raises(ValueError, match="not numbered"):
        in_order(steps)
