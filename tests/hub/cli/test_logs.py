from __future__ import annotations

import json
import logging
import sys

import pytest

from hub.cli.logs import JsonLines, Text


def record(message: str, *, failed: bool = False) -> logging.LogRecord:
    """A log line of 2026-01-01T00:00:00Z, with the error under way where there is one."""
    made = logging.LogRecord("hub.x", logging.INFO, "", 0, message, None, sys.exc_info() if failed else None)
    made.created = 1_767_225_600.0
    return made


def failed() -> logging.LogRecord:
    try:
        raise ValueError("at mqtt://u:hunter2@h")
    except ValueError:
        return record("could not", failed=True)


def test_text_has_time_level_and_place() -> None:
    assert Text().format(record("said")) == "2026-01-01T00:00:00Z INFO hub.x: said"


def test_a_json_line_is_one_object() -> None:
    assert json.loads(JsonLines().format(record("said"))) == {
        "time": "2026-01-01T00:00:00Z",
        "level": "info",
        "logger": "hub.x",
        "message": "said",
    }


@pytest.mark.parametrize("form", [Text(), JsonLines()])
def test_an_error_is_told_without_passwords(form: logging.Formatter) -> None:
    line = form.format(failed())
    assert "ValueError" in line
    assert "mqtt://u:***@h" in line
    assert "hunter2" not in line + form.format(record("at mqtt://u:hunter2@h"))
