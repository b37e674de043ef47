"""The page on connectors: its database, its connector and its commands, run as they stand there."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml

from hub.connect.files import read_file
from tests.connectors.filing import put
from tests.connectors.running import Taken, run
from tests.hub.cli.conftest import Run, unshub  # noqa: F401
from tests.servers import Mosquitto
from tests.test_docs import FENCE, blocks
from tests.test_tour import PATIENCE, Reader

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"
UP = "```sh\nunshub up\n```"
"""Where a page has the hub started."""
PAGES = (PAGE, *sorted((PAGE.parent / "connectors").glob("*.md")))


def typed(reader: Reader, text: str, file: Path) -> list[tuple[str, str]]:
    """Does what a page says, block by block; gives the commands typed and what they told."""
    said = []
    for language, block in FENCE.findall(text):
        if language == "sql":
            file.with_name("plant.sql").write_text(block)
        elif language == "yaml" and block.startswith("kind:"):
            file.write_text(block)
        elif language == "yaml":
            file.write_text(file.read_text() + block)
        elif language == "sh":
            said.append((block, reader.type(block)))
    return said


def asked(reader: Reader, text: str, wanted: str) -> str:
    """The answer to the question on a page, asked again until it has what is wanted, or for a while."""
    ask = next(line for block in blocks(text, "sh") for line in block.splitlines() if line.startswith("curl"))
    deadline = time.monotonic() + PATIENCE
    while wanted not in (answer := reader.type(ask)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


@pytest.mark.slow
def test_every_step_works_in_its_order(tmp_path: Path) -> None:
    before, after = PAGE.read_text(encoding="utf-8").split(UP)
    reader = Reader(tmp_path)
    told = dict(typed(reader, before, tmp_path / "connectors" / "mes.yaml"))
    offered = told["unshub connectors discover mes\n"]
    assert "changed_at TEXT" in offered
    draft = yaml.safe_load(offered)["lot"]
    assert (draft["key"], draft["changed"], draft["map"][0]["id"]) == ("id", "changed_at", "id")
    assert list(draft["map"][0]["set"]) == ["lot_no", "state", "qty", "uom", "part"]
    assert '"id": "LOT-1"' in told["unshub connectors check mes\nunshub connectors preview mes\n"]
    assert "mes.yaml: no faults, 2 tests" in told["unshub lint --test\n"]
    with reader.hub("unshub up"):
        lot = '"materialLot":{"status":"RELEASED","quantity":{"value":480.5,"unit":"kg"}}'
        assert lot in asked(reader, after, lot)
        assert "mes/lots: the hub that runs it is asked" in "".join(said for _, said in typed(reader, after, tmp_path))


def set_up(folder: Path) -> None:
    """What the first step of the page on connectors makes."""
    (folder / "connectors").mkdir()
    (folder / "unshub.yaml").write_text("connectors: connectors\n")


@pytest.mark.slow
def test_files_are_read_as_the_page_says(tmp_path: Path) -> None:
    before, after = (PAGE.parent / "connectors" / "file.md").read_text(encoding="utf-8").split(UP)
    reader = Reader(tmp_path)
    set_up(tmp_path)
    ((_, told),) = typed(reader, before, tmp_path / "connectors" / "lims.yaml")
    assert "delimiter: ;" in told and '"id": "R-2"' in told
    with reader.hub("unshub up"):
        result = '"testResult":{"value":{"value":4.5,"unit":"Cel"},"sample":{"id":"S-1"}}'
        assert result in asked(reader, after, result)
        deadline = time.monotonic() + PATIENCE
        while not (moved := list(tmp_path.glob("connectors/results/done/*.csv"))) and time.monotonic() < deadline:
            time.sleep(0.1)
    assert [file.name for file in moved] == ["results-1.csv"]


@pytest.mark.slow
def test_another_broker_is_heard_as_the_page_says(tmp_path: Path, mosquitto: Mosquitto) -> None:
    text = (PAGE.parent / "connectors" / "mqtt.md").read_text(encoding="utf-8")
    assert "```sh\nmosquitto -p 1884\n```" in text
    before, after = text.replace("```sh\nmosquitto -p 1884\n```", "").replace("1884", str(mosquitto.port)).split(UP)
    reader = Reader(tmp_path)
    set_up(tmp_path)
    told = "".join(said for _, said in typed(reader, before, tmp_path / "connectors" / "scada.yaml"))
    assert '"value": 118.5' in told
    with reader.hub("unshub up"):
        (said,) = [block for block in blocks(after, "sh") if block.startswith("mosquitto_pub")]
        deadline = time.monotonic() + PATIENCE
        # What is published before the connector has subscribed, is not for it.
        while '"mixer/speed","value":118.5' not in (told := reader.type(said)) and time.monotonic() < deadline:
            time.sleep(0.1)
    assert '"mixer/speed","value":118.5' in told and "scada: mqtt" in told


def test_profiles_are_listed_and_drafted_as_the_page_says(unshub: Run) -> None:  # noqa: F811
    text = (PAGE.parent / "connectors" / "profiles.md").read_text(encoding="utf-8")
    commands = [line.split()[1:] for block in blocks(text, "sh") for line in block.splitlines()]
    said = {" ".join(words): unshub(*words).out for words in commands}
    assert "senaite: SENAITE LIMS 2.6" in said["connectors profiles"]
    assert "profile: senaite" in said["connectors draft senaite"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_connector_shown_is_without_fault(unshub: Run, page: Path) -> None:  # noqa: F811
    for block in blocks(page.read_text(encoding="utf-8"), "yaml"):
        if block.startswith(("kind:", "profile:")):
            Path("secret").write_text("secret")
            Path("shop.key").write_text("secret")
            Path("shown.yaml").write_text(re.sub("/run/secrets/[a-z]+", "secret", block))
            ran = unshub("lint", "--test", "shown.yaml")
            assert (ran.code, ran.err) == (0, "")


async def test_the_document_shown_is_read_as_the_page_says(tmp_path: Path) -> None:
    text = (PAGE.parent / "connectors" / "file.md").read_text(encoding="utf-8")
    (shown,) = [block for block in blocks(text, "yaml") if "format: xml" in block]
    (tmp_path / "erp.yaml").write_text(shown)
    (tmp_path / "plans").mkdir()
    put(tmp_path / "plans" / "plan-1.xml", *blocks(text, "xml"))
    erp, taken = read_file(tmp_path / "erp.yaml").connector, Taken()
    assert erp is not None
    await run(erp, tmp_path, taken, "orders")
    assert taken.records["JobOrder", "O-1"].value("name") == "PLAN-7 O-1"
