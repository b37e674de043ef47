"""Looking for things of any kind by a text, as a root of a read plan.

What comes back is `{"rows": [{"kind": str, "node": Select}]}`, best first: things with a name or identifier that is the
text, then those that have one which begins with it, then the others that hold it; equal ones by kind and id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.columns import folded
from graph.plan import Select, select_lines


@dataclass(frozen=True, slots=True)
class Search:
    """Things whose id, name, description or identifiers hold a text; case does not matter.

    `text` and `first` name parameters: what to look for, and how many to give at most. A blank text finds nothing.
    """

    key: str
    text: str
    first: str
    selects: tuple[Select, ...]
    """What is wanted of a thing, for each kind that may be found."""

    def lines(self) -> Iterator[str]:
        """For people: what is looked for, and what is wanted of it."""
        yield f"{self.key}: {' '.join(s.kind.name for s in self.selects)} by text ${self.text} first ${self.first}"
        for select in self.selects:
            yield from select_lines(select, f"  {select.kind.name}: ")


def whole(text: str) -> str:
    """What a thing's searched words hold where one of them is the text."""
    return f"\n{folded(text)}\n"


def start(text: str) -> str:
    """What a thing's searched words hold where one of them begins with the text."""
    return f"\n{folded(text)}"
