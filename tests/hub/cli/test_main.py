from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from hub.cli import doctor
from tests.hub.cli.conftest import Run


def test_version(unshub: Run) -> None:
    assert unshub("--version").out == f"unshub {version('unshub')}\n"


def test_help_names_every_command(unshub: Run) -> None:
    said = unshub("--help").out
    for command in ("up", "publish", "lint", "dead-letters", "doctor"):
        assert f"│ {command} " in said


@pytest.mark.parametrize("wrong", [["fly"], ["up", "--warp", "9"], ["publish"], ["dead-letters", "show", "zero"]])
def test_a_wrong_call_ends_with_2(unshub: Run, wrong: list[str]) -> None:
    ran = unshub(*wrong)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_faulty_settings_are_all_told(unshub: Run) -> None:
    ran = unshub("doctor", "--http", "0.0.0.0:1", "--mqtt", "nowhere", "--data", "d")
    assert ran.code == 1
    assert "--http: '0.0.0.0:1' can be reached from other machines" in ran.err
    assert "until sign-in exists" in ran.err
    assert "--mqtt: 'nowhere' is not HOST:PORT" in ran.err


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_settings: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(sys.modules["hub.cli.doctor"], "findings", fail)


@pytest.mark.usefixtures("broken")
def test_an_unexpected_error_is_one_line(unshub: Run) -> None:
    ran = unshub("doctor")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "ZeroDivisionError: by zero" in ran.err
    assert "--debug" in ran.err


@pytest.mark.usefixtures("broken")
def test_debug_shows_where_an_error_came_from(unshub: Run) -> None:
    assert "in doctor" in unshub("--debug", "doctor").err


def test_the_installed_command_runs() -> None:
    ran = subprocess.run([sys.executable, "-m", "hub.cli", "--version"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, f"unshub {version('unshub')}\n")


def test_commands_keep_their_names() -> None:
    assert doctor.__name__ == "doctor"


LOT = "uns/v1/acme/north/_source/mes/material-lot/LOT-1"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["export", "graphql", "-o", "folder"], "can't write folder: Is a directory; give the path of a file"),
        (["export", "graphql", "-o", "none/x"], "can't write none/x: No such file or directory; check the path's"),
        (["publish", LOT, "@none.json"], "can't read none.json: No such file or directory; check the path's"),
        (["lint", "--topic", LOT, "none.json"], "can't read none.json: No such file or directory; check the path's"),
        (
            ["demo", "--data", "file/data"],
            "can't use file/data: Not a directory; check the path; a part",
        ),
    ],
)
def test_a_path_that_does_not_serve_is_told_with_a_remedy(unshub: Run, command: list[str], said: str) -> None:
    Path("folder").mkdir()
    Path("file").touch()
    ran = unshub(*command)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert said in ran.err
