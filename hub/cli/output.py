"""How commands speak: tables and colours for people, JSON lines for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console

from hub.errors import Fault
from schema.errors import Reason


def out() -> Console:
    """The standard output, for people."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """The standard error, for people."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def show_json(value: Any) -> None:
    """One line of JSON on the standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def show_faults(faults: Iterable[Fault]) -> None:
    """Each fault with its place and its fix, on the standard error."""
    console = err()
    for fault in faults:
        console.print(f"[bold]{_plain(fault.place)}[/]: [red]{_plain(fault.message)}[/]\n    {_plain(fault.fix)}")


def show_reasons(reasons: Iterable[Reason]) -> None:
    """Each reason why a message is refused, on the standard error."""
    console = err()
    for reason in reasons:
        value = f" (got {reason.value})" if reason.value else ""
        console.print(f"  [bold]{_plain(reason.path)}[/]: {_plain(reason.expected + value)}")


def show_notes(notes: Iterable[str]) -> None:
    """Each thing that is accepted but may not be meant, on the standard error."""
    console = err()
    for note in notes:
        console.print(f"  {note}", style="yellow", markup=False)


def fault_json(fault: Fault) -> dict[str, Any]:
    """A fault as machines read it."""
    return asdict(fault)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
