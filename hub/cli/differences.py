"""What differs between two graphs, for people: the thing, the attribute, the old value and the new one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from hub.cli.output import out

if TYPE_CHECKING:
    from hub.upkeep.compare import Difference

LONGEST = 60

Entry = Mapping[str, Any]


def tell_differences(found: Sequence[Difference]) -> None:
    """Each on a line of its own, on the standard output."""
    for difference in found:
        for line in lines(difference.old, difference.new):
            out().print(escape(line))


def lines(old: Entry | None, new: Entry | None) -> Iterator[str]:
    """What became of one entry of a dump, attribute by attribute."""
    entry = new if old is None else old
    assert entry is not None
    name = _name(entry)
    if old is None:
        yield f"  {name}: was missing"
    elif new is None:
        yield f"  {name}: should not be there"
    else:
        for key in sorted(old.keys() | new.keys()):
            before, after = old.get(key), new.get(key)
            if before != after:
                yield f"  {name}, {_attribute(key)}: {_short(before)} → {_short(after)}"


def _name(entry: Entry) -> str:
    if "node" in entry:
        return f"{entry['node']} {entry['id']}"
    if "edge" in entry:
        source, link = entry["edge"].split(".", 1)
        return f"{source} {entry['from']}, {link} to {' '.join(entry['to'])}"
    if "identifier" in entry:
        return f"identifier {entry['identifier']} of {entry['kind']} {entry['thing']}"
    if "withdrawn" in entry:
        return f"withdrawn record {_short(entry['withdrawn'])}"
    return f"graph {entry.get('graph', '')}: {entry.get('damaged', '')}".strip()


def _attribute(key: str) -> str:
    """An attribute by its name; what the graph keeps for itself begins with an underscore."""
    return f"its own {key.removeprefix('_')}" if key.startswith("_") else key


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
