"""Passwords from files, put into the URLs that they belong to.

A container gets its secrets as files. A password in a variable or a flag is seen by everyone who lists processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from hub.address import Url
from hub.settings import Settings

MAX_BYTES = 4096


class Wrong(NamedTuple):
    """What is wrong with a setting, and what to do."""

    name: str
    message: str
    fix: str


def with_passwords(settings: Settings) -> tuple[Settings, list[Wrong]]:
    """The settings with every password that a file holds in its URL, and what is wrong with the others."""
    found: dict[str, Url] = {}
    wrong: list[Wrong] = []
    for part, place, file in _files(settings):
        name = f"{part}_password_file"
        if not isinstance(place, Url) or not place.host or place.user is None:
            wrong.append(
                Wrong(name, f"`{part}` names no user", "write a URL with one, scheme://user@host, or none of it")
            )
        elif place.password is not None:
            wrong.append(Wrong(name, f"`{part}` has a password of its own", "leave it out of the URL"))
        else:
            try:
                found[part] = replace(place, password=_read(file))
            except ValueError as error:
                message, _, fix = str(error).partition("; ")
                wrong.append(Wrong(name, f"{str(file)!r} {message}", fix))
    return settings.model_copy(update=found) if found else settings, wrong


def _files(settings: Settings) -> Iterator[tuple[str, str | Url, Path]]:
    """Each part whose password a file holds, where the part is, and the file."""
    for part, place, file in (
        ("broker", settings.broker, settings.broker_password_file),
        ("journal", settings.journal, settings.journal_password_file),
        ("graph", settings.graph, settings.graph_password_file),
    ):
        if file is not None:
            yield part, place, file


def _read(file: Path) -> str:
    """The password in a file; `ValueError` says what is wrong with it, never with what it holds."""
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
