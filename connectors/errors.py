"""The errors of `connectors`.

ConnectorError
├── ExpressionError   an expression can't be read, or fails on a record
├── Unfit             a value can't be what the model has in its place
├── SourceError       the source can't be reached, or answers wrongly
├── Withheld          a run would withdraw suspiciously much
├── Occupied          another process runs the connector
└── StateError        what connectors keep can't be read or written
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of this package's errors."""


class ExpressionError(ConnectorError):
    """An expression can't be read, or fails on a record."""


class Unfit(ConnectorError):
    """A value can't be what the model has in its place; says what it is and what was expected."""


class SourceError(ConnectorError):
    """The source can't be reached, or answers wrongly. `wait` is how many seconds it asks to be left alone."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class Withheld(ConnectorError):
    """A run would withdraw suspiciously much, and has withdrawn nothing."""


class Occupied(ConnectorError):
    """Another process runs the connector."""


class StateError(ConnectorError):
    """What connectors keep can't be read or written, or is held by this process no more."""
