"""Configurations that are wrong, each with what is told of it, word for word: `faulty` says how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from hub.connect.files import ConnectorFile, read_file
from tests.connectors.faulty import FAULTS, KINDS, NAMES, Case, cases

Read = Callable[[str], ConnectorFile]

CASES = [case for name in NAMES for case in cases(name)]
PLACE = re.compile(r"mes\.yaml:\d+:\d+: .+; .+")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.change}")
def test_every_fault_is_told_word_for_word(case: Case, tmp_path: Path) -> None:
    assert case.tried(tmp_path) == [*case.told]
    assert case.told
    # Each has its place and its remedy, and what may be a secret is not repeated.
    assert all(PLACE.fullmatch(told) for told in case.told)
    assert "geheim" not in "".join(case.told)


@pytest.mark.parametrize("name", NAMES)
def test_what_they_change_is_without_fault(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    (tmp_path / "mes.yaml").write_text((FAULTS / f"{name}.yaml").read_text())
    assert read_file(tmp_path / "mes.yaml", KINDS).faults == ()


def test_there_are_faults_enough() -> None:
    assert len({case.change for case in CASES}) >= 100


def test_the_line_and_column_are_those_of_the_fault(read: Read) -> None:
    config = yaml.safe_load((FAULTS / "sql.yaml").read_text())
    config["streams"]["lots"]["map"][0]["set"]["staus"] = "s"
    text = yaml.safe_dump(config, sort_keys=False)
    (fault,) = read(text).faults
    assert fault.line is not None and fault.column is not None
    assert text.splitlines()[fault.line - 1][fault.column - 1 :].startswith("staus")


def test_what_is_expected_is_told_without_words_of_python(read: Read) -> None:
    config = yaml.safe_load((FAULTS / "sql.yaml").read_text())
    config["streams"]["lots"]["map"][0]["set"]["status"] = {"from": "s", "enum": ["F"]}
    (fault,) = read(yaml.safe_dump(config)).faults
    assert fault.message.endswith("enum: ['F'] will not do")
    assert fault.fix == "it should be names with values, as {name: value}"
