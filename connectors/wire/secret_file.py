"""A password from a file of its own.

A container gets its secrets as files. A password in a variable or a flag is seen by everyone who lists processes.
"""

from __future__ import annotations

from pathlib import Path

MAX_BYTES = 4096


def read(file: Path) -> str:
    """The password in a file, without its last line break; `ValueError` says what is wrong, never what it holds."""
    try:
        with file.open("rb") as opened:
            held = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror}; let this user read it, or name another file") from None
    try:
        password = held.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8; write the password alone into it") from None
    if not password:
        raise ValueError("is empty; write the password into it")
    if len(held) > MAX_BYTES or not password.isprintable():
        raise ValueError("holds more than a password; write the password alone into it, in one line")
    return password
