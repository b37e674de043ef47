"""The errors of the GraphQL API. Their messages reach the client; every other error is masked (`hub.api.masking`).

HubError
└── RequestError        what the client asked for can't be done as asked; the message says why and what to ask instead
"""

from __future__ import annotations

from typing import Any, ClassVar

from hub.errors import HubError


class RequestError(HubError):
    """What the client asked for can't be done as asked."""

    extensions: ClassVar[dict[str, Any]] = {"code": "BAD_REQUEST"}
    """What a GraphQL error says beside its message."""
