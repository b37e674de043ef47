"""The model as a value: every kind, attribute and link, derived from the declarations in `schema.model`.

    declarations (pydantic classes) -> Model -> payload validation, JSON Schema, AsyncAPI, graph tables, GraphQL, docs

A `Model` is frozen and checked when it is built: names are unique, targets exist, inverses do not collide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from schema.errors import ModelError
from schema.model.base import Entity, Flow, LinkInfo, Parameter, Quantity, RefObject, Sought, Term

ENVELOPE = frozenset({"id", "identifiers", "properties", "observedAt", "$replace"})
"""Payload members that speak of the message or of all kinds alike; not attributes."""

RESERVED = frozenset(
    {"id", "kind", "path", "placeholder", "sources", "conflicts", "identifiers", "properties", "updatedAt"}
) | frozenset({"systems", "records", "edges"})
"""What every entity has in GraphQL or as a node; no attribute, link or inverse may take these names."""

EDGE_RESERVED = frozenset({"id", "node", "cursor"})
"""What every edge has; no link attribute may take these names."""

_NAME = re.compile(r"[a-z][A-Za-z0-9]*")
_RELATIONSHIP = re.compile(r"[A-Z]+(_[A-Z]+)*")


class AttributeType(Enum):
    """How an attribute's value looks in JSON, and so how it is stored, filtered and shown."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    """RFC 3339 in UTC."""
    DATE = "date"
    """ISO 8601 calendar day."""
    ENUM = "enum"
    QUANTITY = "quantity"
    """`{"value", "unit"}`."""
    STRINGS = "strings"
    """A list of strings."""
    PARAMETERS = "parameters"
    """A list of `Parameter`."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value that a kind (or a link) has. `name` is camelCase; `field` the Python name."""

    name: str
    field: str
    data_type: AttributeType
    description: str
    values: type[Term] | None = None
    """The members, for an ENUM; each has a `description`."""
    sought: bool = False
    """Whether people look for things by it, as by a number on paper."""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference that a kind states, and the edge that comes of it."""

    name: str
    field: str
    source: str
    relationship: str
    target: str
    many: bool
    description: str
    inverse: str
    inverse_many: bool
    inverse_description: str
    attributes: tuple[Attribute, ...] = ()
    flow: Flow | None = None
    """Which way material goes along it."""


@dataclass(frozen=True)
class Kind:
    """One kind of thing."""

    name: str
    topic: str
    domain: str
    plural: str
    description: str
    source: str
    payload: type[Entity]
    attributes: Mapping[str, Attribute]
    links: Mapping[str, Link]
    inverses: Mapping[str, Link]
    composites: tuple[tuple[str, ...], ...]
    parent: Link | None

    @cached_property
    def field(self) -> str:
        """The GraphQL field that looks one up: `materialLot`."""
        return self.name[0].lower() + self.name[1:]

    @cached_property
    def composite_parts(self) -> frozenset[str]:
        """Schemes that identify only together with others."""
        return frozenset(part for composite in self.composites for part in composite)


@dataclass(frozen=True)
class Model:
    """Every kind, by name, with what follows from all of them together."""

    kinds: Mapping[str, Kind]

    @cached_property
    def by_topic(self) -> Mapping[str, Kind]:
        """Kinds by their name in topics (`material-lot`)."""
        return {kind.topic: kind for kind in self.kinds.values()}

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return tuple(link for kind in self.kinds.values() for link in kind.links.values())

    @cached_property
    def relationships(self) -> Mapping[str, tuple[Link, ...]]:
        """Links by relationship type: one type may join several pairs of kinds."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            found.setdefault(link.relationship, []).append(link)
        return {name: tuple(links) for name, links in sorted(found.items())}

    def link_between(self, source: str, relationship: str, target: str) -> Link:
        """The link that a relationship type is between two kinds; there is one at most."""
        return next(link for link in self.relationships[relationship] if (link.source, link.target) == (source, target))

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.kinds.values())

    def kind(self, name: str) -> Kind:
        """The kind of that name; `ModelError` names the known ones."""
        try:
            return self.kinds[name]
        except KeyError:
            raise ModelError(f"there is no kind {name!r}; the model has {', '.join(sorted(self.kinds))}") from None


def build(classes: Iterable[type[Entity]]) -> Model:
    """Derives the model from declarations; `ModelError` where they contradict each other."""
    declared = {cls.__name__: cls for cls in classes}
    stated = {name: _links(cls) for name, cls in declared.items()}
    inverses: dict[str, dict[str, Link]] = {name: {} for name in declared}
    pairs: set[tuple[str, str, str]] = set()
    for link in (link for links in stated.values() for link in links.values()):
        _check_link(link, inverses, pairs)
        inverses[link.target][link.inverse] = link
    model = Model({name: _kind(cls, stated[name], inverses[name]) for name, cls in declared.items()})
    _check_roots(model)
    _check_relationships(model)
    return model


def _check_roots(model: Model) -> None:
    """Each kind has a look-up, a list and figures in GraphQL; all their names must differ from each other."""
    taken: dict[str, str] = {}
    for kind in model:
        for name in (kind.field, kind.plural, f"{kind.plural}Aggregate"):
            if name in taken or not _NAME.fullmatch(name):
                other = f", which {taken[name]} has" if name in taken else ""
                raise ModelError(
                    f"{kind.name} can't be found under {name!r}{other}; give it another plural, in camelCase"
                )
            taken[name] = kind.name


def _check_relationships(model: Model) -> None:
    """A relationship type is one table of edges, so an attribute of one name has one type on all links of the type."""
    for relationship, links in model.relationships.items():
        if not _RELATIONSHIP.fullmatch(relationship):
            raise ModelError(f"relationship type {relationship!r} is not in capitals, as DEFINED_BY is")
        first: dict[str, tuple[Link, Attribute]] = {}
        for link in links:
            for attribute in link.attributes:
                where = f"{link.source}.{link.name}, attribute {attribute.name!r}"
                if attribute.name in EDGE_RESERVED or not _NAME.fullmatch(attribute.name):
                    raise ModelError(f"{where}: every edge has that name already, or it is not camelCase")
                other, known = first.setdefault(attribute.name, (link, attribute))
                if known.data_type is not attribute.data_type:
                    raise ModelError(
                        f"{where} is {attribute.data_type.value}, but {known.data_type.value} on "
                        f"{other.source}.{other.name}; both are {relationship}, so give them one type or two names"
                    )


def _check_link(link: Link, inverses: dict[str, dict[str, Link]], pairs: set[tuple[str, str, str]]) -> None:
    where = f"{link.source}.{link.name}"
    if link.target not in inverses:
        raise ModelError(f"{where} refers to the kind {link.target!r}, which is not declared")
    if link.inverse in inverses[link.target]:
        other = inverses[link.target][link.inverse]
        raise ModelError(f"{where} and {other.source}.{other.name} both call their inverse {link.inverse!r}")
    pair = (link.source, link.relationship, link.target)
    if pair in pairs:
        raise ModelError(f"{where}: {' '.join(pair)} is declared twice; give one of them its own relationship type")
    pairs.add(pair)


def _kind(cls: type[Entity], links: dict[str, Link], inverses: dict[str, Link]) -> Kind:
    info = cls.kind
    attributes = {
        a.name: a
        for name, f in cls.model_fields.items()
        if not _link_info(f) and (a := _attribute(name, f)) is not None
    }
    names = [*attributes, *links, *inverses]
    for name in names:
        if names.count(name) > 1 or name in RESERVED or not _NAME.fullmatch(name):
            raise ModelError(
                f"{cls.__name__}.{name} is taken or not camelCase: each attribute, link and inverse has its own name"
            )
    parent = links.get(to_camel(info.parent)) if info.parent else None
    if info.parent and (parent is None or parent.many):
        raise ModelError(f"{cls.__name__}: parent {info.parent!r} is not a link to one")
    return Kind(
        name=cls.__name__,
        topic=re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower(),
        domain=info.domain,
        plural=info.plural,
        description=" ".join((cls.__doc__ or "").split()),
        source=info.source,
        payload=cls,
        attributes=attributes,
        links=links,
        inverses=dict(sorted(inverses.items())),
        composites=tuple(tuple(sorted(c)) for c in info.composites),
        parent=parent,
    )


def _link_info(field: FieldInfo) -> LinkInfo | None:
    return next((m for m in field.metadata if isinstance(m, LinkInfo)), None)


def _links(cls: type[Entity]) -> dict[str, Link]:
    links = {}
    for name, field in cls.model_fields.items():
        if (info := _link_info(field)) is None:
            continue
        many, reference = _reference(cls, name, field.annotation)
        links[to_camel(name)] = Link(
            name=to_camel(name),
            field=name,
            source=cls.__name__,
            relationship=info.relationship,
            target=info.target,
            many=many,
            description=field.description or "",
            inverse=info.inverse,
            inverse_many=info.inverse_many,
            inverse_description=info.inverse_description,
            attributes=_link_attributes(reference),
            flow=info.flow,
        )
    return links


def _reference(cls: type[Entity], name: str, annotation: Any) -> tuple[bool, type[RefObject]]:
    """Whether a link is to many, and the class of its reference objects."""
    parts = list(_leaves(annotation))
    many = any(get_origin(part) is list for part in _members(annotation))
    found = [part for part in parts if isinstance(part, type) and issubclass(part, RefObject)]
    if len(found) != 1:
        raise ModelError(f"{cls.__name__}.{name} is a link: type it Ref, `Identifier | …RefObject`, or a list of these")
    return many, found[0]


def _link_attributes(reference: type[RefObject]) -> tuple[Attribute, ...]:
    own = ((name, field) for name, field in reference.model_fields.items() if name != "id")
    return tuple(a for name, field in own if (a := _attribute(name, field)) is not None)


def _members(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, UnionType):
        for arg in get_args(annotation):
            yield from _members(arg)
    elif hasattr(annotation, "__metadata__"):
        yield from _members(get_args(annotation)[0])
    elif annotation is not NoneType:
        yield annotation


def _leaves(annotation: Any) -> Iterator[Any]:
    for part in _members(annotation):
        if get_origin(part) is list:
            yield from _leaves(get_args(part)[0])
        else:
            yield part


_SCALARS: dict[Any, AttributeType] = {
    str: AttributeType.STRING,
    int: AttributeType.INTEGER,
    float: AttributeType.FLOAT,
    bool: AttributeType.BOOLEAN,
    AwareDatetime: AttributeType.INSTANT,
    date: AttributeType.DATE,
    Quantity: AttributeType.QUANTITY,
}


def _attribute(field: str, info: FieldInfo) -> Attribute | None:
    name = info.alias or to_camel(field)
    if name in ENVELOPE:
        return None
    description = info.description or ""
    (member,) = _members(info.annotation)
    if get_origin(member) is list:
        (leaf,) = _leaves(member)
        if isinstance(leaf, type) and issubclass(leaf, BaseModel) and issubclass(leaf, Parameter):
            return Attribute(name, field, AttributeType.PARAMETERS, description)
        if leaf is str:
            return Attribute(name, field, AttributeType.STRINGS, description)
    elif isinstance(member, type) and issubclass(member, Term):
        return Attribute(name, field, AttributeType.ENUM, description, member)
    elif member in _SCALARS:
        sought = any(isinstance(mark, Sought) for mark in info.metadata)
        return Attribute(name, field, _SCALARS[member], description, sought=sought)
    raise ModelError(f"attribute {name!r} has the type {info.annotation}, which the model does not know")
