"""From a link's references, in whichever form a payload gives them, to the form that merges.

    "LOT-2"                                        {"to": {"id": "LOT-2"}}
    {"id": "LOT-2", "quantity": {…}}               {"to": {"id": "LOT-2"}, "with": {"quantity": {…}}}
    {"gtin": "0401234", "lot": "A7"}               {"to": {"gtin": "0401234", "lot": "A7"}}

A member of a reference that the link doesn't declare is an identifier's scheme.
"""

from __future__ import annotations

import re
from typing import Any

from schema import identifier
from schema.errors import Reason
from schema.json import Json
from schema.model.base import MAX_ID_BYTES, SCHEME_PATTERN, RefObject
from schema.reasons import Path, Reasons, json_path, shown
from schema.registry import Kind, Link

_SCHEME = re.compile(SCHEME_PATTERN)

Reference = str | RefObject


class LinkReader:
    """Reads the references of one link."""

    def __init__(self, link: Link, target: Kind) -> None:
        self.field = link.field
        """The member of the payload class that holds the references."""
        self._target = target
        self._own = frozenset(attribute.name for attribute in link.attributes)

    def read(
        self, value: Reference | list[Reference] | None, prefix: str, where: Path, reasons: Reasons
    ) -> list[Json] | None:
        """The references as they merge, None where they are cleared; adds a reason for each that names no target."""
        if value is None:
            return None
        if isinstance(value, list):
            return [self._one(item, prefix, (*where, i), reasons) for i, item in enumerate(value)]
        return [self._one(value, prefix, where, reasons)]

    def _one(self, value: Reference, prefix: str, where: Path, reasons: Reasons) -> Json:
        if isinstance(value, str):
            if prefix:
                check_id(prefix + value, json_path(where), reasons)
            return {"to": {"id": prefix + value}}
        said: dict[str, Any] = value.__pydantic_serializer__.to_python(
            value, mode="json", by_alias=True, exclude_none=True
        )
        to: dict[str, Json] = {name: part for name, part in said.items() if name not in self._own}
        if prefix and value.id is not None:
            to["id"] = prefix + value.id
            check_id(prefix + value.id, json_path((*where, "id")), reasons)
        if value.id is None or len(to) != 1:
            self._check(said, to, where, reasons)
        if len(to) == len(said):
            return {"to": to}
        return {"to": to, "with": {name: part for name, part in said.items() if name in self._own}}

    def _check(self, said: dict[str, Any], to: dict[str, Json], where: Path, reasons: Reasons) -> None:
        """Adds a reason where a reference names no target, or names it in two ways."""
        own = f"; the link's own members are {', '.join(sorted(self._own))}" if self._own else ""
        named = {name: str(part) for name, part in said.items() if name in to}
        for scheme in named:
            if not _SCHEME.fullmatch(scheme):
                expected = f"is no name of an identifier's scheme: a lower-case letter, then letters and digits{own}"
                reasons.add(Reason(json_path((*where, scheme)), shown(scheme), expected))
                return
        try:
            identifier.of_reference(self._target, named)
        except ValueError as fault:
            reasons.add(Reason(json_path(where), shown(named), f"the reference {fault}{own}"))


def check_id(value: str, where: str, reasons: Reasons) -> None:
    """Adds a reason where an id is too long with its system's prefix."""
    if len(value.encode()) > MAX_ID_BYTES:
        expected = f"the id is longer than {MAX_ID_BYTES} bytes with the prefix of its system; shorten the prefix"
        reasons.add(Reason(where, shown(value), expected))
