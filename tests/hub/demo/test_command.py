"""`unshub demo` as a command."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import HubError
from tests.servers import free_port


def run(*arguments: str) -> str:
    http, mqtt = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    command = ["demo", "--once", "--http", http, "--mqtt", mqtt, *arguments]
    return CliRunner().invoke(app(), command, catch_exceptions=False).output


def test_it_never_fills_a_real_hubs_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSHUB_BROKER", "mqtt://plant.example:1883")
    with pytest.raises(HubError, match=r"would fill mqtt://plant\.example:1883"):
        run()


def test_it_leaves_a_real_hubs_data_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unshub.yaml").write_text("data: real\njournal: sqlite:///real/journal.db\n")
    output = run("--broker", "amqtt", "--data", "demo")
    assert "3. What do two systems disagree on" in output
    assert "Ctrl-C" not in output, "nothing goes on after --once"
    assert {path.name for path in tmp_path.iterdir()} == {"unshub.yaml", "demo"}


def test_it_goes_on_only_in_a_folder_of_its_own(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "journal.db").touch()
    with pytest.raises(HubError, match=r"would mix an invented plant into .*journal\.db, which it did not make"):
        run("--broker", "amqtt", "--data", str(real))
    assert [path.name for path in real.iterdir()] == ["journal.db"]
    for _ in range(2):
        assert "3. What do two systems disagree on" in run("--broker", "amqtt", "--data", str(tmp_path / "demo"))
