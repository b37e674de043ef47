"""What the documents show is so: commands exist, references are current, links lead somewhere, and the tour runs."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from hub.cli import app
from hub.settings.file import parse
from hub.settings.load import check

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    ROOT.glob("docs/**/*.md")
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`(unshub [^`]+)`")

document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def blocks(text: str, *languages: str) -> Iterator[str]:
    """The code blocks in these languages."""
    return (body for language, body in FENCE.findall(text) if language in languages)


def commands(text: str) -> Iterator[list[str]]:
    """Every `unshub …` that a document shows, as words up to the first that only the shell understands."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    for command in (*lines, *SPAN.findall(text)):
        if command.startswith("unshub "):
            yield command.split("#")[0].split()[1:]


def known(command: Any, words: list[str]) -> bool:
    """Whether words begin with a command that there is, and its long flags are known."""
    while words and hasattr(command, "commands"):
        if words[0].startswith("-") or "…" in words[0] or words[0].isupper():
            return True
        if words[0] not in command.commands:
            return False
        command, words = command.commands[words[0]], words[1:]
    flags = {name for parameter in command.params for name in parameter.opts}
    return all(word.split("=")[0] in flags for word in words if word.startswith("--"))


@document
def test_documented_commands_exist(path: Path) -> None:
    root = get_command(app())
    wrong = [" ".join(words) for words in commands(path.read_text(encoding="utf-8")) if not known(root, words)]
    assert not wrong


@document
def test_links_lead_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    targets = (target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target)
    assert [target for target in targets if target and not (path.parent / target).exists()] == []


@document
def test_settings_shown_are_without_faults(path: Path) -> None:
    # Those of the pages on connectors and profiles are connectors; their own tests run them.
    own = path.name == "connectors.md" or path.parent.name in ("connectors", "profiles")
    shown = () if own else blocks(path.read_text(encoding="utf-8"), "yaml")
    for block in shown:
        assert check(parse(block)) == ()


@document
def test_files_named_exist(path: Path) -> None:
    files = r"(scripts/\w+|(?:schema|graph|connectors|hub|tests|bench|docs)/[\w/-]+\.(?:py|md|png|graphql))"
    named = set(re.findall(rf"(?<![\w/.]){files}", path.read_text(encoding="utf-8")))
    assert {name for name in named if not (ROOT / name).exists()} == set()


def pages() -> dict[str, Any]:
    found: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "generate.py"))["PAGES"]
    return found


@pytest.mark.parametrize("page", pages())
def test_references_are_current(page: str) -> None:
    written = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert pages()[page]() == written, "stale; run `python docs/generate.py`"


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in get_command(app()).commands if f"| `unshub {name}` |" not in text} == set()
