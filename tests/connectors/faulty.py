"""Wrong configurations beside what is told of them, word for word: the files in `faults`.

`sql.yaml` is a connector without fault. Each part of `sql.txt` changes one thing in it, and holds every fault that is
told then:

    # streams.lots.page: 0
    mes.yaml:8:11: streams.lots.page: 0 will not do; it should be greater than or equal to 1

`# streams.lots.key` without a value leaves it out. `python -m tests.connectors.faulty --write [NAME…]` writes what is
told now below each change, to be read before it is committed; the tests never do.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from connectors.kinds.file import FileKind
from connectors.kinds.rest import RestKind
from connectors.kinds.sql import SqlKind
from connectors.registry import Kinds
from hub.connect.files import read_file

FAULTS = Path(__file__).parent / "faults"
NAMES = tuple(sorted(file.stem for file in FAULTS.glob("*.txt")))
KINDS = Kinds({}).with_(SqlKind()).with_(RestKind()).with_(FileKind())
"""Whatever else is installed, so that what is told does not change with it."""

_CHANGE = re.compile(r"# (?P<path>[^\s:]+)(?:: (?P<value>.*))?")


@dataclass(frozen=True)
class Case:
    """A configuration that is wrong in one thing, or in several."""

    name: str
    change: str
    told: Sequence[str]

    @property
    def text(self) -> str:
        """The configuration."""
        config = yaml.safe_load((FAULTS / f"{self.name}.yaml").read_text(encoding="utf-8"))
        match = _CHANGE.fullmatch(self.change)
        assert match is not None, self.change
        *above, last = [int(part) if part.isdigit() else part for part in match["path"].split(".")]
        at: Any = config
        for part in above:
            at = at[part]
        if match["value"] is None:
            del at[last]
        else:
            at[last] = yaml.safe_load(match["value"])
        return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=200)

    def tried(self, folder: Path) -> list[str]:
        """What is told of it."""
        (folder / "secret").write_text("a secret")
        file = folder / "mes.yaml"
        file.write_text(self.text, encoding="utf-8")
        found = read_file(file, KINDS)
        assert (found.connector is None) == bool(found.faults)
        return [str(fault).replace(f"{folder}/", "") for fault in found.faults]


def cases(name: str) -> Iterator[Case]:
    """The cases of a file."""
    text = (FAULTS / f"{name}.txt").read_text(encoding="utf-8")
    for part in text.strip().split("\n\n"):
        change, *told = part.splitlines()
        yield Case(name, change, told)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[2:] or NAMES:
            parts = ["\n".join([case.change, *case.tried(Path(folder))]) for case in cases(name)]
            (FAULTS / f"{name}.txt").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    assert sys.argv[1:2] == ["--write"], __doc__
    main()
