"""The page of questions names every case that answers one, under its number."""

from __future__ import annotations

import re

from tests.cases.case import HERE, cases

PAGE = HERE.parent.parent / "docs" / "questions-answered.md"

_ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_LINK = re.compile(r"\[([\w-]+)\]\(\.\./tests/cases/\1\.graphql\)")


def test_each_question_is_answered_or_comes_later() -> None:
    rows = {int(number): answer for number, _, answer in _ROW.findall(PAGE.read_text("utf-8"))}
    assert list(rows) == list(range(1, 33))
    assert [number for number, answer in rows.items() if not ("*later*" in answer or "](" in answer)] == []


def test_each_case_is_beside_its_question() -> None:
    beside = [
        (name, number) for number, _, answer in _ROW.findall(PAGE.read_text("utf-8")) for name in _LINK.findall(answer)
    ]
    numbered = [(case.name, match[1]) for case in cases() if (match := re.match(r"(\d+)\. ", case.words))]
    assert sorted(beside) == sorted(numbered)
    assert all(int(name.split("-")[0]) == int(number) for name, number in beside)
