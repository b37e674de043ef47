"""Which references of a plant lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.demo.plant import Plant, Word
from schema import identifier
from schema.model import MODEL
from schema.registry import Link


def described(plant: Plant) -> frozenset[tuple[str, str]]:
    """Every kind and identifier under which some system describes a thing."""
    found: set[tuple[str, str]] = set()
    for word in plant.words:
        found.add((word.kind, identifier.of_id(word.id)))
        named: Any = (word.said or {}).get("identifiers", {})
        found |= {(word.kind, name) for name in identifier.identifiers(MODEL.kind(word.kind), named)}
    return frozenset(found)


def references(word: Word) -> Iterator[tuple[Link, str]]:
    """What a word refers to: the link and the identifier of its target. Malformed references are left out."""
    links = MODEL.kind(word.kind).links
    for name, value in (word.said or {}).items():
        if name not in links or value is None:
            continue
        link = links[name]
        for item in value if isinstance(value, list) else [value]:
            try:
                yield link, identifier.of_reference(MODEL.kind(link.target), _target(link, item))
            except ValueError:
                continue


def unresolved(plant: Plant) -> Iterator[tuple[int, str, str]]:
    """References to what nobody describes and is not listed as such: the word's index, its member and the fault."""
    known = described(plant) | {(u.kind, identifier.of_id(u.id)) for u in plant.undescribed}
    for index, word in enumerate(plant.words):
        for link, name in references(word):
            if (link.target, name) not in known:
                yield (
                    index,
                    link.name,
                    f"{word.kind} {word.id} refers to {link.target} {name!r}, which nobody describes",
                )


def _target(link: Link, item: Any) -> Mapping[str, str]:
    if isinstance(item, str):
        return {"id": item}
    if not isinstance(item, Mapping):
        return {}
    own = {attribute.name for attribute in link.attributes}
    return {name: value for name, value in item.items() if name not in own and isinstance(value, str)}
