"""The profile of SENAITE against what answers as SENAITE does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.errors import SourceError
from tests.connectors.api import Api, api
from tests.connectors.profiles.running import connector, load, said
from tests.connectors.profiles.senaite import Senaite
from tests.connectors.running import Taken


@pytest.fixture
def lims() -> Senaite:
    lims = Senaite()
    lims.sample("WATER-1", ClientReference="LOT-7")
    lims.analysis("WATER-1", "Ca", Result="5.1", Unit="mg/L", review_state="to_be_verified")
    lims.analysis("WATER-1", "Mg")
    return lims


@pytest.fixture
def system(lims: Senaite) -> Iterator[Api]:
    with api() as running:
        lims.url = running.url
        running.first = lims.answer
        yield running


async def test_samples_and_results_are_read(system: Api, tmp_path: Path) -> None:
    taken = Taken()
    outcomes = await load(connector("senaite", system, tmp_path), tmp_path, taken)
    assert {stream: outcome.letters for stream, outcome in outcomes.items() if outcome.letters} == {}
    assert sorted(taken.records) == [("Sample", "WATER-1"), ("TestResult", "WATER-1/Ca")]
    assert said(taken, "Sample", "WATER-1")["lot"] == [{"to": {"id": "LOT-7"}}]
    assert said(taken, "TestResult", "WATER-1/Ca")["value"] == {"value": 5.1, "unit": "mg/L"}


async def test_wrong_credentials_are_no_empty_laboratory(system: Api, tmp_path: Path) -> None:
    """They give 200 with a count of 0."""
    with pytest.raises(SourceError, match=r"it does not know this user; see `auth`") as error:
        await load(connector("senaite", system, tmp_path, "falsch-und-geheim"), tmp_path, Taken())
    assert "falsch" not in str(error.value)


async def test_a_result_is_told_before_its_sample_changes(lims: Senaite, system: Api, tmp_path: Path) -> None:
    made, taken = connector("senaite", system, tmp_path), Taken()
    await load(made, tmp_path, taken)
    lims.wait(hours=1)
    lims.analysis("WATER-1", "Mg", Result="2", Unit="mg/L", review_state="to_be_verified")
    await load(made, tmp_path, taken)
    assert said(taken, "TestResult", "WATER-1/Mg")["status"] == "ENTERED"
    lims.wait(hours=1)
    lims.analysis("WATER-1", "Mg", Result="2", Unit="mg/L", review_state="verified")
    await load(made, tmp_path, taken)
    assert said(taken, "TestResult", "WATER-1/Mg")["status"] == "VERIFIED"


async def test_a_result_stays_when_it_is_published_with_its_sample(lims: Senaite, system: Api, tmp_path: Path) -> None:
    """It is then in neither list of open results."""
    made, taken = connector("senaite", system, tmp_path), Taken()
    await load(made, tmp_path, taken)
    lims.wait(hours=1)
    lims.analysis("WATER-1", "Ca", Result="5.2", Unit="mg/L", review_state="published")
    lims.sample("WATER-1", review_state="published")
    for _ in range(2):
        outcomes = await load(made, tmp_path, taken)
        assert [outcome.withdrawn for outcome in outcomes.values()] == [0, 0, 0]
    assert said(taken, "TestResult", "WATER-1/Ca")["status"] == "VERIFIED"
    assert said(taken, "TestResult", "WATER-1/Ca")["value"] == {"value": 5.2, "unit": "mg/L"}


@pytest.mark.parametrize("most", [1000, 7])
async def test_samples_that_change_while_they_are_read_are_not_missed(
    lims: Senaite, system: Api, tmp_path: Path, most: int
) -> None:
    """More of one minute than a page has, in no order; and pages may be smaller than asked for."""
    lims.samples.clear()
    for number in range(70):
        lims.sample(f"W-{number}")
        lims.wait(milliseconds=400)
    lims.most = most
    changing = iter(["W-3", "W-40", "W-12", "W-69"])

    def meanwhile() -> None:
        if id_ := next(changing, None):
            lims.wait(minutes=2)
            lims.sample(id_, review_state="to_be_verified")

    lims.before_page = meanwhile
    taken = Taken()
    await load(connector("senaite", system, tmp_path), tmp_path, taken, ["samples"])
    assert len(taken.records) == 70
    changed = {id_ for (_, id_), record in taken.records.items() if record.value("status") == "TESTED"}
    assert changed == {"W-3", "W-40", "W-12", "W-69"}


async def test_check_finds_a_filter_that_is_ignored(system: Api, tmp_path: Path) -> None:
    def edit(text: str) -> str:
        return text + "streams: {samples: {params: {modified_since: null, changed_since: '{since}'}}}\n"

    for made, wrong in (
        (connector("senaite", system, tmp_path), 0),
        (connector("senaite", system, tmp_path, edit=edit), 1),
    ):
        source = made.open()
        try:
            looks = [look for look in source.check({}) if look.remedy]  # type: ignore[union-attr]
        finally:
            source.close()
        assert len(looks) == wrong
