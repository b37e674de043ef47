"""The errors of `hub`.

HubError
├── SettingsError       the settings can't be used; carries every fault
├── JournalError        the journal can't be opened, read or written
├── BrokerError         the broker can't be started or reached
└── PublishError        a message could not be handed to the broker
"""

from __future__ import annotations


class HubError(Exception):
    """Base of this package's errors."""


class SettingsError(HubError):
    """The settings can't be used."""


class JournalError(HubError):
    """The journal can't be opened, read or written."""


class BrokerError(HubError):
    """The broker can't be started or reached."""


class PublishError(HubError):
    """A message could not be handed to the broker."""
