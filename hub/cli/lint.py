"""`unshub lint`: everything that is wrong with settings files, connectors or a sample message, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hub.api import document_check, documents
from hub.api.schema import HubSchema
from hub.api.serving import limits_of
from hub.cli.files import read_file
from hub.cli.message import inbound, judge
from hub.cli.options import Config
from hub.cli.output import err, fault_json, out, show_faults, show_json, show_notes, show_reasons
from hub.connect.files import ConnectorFile, Profiles, is_connector, profiles, profiles_in, read_for
from hub.connect.files import read_file as read_connector
from hub.connect.profiles import is_profile, looked_at
from hub.errors import Fault, HubError
from hub.settings import Settings
from hub.settings.file import DEFAULT_FILE, read
from hub.settings.load import check, load, of_file
from schema.contract import Contract
from schema.model import MODEL


def lint(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Settings files [default: unshub.yaml]; with --topic, payloads.")
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="Check the files as payloads of messages on this topic.", metavar="TOPIC")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a fault, for machines.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Also try the tests beside the mappings of connectors.")] = False,
    config: Config = None,
) -> None:
    """Report every fault of settings files at once, each with its place and its fix; or of sample messages.

    The GraphQL documents that the settings name (`documents`) are checked against the schema. So are their connectors,
    each a file that may also be named by itself, as may a profile. With the tests of connectors come those of the
    profiles that they name.

    The exit code is 1 where there is a fault.
    """
    if topic is None and not files and config is None and not DEFAULT_FILE.exists():
        raise HubError(f"there is no {DEFAULT_FILE} here; name a settings file: `unshub lint FILE`")
    if topic is None:
        found = sum(_file(file, json, test) for file in files or [config or DEFAULT_FILE])
    elif not files:
        raise typer.BadParameter("give the payload's file after the topic", param_hint="FILES")
    else:
        found = sum(_message(topic, file, config, json) for file in files)
    raise typer.Exit(1 if found else 0)


def _file(path: Path, machine: bool, test: bool) -> int:
    file = read(path)
    if is_profile(file):
        return _profile(profiles_in(path.parent), path.stem, Settings(), machine, test)
    if is_connector(file):
        return _connectors([read_connector(path)], path.parent, Settings(), machine, test)
    settings = of_file(file)
    found = _told(path, (*check(file), *(() if settings is None else _documents(settings))), machine)
    if settings is None or settings.connectors is None:
        return found
    if not settings.connectors.is_dir():
        fix = "make it, or set `connectors` to another"
        return found + _told(
            path, (file.fault(("connectors",), f"there is no folder {settings.connectors}", fix),), machine
        )
    files = list(read_for(settings.connectors, settings))
    return found + _connectors(files, settings.connectors, settings, machine, test)


def _connectors(files: Sequence[ConnectorFile], folder: Path, settings: Settings, machine: bool, test: bool) -> int:
    """What is wrong with connectors' files; with the tests also what is with the profiles that they name."""
    found = sum(_connector(each, settings, machine, test) for each in files)
    named = {each.profile for each in files if each.connector is not None and each.profile} if test else set()
    known = profiles(folder)
    whole = sorted(name for each in named for name in known.profiles.named(each))
    return found + sum(_profile(known, name, settings, machine, test) for name in whole)


def _profile(known: Profiles, name: str, settings: Settings, machine: bool, test: bool) -> int:
    looked = looked_at(known, name, Contract(MODEL, settings.rules()) if test else None)
    return _told(looked.path, looked.faults, machine, _tests(looked.tests) if test else "")


def _connector(found: ConnectorFile, settings: Settings, machine: bool, test: bool) -> int:
    """What is wrong with a connector's file, and, where it is asked for, with what its mappings make of their tests."""
    count, failures = found.tried(Contract(MODEL, settings.rules())) if test else (0, ())
    tests = _tests(count) if test else ""
    return _told(found.path, (*found.faults, *failures), machine, tests)


def _tests(count: int) -> str:
    return ", 1 test" if count == 1 else f", {count} tests"


def _told(path: Path, faults: Sequence[Fault], machine: bool, more: str = "") -> int:
    if machine:
        for fault in faults:
            show_json(fault_json(fault))
    elif faults:
        show_faults(faults)
    else:
        out().print(f"{path}: no faults{more}", markup=False)
    return len(faults)


def _documents(settings: Settings) -> tuple[Fault, ...]:
    """What is wrong with the GraphQL documents that the settings name."""
    if settings.documents is None:
        return ()
    try:
        found = documents.read(settings.documents)
    except documents.DocumentsError as error:
        return error.faults
    limits = limits_of(settings)
    return document_check.faults(found, HubSchema(MODEL, limits), limits)


def _message(topic: str, path: Path, config: Path | None, machine: bool) -> int:
    verdict = judge(load({}, config), inbound(topic, read_file(path)))
    found = verdict.reasons
    show_notes(verdict.notes)
    if machine:
        for reason in found:
            show_json({"file": str(path), "topic": topic, **reason.as_json()})
    elif found:
        err().print(f"{path}: the hub would refuse this message", style="red", markup=False)
        show_reasons(found)
    else:
        out().print(f"{path}: the hub would accept this message", markup=False)
    return len(found)
