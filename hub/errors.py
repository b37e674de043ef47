"""The errors of `hub`.

HubError
├── SettingsError       the settings can't be used; carries every fault
└── JournalError        the journal can't be opened, read or written
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class HubError(Exception):
    """Base of this package's errors."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a setting, and what to do about it.

    `place` is what a person must edit: `unshub.yaml:3:7`, `UNSHUB_HTTP` or `--http`. `line` and `column` count from 1,
    and are None where the place is no file.
    """

    place: str
    message: str
    fix: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}; {self.fix}"


class SettingsError(HubError):
    """The settings can't be used; `faults` has every one of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class JournalError(HubError):
    """The journal can't be opened, read or written."""
