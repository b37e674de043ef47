"""Which profiles there are: those of packages installed beside, too."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from connectors.profiles.found import installed
from tests.connectors.profiles.conftest import PROFILE


def package(folder: Path, name: str, module: str) -> None:
    """Puts a distribution into a folder that says where its profiles are."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[unshub.profiles]\n{name} = {module}\n")


def test_a_package_brings_profiles_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_profiles").mkdir()
    (tmp_path / "acme_profiles/__init__.py").write_text("")
    (tmp_path / "acme_profiles/vendor@2.yaml").write_text(PROFILE)
    package(tmp_path, "acme", "acme_profiles")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = installed()
    assert found.named("vendor") == ["vendor@2"]
    assert found.named("senaite") == ["senaite"]


def test_a_package_that_can_not_be_loaded_is_told_and_the_others_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    package(tmp_path, "broken", "not_there_at_all")
    monkeypatch.syspath_prepend(str(tmp_path))
    with caplog.at_level(logging.ERROR):
        assert installed().named("senaite") == ["senaite"]
    assert "the profiles of 'broken' (not_there_at_all) can't be loaded" in caplog.text
