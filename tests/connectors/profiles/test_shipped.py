"""Every profile that comes along: without fault, tested beside its mappings, and ready to start with."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from hub.connect.files import profiles
from hub.connect.profiles import looked_at
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules
from tests.hub.cli.conftest import Run, unshub

__all__ = ["unshub"]

ROOT = Path(__file__).parents[3]
SHIPPED = profiles()

profile = pytest.mark.parametrize("name", list(SHIPPED.profiles))


@profile
def test_its_tests_come_out_as_expected(name: str) -> None:
    looked = looked_at(SHIPPED, name, Contract(MODEL, Rules()))
    assert looked.faults == ()
    untested = [
        f"{form.module or ''}/{stream}"
        for form in looked.forms
        for stream in form.streams
        if not form.connector.settings.streams[stream].tests
    ]
    assert untested == []


@profile
def test_its_starting_file_is_a_connector(name: str, unshub: Run) -> None:
    ran = unshub("connectors", "draft", name)
    assert ran.code == 0
    draft = yaml.safe_load(ran.out)
    assert draft["profile"] == name
    Path("secret").write_text("a secret")
    Path("mine.yaml").write_text(re.sub(r"/run/secrets/[\w-]+", "secret", ran.out))
    ran = unshub("lint", "mine.yaml")
    assert (ran.code, ran.err) == (0, "")


@profile
def test_it_says_what_it_was_made_from(name: str) -> None:
    settings = looked_at(SHIPPED, name).settings
    assert settings is not None
    assert settings.sources
    assert settings.run == () or settings.seen == (), "`seen` is for what was not run"


@profile
def test_what_says_that_it_was_run_is_run_in_tests(name: str) -> None:
    settings = looked_at(SHIPPED, name).settings
    assert settings is not None
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/systems/connectors").glob("*.yaml")]
    assert not settings.run or any(f"profile: {name}\n" in text for text in texts)


def test_they_are_listed(unshub: Run) -> None:
    ran = unshub("connectors", "profiles")
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == list(SHIPPED.profiles)
    assert unshub("connectors", "profiles", "--json").out.count('"file"') == len(list(SHIPPED.profiles))


def test_one_that_is_not_there_is_told(unshub: Run) -> None:
    ran = unshub("connectors", "draft", "sap-r2")
    assert ran.code == 1
    assert "there is no profile 'sap-r2'; name one of " in ran.err


def test_what_comes_of_file_and_profile_is_shown(unshub: Run) -> None:
    Path("connectors").mkdir()
    Path("unshub.yaml").write_text("connectors: connectors\n")
    Path("secret").write_text("a secret")
    text = re.sub(r"/run/secrets/\w+", "../secret", unshub("connectors", "draft", "senaite").out)
    Path("connectors/lims.yaml").write_text(text + "streams: {results-verified: null, samples: {every: 5m}}\n")
    shown = yaml.safe_load(unshub("connectors", "show", "lims").out)
    assert (shown["kind"], shown["timeZone"], sorted(shown["streams"])) == (
        "rest",
        "Europe/Berlin",
        ["results-submitted", "samples"],
    )
    assert shown["streams"]["samples"]["every"] == "5m"
    assert shown["streams"]["samples"]["map"][0]["set"]["lot"] == "ClientReference"
    assert unshub("connectors", "list").out.startswith("lims: rest, profile senaite, speaks as lims")
    assert "there is no connector 'mes'; known are lims" in unshub("connectors", "show", "mes").err


def test_with_the_tests_of_a_connector_come_those_of_its_profile(unshub: Run) -> None:
    Path("secret").write_text("a secret")
    Path("mine.yaml").write_text(re.sub(r"/run/secrets/\w+", "secret", unshub("connectors", "draft", "senaite").out))
    out = unshub("lint", "--test", "mine.yaml").out
    assert "mine.yaml: no faults, 0 tests" in out
    assert re.search(r"senaite\.yaml: no faults, \d+ tests", out)


def test_a_test_of_a_profile_that_fails_is_told_in_the_profile(unshub: Run) -> None:
    text = SHIPPED.profiles.paths["senaite"].read_text(encoding="utf-8")
    Path("profiles").mkdir()
    Path("profiles/senaite.yaml").write_text(text.replace("status: TESTED", "status: INVALID"))
    ran = unshub("lint", "--test", "profiles/senaite.yaml")
    assert ran.code == 1
    assert re.search(r"profiles/senaite\.yaml:\d+:\d+: status is 'TESTED', expected was 'INVALID'", ran.err)


@pytest.mark.slow
def test_the_wheel_has_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (points,) = (archive.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    assert {f"connectors/profiles/{name}.yaml" for name in SHIPPED.profiles} <= names
    assert "[unshub.profiles]" in points
