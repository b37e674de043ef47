"""Topics with names in the place of segments: which of them MQTT is asked for, and what a topic has in each place.

    umh/v1/{location+}/_{contract}/{name+}

`{site}` stands for a segment, or a part of one; `{name+}` for one segment or more. `+` and `#` are those of MQTT.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
MAX_BYTES = 65_535


@dataclass(frozen=True)
class Pattern:
    """A topic with names. `filter` is what MQTT is asked for, and may bring more than is meant."""

    text: str
    filter: str
    expression: re.Pattern[str]

    def parts(self, topic: str) -> dict[str, str] | None:
        """What a topic has in the place of each name; None where it is none of these."""
        found = self.expression.fullmatch(topic)
        return None if found is None else found.groupdict()

    def overlaps(self, prefix: str) -> bool:
        """Whether it may stand for a topic below a prefix."""
        wanted = self.filter.split("/")
        for place, segment in enumerate(prefix.split("/")):
            if place >= len(wanted):
                return False
            if wanted[place] == "#":
                return True
            if wanted[place] not in ("+", segment):
                return False
        return len(wanted) > len(prefix.split("/"))


def pattern(text: str) -> Pattern:
    """Reads a topic with names; `ValueError` says what is wrong with it."""
    if not text or len(text.encode()) > MAX_BYTES or "\0" in text:
        raise ValueError("is no topic; write one to 65,535 bytes, as umh/v1/{site}/{name+}")
    if text.startswith("$share/"):
        raise ValueError("is a shared subscription, of which others would miss what comes here; leave $share out")
    segments = text.split("/")
    filters: list[str] = []
    expressions: list[str] = []
    names: set[str] = set()
    whole = False
    for place, segment in enumerate(segments):
        wanted, expression = _segment(segment, last=place == len(segments) - 1, names=names)
        expressions.append(expression)
        if not whole:
            filters.append(wanted)
        whole = whole or wanted == "#"
    return Pattern(text, "/".join(filters), re.compile("/".join(expressions)))


def _segment(segment: str, *, last: bool, names: set[str]) -> tuple[str, str]:
    if segment == "#":
        if not last:
            raise ValueError("has # before its end; write it last, or a name as {name+}")
        return "#", ".*"
    if segment == "+":
        return "+", "[^/]*"
    if "+" in segment.replace("+}", "") or "#" in segment:
        raise ValueError(f"has a wildcard within the segment {segment!r}; write it alone, or a name as {{line}}")
    parts = _PLACE.split(segment)
    if len(parts) == 1:
        if "{" in segment or "}" in segment:
            raise ValueError(f"has a brace alone in {segment!r}; write a name as {{line}}")
        return segment, re.escape(segment)
    many = [name for name in parts[1::2] if name.endswith("+")]
    if many:
        if segment != f"{{{many[0]}}}":
            raise ValueError(f"has {{{many[0]}}} beside other text; what stands for many segments stands alone")
        return "#", f"(?P<{_name(many[0][:-1], names)}>[^/]+(?:/[^/]+)*?)"
    written = [f"(?P<{_name(part, names)}>[^/]+?)" if odd % 2 else re.escape(part) for odd, part in enumerate(parts)]
    return "+", "".join(written)


def _name(name: str, names: set[str]) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"has the name {name!r}; write letters, digits and _, as {{line}}")
    if name in names:
        raise ValueError(f"has the name {name!r} twice; give each place its own")
    names.add(name)
    return name
