"""The topic grammar, and a topic as a frozen value.

    topic     = prefix "/" ( plant | hub )
    prefix    = one or more segments, a setting; `uns/v1` unless set
    plant     = location "/" entry
    location  = segment *7( "/" segment )                       ISA-95 equipment hierarchy, one to eight levels
    entry     = "_source" "/" system "/" kind [ "/" id ]        a system's assertion; an array where there is no id
              | "_tag" "/" name *7( "/" name )                  the value of a tag
              | "_state" "/" system                             an equipment state change
              | "_count" "/" system                             a production count
              | "_" kind "/" id                                 the hub's golden record; `__tag` for the kind `tag`
    hub       = "_hub" "/" subject *( "/" segment )             the hub's own: status, change, dead-letter
    segment   = 1*64 characters without / + #, controls and noncharacters; no "_" or "$" first, no space at the ends
    system    = lower-case letter, then lower-case letters, digits and "-"
    kind      = kebab-case name of a kind
    id        = an identifier with / + # %, controls, noncharacters percent-encoded, as is a "_" or "$" at its start,
                and nothing else, so that each id has one topic

Bad, each refused with its reason: `uns/v1/acme` (no entry), `uns/v1/_source/erp/material-lot` (no location),
`uns/v1/acme/_source/ERP/material-lot` (system in capitals), `uns/v1/acme//_tag/speed` (empty segment),
`uns/v1/acme/_lot/L%zz` (bad escape), `uns/v1/a/b/c/d/e/f/g/h/i/_tag/x` (nine levels).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from schema.errors import TopicError

DEFAULT_PREFIX = "uns/v1"
MAX_LEVELS = 8
MAX_SEGMENT = 64

_ENTRIES = frozenset({"_source", "_tag", "_state", "_count", "_hub"})
"""Entries with a meaning of their own. A kind of such a name has two underscores before it in golden topics."""

BY_SYSTEM = ("_source", "_state", "_count")
"""Entries after which the name of the system stands that speaks."""

_SYSTEM = re.compile(r"[a-z][a-z0-9-]{0,39}")
_KIND = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_REFUSED = r"\x00-\x1f\x7f-\x9f\ufdd0-\ufdef" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
)
"""Control characters and Unicode's noncharacters: a broker may close the connection for them (MQTT 5.0, 1.5.4)."""
_NEVER = re.compile(f"[+#{_REFUSED}]")
_MUST_ESCAPE = re.compile(f"[/+#%{_REFUSED}]|^[_$]")


@dataclass(frozen=True, slots=True)
class SourceTopic:
    """Where a system asserts: one thing where `id` is given, an array of them where it is None."""

    location: tuple[str, ...]
    system: str
    kind: str
    id: str | None = None

    def segments(self) -> tuple[str, ...]:
        tail = () if self.id is None else (encode_id(self.id),)
        return (*self.location, "_source", self.system, self.kind, *tail)


@dataclass(frozen=True, slots=True)
class TagTopic:
    """Where a tag's value is published; `name` has one segment or more."""

    location: tuple[str, ...]
    name: tuple[str, ...]

    def segments(self) -> tuple[str, ...]:
        return (*self.location, "_tag", *self.name)


@dataclass(frozen=True, slots=True)
class StateTopic:
    """Where a system publishes the state of the equipment at the location."""

    location: tuple[str, ...]
    system: str

    def segments(self) -> tuple[str, ...]:
        return (*self.location, "_state", self.system)


@dataclass(frozen=True, slots=True)
class CountTopic:
    """Where a system publishes production counts of the equipment at the location."""

    location: tuple[str, ...]
    system: str

    def segments(self) -> tuple[str, ...]:
        return (*self.location, "_count", self.system)


@dataclass(frozen=True, slots=True)
class GoldenTopic:
    """Where the hub keeps a thing's golden record, retained."""

    location: tuple[str, ...]
    kind: str
    id: str

    def segments(self) -> tuple[str, ...]:
        mark = f"__{self.kind}" if f"_{self.kind}" in _ENTRIES else f"_{self.kind}"
        return (*self.location, mark, encode_id(self.id))


@dataclass(frozen=True, slots=True)
class HubTopic:
    """The hub's own topics. They have no location."""

    subject: tuple[str, ...]

    def segments(self) -> tuple[str, ...]:
        return ("_hub", *self.subject)


Topic = SourceTopic | TagTopic | StateTopic | CountTopic | GoldenTopic | HubTopic


def build(topic: Topic, prefix: str = DEFAULT_PREFIX) -> str:
    """The topic as MQTT has it.

    `parse(build(t)) == t` for every topic that holds valid segments, `build(parse(s)) == s` for every text that parses.
    """
    return "/".join((prefix, *topic.segments()))


def parse(text: str, prefix: str = DEFAULT_PREFIX) -> Topic:
    """Reads a topic; `TopicError` says which segment is wrong and what belongs there."""
    if not text.startswith(prefix + "/"):
        raise TopicError(
            f"topic {_shown(text)} is not below {prefix!r}; publish to {prefix}/<location>/_source/<system>/<kind>"
        )
    segments = text[len(prefix) + 1 :].split("/")
    mark = next((i for i, segment in enumerate(segments) if segment.startswith("_")), None)
    if mark is None:
        raise TopicError(f"topic {_shown(text)} has no _source, _tag, _state or _count after its location")
    if segments[mark] == "_hub" and mark == 0 and len(segments) > 1:
        return HubTopic(tuple(_segment(s) for s in segments[1:]))
    return _entry(_location(segments[:mark]), segments[mark], segments[mark + 1 :])


def location(text: str) -> tuple[str, ...]:
    """Reads a location such as `acme/north/packing`; `TopicError` where it is none."""
    return _location(text.split("/"))


def encode_id(value: str) -> str:
    """An id as a topic segment."""
    return _MUST_ESCAPE.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), value)


def decode_id(segment: str) -> str:
    """The id that a topic segment holds; `TopicError` where an escape is broken, or not as `encode_id` writes it.

    Each id has one segment: two topics of one id would be two places for its retained messages.
    """
    value = _decoded(segment) if "%" in segment else segment
    if (canonical := encode_id(value)) != segment:
        raise TopicError(
            f"id {_shown(segment)} is to be written as {_shown(canonical)}: capitals, and only what needs an escape"
        )
    return value


def _decoded(segment: str) -> str:
    bare = _ESCAPED.sub("", segment)
    if "%" in bare:
        raise TopicError(f"id {_shown(segment)} has a '%' that begins no escape; write '%' itself as %25")
    raw = bytearray()
    last = 0
    for match in _ESCAPED.finditer(segment):
        raw += segment[last : match.start()].encode()
        raw.append(int(match[1], 16))
        last = match.end()
    try:
        return (raw + segment[last:].encode()).decode()
    except UnicodeDecodeError:
        raise TopicError(f"id {_shown(segment)} has escapes that are not UTF-8") from None


def _entry(where: tuple[str, ...], mark: str, rest: list[str]) -> Topic:
    match mark, rest:
        case "_source", [system, kind]:
            return SourceTopic(where, _system(system), _kind(kind))
        case "_source", [system, kind, id_]:
            return SourceTopic(where, _system(system), _kind(kind), _id(id_))
        case "_source", _:
            raise TopicError("after _source come <system>/<kind> and, for one thing, /<id>")
        case "_tag", [_, *_] if len(rest) <= MAX_LEVELS:
            return TagTopic(where, tuple(_segment(s) for s in rest))
        case "_tag", _:
            raise TopicError(f"after _tag comes the tag's name, one to {MAX_LEVELS} segments")
        case "_state", [system]:
            return StateTopic(where, _system(system))
        case "_count", [system]:
            return CountTopic(where, _system(system))
        case (("_state" | "_count"), _):
            raise TopicError(f"after {mark} comes the system's name, nothing more")
        case _, [id_] if mark not in _ENTRIES:
            return GoldenTopic(where, _golden_kind(mark), _id(id_))
    raise TopicError(f"{_shown(mark)} is none of _source, _tag, _state, _count, or _<kind>/<id>")


def _golden_kind(mark: str) -> str:
    return _kind(mark[2:] if mark[1:] in _ENTRIES else mark[1:])


def _location(segments: list[str]) -> tuple[str, ...]:
    if not segments:
        raise TopicError("the location is missing; begin with the enterprise, then site, area, line …")
    if len(segments) > MAX_LEVELS:
        raise TopicError(f"the location has {len(segments)} levels; at most {MAX_LEVELS} are allowed")
    return tuple(_segment(s) for s in segments)


def _segment(value: str) -> str:
    if not value:
        raise TopicError("a segment is empty; remove the doubled or trailing '/'")
    if len(value) > MAX_SEGMENT:
        raise TopicError(f"segment {_shown(value)} is longer than {MAX_SEGMENT} characters")
    if value[0] in "_$" or value != value.strip() or _NEVER.search(value):
        raise TopicError(
            f"segment {_shown(value)} begins with '_' or '$', ends in a space, or holds + #, "
            "a control character or a noncharacter"
        )
    return value


def _system(value: str) -> str:
    if not _SYSTEM.fullmatch(value):
        raise TopicError(
            f"system {_shown(value)} is not a lower-case letter followed by lower-case letters, digits and '-'"
        )
    return value


def _kind(value: str) -> str:
    if not _KIND.fullmatch(value):
        raise TopicError(f"kind {_shown(value)} is not kebab-case, as material-lot is")
    return value


def _id(segment: str) -> str:
    value = decode_id(segment)
    if not value:
        raise TopicError("the id is empty; leave the last '/' out to send an array")
    return value


def _shown(value: str) -> str:
    return repr(value if len(value) <= 80 else value[:77] + "…")
