"""The errors of `schema`.

SchemaError
├── ModelError        a declaration contradicts itself; a programmer's fault, raised at import
├── TopicError        a topic does not follow the grammar
├── UnitError         a unit is unknown, or two can't be compared; also a ValueError
└── Refused           a message can't be accepted; carries every reason
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class SchemaError(Exception):
    """Base of this package's errors."""


class ModelError(SchemaError):
    """A kind's declaration contradicts itself or another's."""


class TopicError(SchemaError):
    """A topic does not follow the grammar in `schema.topic`."""


class UnitError(SchemaError, ValueError):
    """A unit of measure is unknown, or two of them can't be compared. Validators see the `ValueError`."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong with a message.

    `path` is a JSON path (`$.quantity.unit`), `topic` or `user property eventTime`; `value` what stands there, cut
    to 200 characters; `expected` what should stand there, as a sentence that a person can act on.
    """

    path: str
    value: str
    expected: str

    def as_json(self) -> dict[str, Any]:
        return {"path": self.path, "value": self.value, "expected": self.expected}

    def __str__(self) -> str:
        return f"{self.path}: {self.expected} (got {self.value})" if self.value else f"{self.path}: {self.expected}"


def innermost(error: Exception) -> Exception:
    """What went wrong in task groups, whose own words tell nothing."""
    return innermost(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


class Refused(SchemaError):
    """A message can't be accepted. Nothing of it is applied; every reason is given."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = reasons
