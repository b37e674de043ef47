"""Whose word counts where systems disagree: a declared order, by kind and by attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

UNRANKED = 1_000_000

Scope = tuple[str | None, str | None]
"""A kind and a cell of it, for which an order holds; None stands for any."""


@dataclass(frozen=True)
class Authority:
    """An order of systems, the highest first.

    `orders` maps `(kind, cell)` to systems; None stands for any. The most particular entry that names the system
    decides: for its kind and cell, for its kind, for any kind. A system that none names comes after all that are named.
    """

    orders: Mapping[Scope, Sequence[str]] = field(default_factory=dict)

    def rank(self, system: str, kind: str, cell: str | None = None) -> int:
        """0 for the highest authority; `UNRANKED` for a system that no order names."""
        scope = self.scope(system, kind, cell) if self.orders else None
        return UNRANKED if scope is None else self.orders[scope].index(system)

    def scope(self, system: str, kind: str, cell: str | None = None) -> Scope | None:
        """The scope of the order that ranks a system; None where no order names it."""
        for scope in ((kind, cell), (kind, None), (None, cell), (None, None)):
            order = self.orders.get(scope)
            if order is not None and system in order:
                return scope
        return None


EQUAL = Authority()
"""No system ranks above another: the newest event time wins."""
