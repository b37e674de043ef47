"""Records that are elements of XML, read one by one.

An element with others in it is an object of them by name; several of one name are a list. One without is its text, and
its attributes stand beside it, as `Quantity@unit`, so that it has the same form with and without them. Attributes of an
object are in it, as `@id`. Names are without namespaces. `_element` has the name of the record, and `_in` what stands
around it: for each element that it is in, what that has had before the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from connectors.kinds.file.opened import Broken
from connectors.kinds.file.settings import AROUND, ELEMENT, FileStream
from connectors.kinds.file.where import Wanted, local
from connectors.records import Record
from schema.json import Json

DEEPEST = 100
KEPT_AROUND = 100
"""So many elements are kept of what stands around records, and no more."""

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def xml_rows(file: IO[bytes], stream: FileStream) -> Iterator[tuple[int, Record]]:
    """The records of a document, with their numbers."""
    assert stream.records is not None
    reading = _Reading(Wanted.of(stream.records, stream.namespaces))
    number = 0
    try:
        for event, element in iterparse(file, events=("start", "end")):
            if event == "start":
                reading.begins(element)
            elif (record := reading.ends(element)) is not None:
                number += 1
                yield number, record
    except ParseError as error:
        raise Broken(f"is no XML: {error}") from None
    except DefusedXmlException as error:
        raise Broken(f"has what is not read for safety: {error}; take entities and external parts out") from None
    except (LookupError, ValueError) as error:
        # Of an encoding that Python does not know, or the parser can't have.
        raise Broken(f"can't be read: {error}; store it as UTF-8") from None
    if not number and not reading.expected:
        raise Broken(f"has no element {stream.records}; see `records` and `namespaces`")


class _Part(NamedTuple):
    """What is in an element: its name, its value, and what stands beside a text."""

    name: str
    value: Json
    beside: Mapping[str, Json]


@dataclass
class _Open:
    """An element around records that has begun, and what it has had so far."""

    element: Element
    parts: list[_Part] = field(default_factory=list)
    had_records: bool = False


@dataclass
class _Reading:
    """Where in the document the events are. The tree may be further on already."""

    wanted: Wanted
    within: list[_Open] = field(default_factory=list)
    expected: bool = False
    """Whether the document is one that records may be in, so that one without any is empty, and not another."""
    inside: int = 0
    """How deep the record stands that is being read; 0 outside of one."""

    def begins(self, element: Element) -> None:
        if not self.within:
            self.expected = self.wanted.begins(element.tag)
        self.within.append(_Open(element))
        if len(self.within) > DEEPEST:
            raise Broken(f"has elements more than {DEEPEST} deep")
        if not self.inside and self.wanted.meets([each.element.tag for each in self.within]):
            self.inside = len(self.within)

    def ends(self, element: Element) -> Record | None:
        """The record that ends with this element; None where none does."""
        ended = self.within.pop()
        if self.inside and self.inside <= len(self.within):
            return None
        around = self.within[-1] if self.within else None
        record = None
        if self.inside:
            self.inside = 0
            record = {**_object(element, map(_part, element)), ELEMENT: local(element.tag), AROUND: self._around()}
            for each in self.within:
                each.had_records = True
        elif around is not None and not ended.had_records and len(around.parts) < KEPT_AROUND:
            around.parts.append(_made(element, ended.parts))
        if around is not None:
            around.element.remove(element)
        return record

    def _around(self) -> dict[str, Json]:
        return {local(each.element.tag): _object(each.element, each.parts) for each in self.within}


def _part(element: Element) -> _Part:
    return _made(element, [_part(each) for each in element])


def _made(element: Element, parts: Sequence[_Part]) -> _Part:
    name, text, attributes = local(element.tag), (element.text or "").strip(), _attributes(element)
    if element.attrib.get(f"{_XSI}nil") in ("true", "1"):
        return _Part(name, None, {})
    if parts or (attributes and not text):
        return _Part(name, _object(element, parts), {})
    return _Part(name, text or None, attributes)


def _object(element: Element, parts: Iterable[_Part]) -> dict[str, Json]:
    """An element as an object, whatever is in it."""
    found: dict[str, Json] = {f"@{name}": value for name, value in _attributes(element).items()}
    groups: dict[str, list[_Part]] = {}
    for part in parts:
        groups.setdefault(part.name, []).append(part)
    for name, group in groups.items():
        found[name] = _one_or_many([part.value for part in group])
        for attribute in sorted({each for part in group for each in part.beside}):
            found[f"{name}@{attribute}"] = _one_or_many([part.beside.get(attribute) for part in group])
    if text := (element.text or "").strip():
        found["#text"] = text
    return found


def _attributes(element: Element) -> dict[str, Json]:
    return {local(name): value for name, value in element.attrib.items() if not name.startswith(_XSI)}


def _one_or_many(values: list[Json]) -> Json:
    return values[0] if len(values) == 1 else values
