"""What settings mean together and with the files that they name: passwords put into their URLs, TLS files tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from connectors.wire import secret_file
from connectors.wire.address import Url
from connectors.wire.errors import TlsError
from connectors.wire.tls import Tls
from hub.settings import Settings

_TLS = ("broker_ca_file", "broker_certificate_file", "broker_key_file", "broker_key_password_file")


class Wrong(NamedTuple):
    """What is wrong with a setting, and what to do."""

    name: str
    message: str
    fix: str


def with_files(settings: Settings) -> tuple[Settings, list[Wrong]]:
    """The settings with every password that a file holds in its URL, and what is wrong with the other files."""
    found: dict[str, Url] = {}
    wrong = [*_tls(settings), *_pages(settings), *_trust(settings)]
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
                found[part] = replace(place, password=secret_file.read(file))
            except ValueError as error:
                message, _, fix = str(error).partition("; ")
                wrong.append(Wrong(name, f"{str(file)!r} {message}", fix))
    return settings.model_copy(update=found) if found else settings, wrong


def _pages(settings: Settings) -> Iterator[Wrong]:
    default, most = settings.default_page, settings.max_page
    if default > most:
        name = "default_page" if "default_page" in settings.model_fields_set else "max_page"
        message = f"a list gives {default} things unasked (`defaultPage`), and {most} at most (`maxPage`)"
        yield Wrong(name, message, f"set `maxPage` to {default} or more, or `defaultPage` to {most} or less")


def _trust(settings: Settings) -> Iterator[Wrong]:
    if settings.trusted_documents and settings.documents is None:
        message = "no documents are named, so nothing would be answered"
        yield Wrong("trusted_documents", message, "name them in `documents`, a folder or a JSON file")


def broker_tls(settings: Settings) -> Tls:
    """Whom the hub trusts at an `mqtts://` broker, and how it shows who it is."""
    return Tls(
        settings.broker_ca_file,
        settings.broker_certificate_file,
        settings.broker_key_file,
        settings.broker_key_password_file,
    )


def _files(settings: Settings) -> Iterator[tuple[str, str | Url, Path]]:
    """Each part whose password a file holds, where the part is, and the file."""
    for part, place, file in (
        ("broker", settings.broker, settings.broker_password_file),
        ("journal", settings.journal, settings.journal_password_file),
        ("graph", settings.graph, settings.graph_password_file),
    ):
        if file is not None:
            yield part, place, file


def _tls(settings: Settings) -> Iterator[Wrong]:
    """What is wrong with the files for TLS. Those that would have no effect are faults: they were meant to secure."""
    given = [name for name in _TLS if getattr(settings, name) is not None]
    if given and not (isinstance(settings.broker, Url) and settings.broker.scheme == "mqtts"):
        for name in given:
            yield Wrong(
                name, "`broker` is no mqtts:// URL", "write one, mqtts://broker.example:8883, or leave this out"
            )
        return
    if settings.broker_certificate_file is None:
        for name in given[1:] if settings.broker_ca_file else given:
            yield Wrong(name, "a key is of no use without its certificate", "name that in `brokerCertificateFile`")
    try:
        broker_tls(settings).context()
    except TlsError as error:
        yield Wrong(error.setting, error.message, error.fix)
