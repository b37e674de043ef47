"""Secrets: kept in files of their own, and never shown, logged or dumped."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

HIDDEN = "***"
MAX_BYTES = 16_384
MIN_HIDDEN = 4
"""Shorter texts are not searched for: they would be found in any sentence."""


class Secret:
    """A text that shows itself as ***. `reveal` gives it to the one who needs it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


def read(file: Path) -> Secret:
    """The secret in a file, without its last line break; `ValueError` says what is wrong, never what it holds."""
    try:
        held = file.expanduser().read_bytes()
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror}; let this user read it, or name another file") from None
    if len(held) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES} bytes; write the secret alone into it")
    try:
        text = held.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8; write the secret alone into it") from None
    if not text:
        raise ValueError("is empty; write the secret into it")
    return Secret(text)


def hide(text: str, secrets: Iterable[Secret]) -> str:
    """A text without any of these secrets, as an error of a driver may have one."""
    for secret in secrets:
        if len(secret.reveal()) >= MIN_HIDDEN:
            text = text.replace(secret.reveal(), HIDDEN)
    return text
