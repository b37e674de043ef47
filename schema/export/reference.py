"""The reference page of kinds and links, from the model.

python -m schema.export.reference > docs/reference/model.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from schema.model import MODEL
from schema.registry import Attribute, AttributeType, Kind, Link, Model

COMMAND = "python -m schema.export.reference > docs/reference/model.md"

_TYPES = {
    AttributeType.STRING: "text",
    AttributeType.INTEGER: "whole number",
    AttributeType.FLOAT: "number",
    AttributeType.BOOLEAN: "true or false",
    AttributeType.INSTANT: "time",
    AttributeType.DATE: "day",
    AttributeType.QUANTITY: "quantity",
    AttributeType.STRINGS: "list of text",
    AttributeType.PARAMETERS: "list of parameters",
}

_INTRODUCTION = """\
# Kinds and links

<!-- Generated from the declarations in schema/model: {command} -->

What systems assert, and what GraphQL answers with. Every attribute and link may be left out; `null` clears it. Besides
those listed, every kind has `id`, `name`, `description`, `identifiers` and `properties`.

A *time* is RFC 3339 with an offset, a *day* ISO 8601, a *quantity* `{{"value", "unit"}}` with a UCUM or UN/ECE
Recommendation 20 unit code, a *parameter* `{{"id", "value", "unit", "description"}}`. A link is the target's id, or an
object with the link's own attributes or another identifier of the target. In the tables, `→` is a link that the kind
states and `←` the same edge seen from its target, which nobody states; `[ ]` marks that there may be many.
"""


def reference(model: Model) -> str:
    """The page as Markdown: kinds by domain, with attributes, links, inverses, sources and enums."""
    lines = _INTRODUCTION.format(command=COMMAND).splitlines()
    lines += ["", *_contents(model)]
    domain = None
    for kind in model:
        if kind.domain != domain:
            domain = kind.domain
            lines += ["", f"## {domain.capitalize()}"]
        lines += ["", *_kind(kind)]
    lines += ["", "## Relationship types", "", *_relationships(model), "", "## Enums", *_enums(model)]
    return "\n".join(lines) + "\n"


def _contents(model: Model) -> Iterator[str]:
    domains: dict[str, list[str]] = {}
    for kind in model:
        domains.setdefault(kind.domain, []).append(f"[{kind.name}](#{kind.name.lower()})")
    return _table(("Domain", "Kinds"), ((domain, ", ".join(kinds)) for domain, kinds in domains.items()))


def _kind(kind: Kind) -> Iterator[str]:
    yield f"### {kind.name}"
    yield ""
    yield kind.description
    yield ""
    yield f"Topic `{kind.topic}`, GraphQL `{kind.field}` and `{kind.plural}`. Source: {kind.source}."
    if kind.composites:
        ways = ", ".join(f"`{' + '.join(c)}`" for c in kind.composites)
        yield f"Identified by `id`, by any one other identifier, or by {ways} together."
    if kind.parent:
        yield f"Placed below another {kind.name} by `{kind.parent.name}`."
    own = [a for name, a in kind.attributes.items() if name not in ("name", "description")]
    if own:
        yield ""
        yield from _table(("Attribute", "Type", "Meaning"), ((f"`{a.name}`", _type(a), a.description) for a in own))
    if kind.links or kind.inverses:
        yield ""
        yield from _table(("Link", "Edge", "Meaning"), _edges(kind))
    carried = [(link, a) for link in kind.links.values() for a in link.attributes]
    if carried:
        yield ""
        rows = ((f"`{link.name}` `{a.name}`", _type(a), a.description) for link, a in carried)
        yield from _table(("Link attribute", "Type", "Meaning"), rows)


def _edges(kind: Kind) -> Iterator[tuple[str, str, str]]:
    for link in kind.links.values():
        yield (
            _field(link.name, link.many),
            f"→ {link.relationship}{_carried(link)} {_to(link.target)}",
            link.description,
        )
    for name, link in kind.inverses.items():
        edge = f"← {link.relationship}{_carried(link)} {_to(link.source)}"
        yield _field(name, link.inverse_many), edge, link.inverse_description


def _relationships(model: Model) -> Iterator[str]:
    rows = (
        (relationship, f"{_to(link.source)} → {_to(link.target)}", _with(link.attributes))
        for relationship, links in model.relationships.items()
        for link in links
    )
    return _table(("Type", "From and to", "Attributes"), rows)


def _enums(model: Model) -> Iterator[str]:
    links = (link.attributes for kind in model for link in kind.links.values())
    attributes = (a for group in (*(k.attributes.values() for k in model), *links) for a in group)
    enums = {a.values.__name__: a.values for a in attributes if a.values}
    for name, enum in sorted(enums.items()):
        yield from ("", f"### {name}", "", " ".join((enum.__doc__ or "").split()), "")
        yield from _table(("Value", "Meaning"), ((f"`{term}`", term.description) for term in enum))


def _type(attribute: Attribute) -> str:
    if attribute.values:
        return f"[{attribute.values.__name__}](#{attribute.values.__name__.lower()})"
    return _TYPES[attribute.data_type]


def _field(name: str, many: bool) -> str:
    return f"`{name}`{' [ ]' if many else ''}"


def _to(kind: str) -> str:
    return f"[{kind}](#{kind.lower()})"


def _carried(link: Link) -> str:
    return f" {{{_with(link.attributes)}}}" if link.attributes else ""


def _with(attributes: Sequence[Attribute]) -> str:
    return ", ".join(attribute.name for attribute in attributes)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


if __name__ == "__main__":
    print(reference(MODEL), end="")
