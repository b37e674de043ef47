"""Cases as files, and what their heads say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse

from schema.model import MODEL

HERE = Path(__file__).parent

COMPILED = {"node", "search"} | {
    name for kind in MODEL for name in (kind.field, kind.plural, f"{kind.plural}Aggregate")
}
"""Root fields that programs can answer."""

_NOTE = re.compile(r"(variables|round trips|scans): *(.*)")
_JSON = ("values", "properties", "value")
"""Fields that give any JSON: an object's members have no order there."""

_HEAD = re.compile(r"\A(?:#.*\n)+")


@dataclass(frozen=True)
class Case:
    """A question. `scans` are the kinds of which a server may have to look at every thing to answer it."""

    name: str
    words: str
    document: str
    variables: Mapping[str, Any]
    round_trips: int
    scans: frozenset[str]

    @property
    def answer(self) -> Any:
        """The answer, its members in order: `pairs`."""
        return pairs(self.file("json").read_bytes())

    @property
    def statements(self) -> str:
        """What Neo4j is asked, as it was written down."""
        return self.file("cypher").read_text("utf-8")

    def file(self, ending: str) -> Path:
        return HERE / f"{self.name}.{ending}"

    @property
    def root_fields(self) -> int:
        """How many root fields the document has."""
        return len(self._roots())

    @property
    def compiled(self) -> bool:
        """Whether programs can answer all root fields, and so in one round trip."""
        return set(self._roots().values()) <= COMPILED

    def _roots(self) -> dict[str, str]:
        """The names of the root fields by response key; no case has fragments there."""
        (operation,) = (d for d in parse(self.document).definitions if isinstance(d, OperationDefinitionNode))
        nodes = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
        names = {node.alias.value if node.alias else node.name.value: node.name.value for node in nodes}
        return {key: name for key, name in names.items() if name != "__typename"}


def cases() -> list[Case]:
    """Every case, in order of name."""
    return [read(path) for path in sorted(HERE.glob("*.graphql"))]


def read(path: Path) -> Case:
    """The case of a file; `ValueError` where its head lacks something."""
    text = path.read_text("utf-8")
    head = _HEAD.match(text)
    notes, words = _notes(head[0] if head else "")
    if not words or "round trips" not in notes:
        raise ValueError(f"{path.name} says in its head neither the question in words nor the round trips")
    return Case(
        name=path.stem,
        words=words,
        document=text[len(head[0]) if head else 0 :].strip(),
        variables=json.loads(notes.get("variables", "{}")),
        round_trips=int(notes["round trips"]),
        scans=frozenset(notes.get("scans", "").replace(",", " ").split()),
    )


def pairs(data: bytes) -> Any:
    """JSON with objects as lists of pairs, so that the order of members counts, but for members of JSON values."""
    return _ordered(json.loads(data))


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return [(name, inner if name in _JSON else _ordered(inner)) for name, inner in value.items()]
    return [_ordered(inner) for inner in value] if isinstance(value, list) else value


def _notes(head: str) -> tuple[dict[str, str], str]:
    notes: dict[str, str] = {}
    words: list[str] = []
    current: str | None = None
    for line in head.splitlines():
        said = line.removeprefix("#").removeprefix(" ")
        if note := _NOTE.fullmatch(said):
            current = note[1]
            notes[current] = note[2]
        elif current is not None and said.startswith("  "):
            notes[current] += said
        else:
            words.append(said)
    return notes, " ".join(words).strip()
