"""Identifiers as text: how one thing is named by many systems.

    id:LOT-1                what a system calls the thing
    serial:4711             another identifier, by its scheme
    gtin+lot:0401234,A7     several that identify only together, in order of their schemes

`%` and `,` inside a composite's values are percent-encoded, so that two composites never look alike.
"""

from __future__ import annotations

from collections.abc import Mapping

from schema.registry import Kind

PLACEHOLDER_MARK = "~"
_ID = "id:"


def of_id(value: str) -> str:
    """The identifier that an asserted id is."""
    return _ID + value


def id_of(identifier: str) -> str | None:
    """The asserted id that an identifier is; None for one by another scheme."""
    return identifier.removeprefix(_ID) if identifier.startswith(_ID) else None


def identifiers(kind: Kind, named: Mapping[str, str]) -> frozenset[str]:
    """The identifiers that values by scheme amount to: singles, and composites of which every part is there."""
    singles = {f"{scheme}:{value}" for scheme, value in named.items() if scheme not in kind.composite_parts}
    whole = {_composite(c, named) for c in kind.composites if all(part in named for part in c)}
    return frozenset(singles | whole)


def of_reference(kind: Kind, reference: Mapping[str, str]) -> str:
    """The identifier that a reference to a thing of `kind` uses; `ValueError` where it names none, or several."""
    if "id" in reference:
        if len(reference) > 1:
            raise ValueError("names the target by id and by another identifier; give one of them")
        return of_id(reference["id"])
    found = identifiers(kind, reference)
    if len(found) != 1 or any(name not in next(iter(found)).split(":")[0].split("+") for name in reference):
        ways = ["id", "+".join(kind.composites[0])] if kind.composites else ["id"]
        raise ValueError(
            f"names {kind.name} by {sorted(reference) or 'nothing'}; name it by {', by '.join(ways)}, "
            "or by one other identifier"
        )
    return next(iter(found))


def placeholder_id(identifier: str) -> str:
    """The node id of a thing that is known only by this identifier."""
    return identifier.removeprefix(_ID) if identifier.startswith(_ID) else PLACEHOLDER_MARK + identifier


def _composite(schemes: tuple[str, ...], named: Mapping[str, str]) -> str:
    values = (named[scheme].replace("%", "%25").replace(",", "%2C") for scheme in schemes)
    return f"{'+'.join(schemes)}:{','.join(values)}"
