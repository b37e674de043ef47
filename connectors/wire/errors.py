"""The errors of `wire`.

WireError
├── BrokerError         the broker can't be started or reached
├── TlsError            a file that TLS needs will not do
└── PublishError        a message could not be handed to the broker
    └── Unpublishable   the broker will never take it
"""

from __future__ import annotations


class WireError(Exception):
    """Base of this package's errors."""


class BrokerError(WireError):
    """The broker can't be started or reached."""


class TlsError(WireError):
    """A file that TLS needs will not do. `setting` is the field that names the file; `fix` is what to do."""

    def __init__(self, setting: str, message: str, fix: str) -> None:
        super().__init__(f"{message}; {fix}")
        self.setting = setting
        self.message = message
        self.fix = fix


class PublishError(WireError):
    """A message could not be handed to the broker."""


class Unpublishable(PublishError):
    """The broker will never take the message as it is: it is too large, or its topic is none."""
