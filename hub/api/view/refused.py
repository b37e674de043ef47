"""What came over HTTP is no request that can be answered: the status that says why, and the words."""

from __future__ import annotations

from collections.abc import Mapping

from hub.errors import HubError


class Refused(HubError):
    """What came is no request that can be answered; `status` and `headers` are those of the response."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
