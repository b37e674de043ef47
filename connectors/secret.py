"""Secrets: kept in files of their own, and never shown, logged or dumped."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

HIDDEN = "***"
MAX_BYTES = 16_384
MIN_HIDDEN = 4
"""Shorter texts are not searched for: they would be found in any sentence."""
MIN_CUT = 6
CUT_BEFORE = ("…", "'", '"')


class Secret:
    """A text that shows itself as ***. `reveal` gives it to the one who needs it."""

    __slots__ = ("_text", "forms")

    def __init__(self, text: str) -> None:
        self._text = text
        self.forms = tuple(sorted({form for form in _forms(text) if len(form) >= MIN_HIDDEN}, key=len, reverse=True))
        """As sources and drivers repeat it: in URLs, in JSON, in a header. The longest first."""

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
    """A text without any of these secrets, in whatever form, as an error of a driver may have one."""
    for secret in secrets:
        for form in secret.forms:
            text = text.replace(form, HIDDEN)
        for form in secret.forms:
            text = _without_beginnings(text, form)
    return text


def _without_beginnings(text: str, form: str) -> str:
    """Where a text was cut short, a secret may have been cut too."""
    for length in range(len(form) - 1, MIN_CUT - 1, -1):
        if (beginning := form[:length]) in text:
            for end in CUT_BEFORE:
                text = text.replace(beginning + end, HIDDEN + end)
            if text.endswith(beginning):
                text = text[:-length] + HIDDEN
    return text


def _forms(text: str) -> Iterator[str]:
    yield text
    yield from (line for line in text.splitlines() if len(line) >= MIN_HIDDEN * 2)
    for quoted in (quote(text, safe=""), quote(text), quote_plus(text)):
        yield from (quoted, quoted.lower())
    yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1])
    yield from _in_base64(text.encode())


def _in_base64(secret: bytes) -> Iterator[str]:
    """The parts of base64 that hold the secret alone, wherever it begins: Basic has the user before it."""
    for before, spoilt in ((0, 0), (1, 2), (2, 3)):
        coded = b64encode(b"\0" * before + secret).decode().rstrip("=")
        whole = (before + len(secret)) // 3 * 4
        if len(part := coded[spoilt:whole]) >= MIN_HIDDEN * 2:
            yield part
