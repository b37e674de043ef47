"""What MQTT says of topics."""

from __future__ import annotations

from connectors.wire.errors import Unpublishable

SHARE = "$share/"
"""Begins the filter of a subscription that several clients share."""


def check_publishable(topic: str) -> None:
    """`Unpublishable` where no broker would take a message on this topic."""
    if not topic or len(topic.encode(errors="replace")) > 65535 or any(c in topic for c in "+#\0"):
        shown = repr(topic if len(topic) <= 80 else topic[:77] + "…")
        raise Unpublishable(f"can't publish on {shown}: a topic has 1 to 65535 bytes, and none of + # and NUL")
