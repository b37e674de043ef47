"""Writes the reference pages that come from the code: `python docs/generate.py`. A test fails when one is stale."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from typer.main import get_command

from hub.api import sdl
from hub.cli import app
from hub.cli.options import STRUCTURED, flag
from hub.connect import pages
from hub.connect.files import profiles
from hub.http.metrics import METRICS, OWN, READABLE
from hub.settings import LimitSettings, Settings, SystemSettings
from schema.export.reference import reference
from schema.model import MODEL

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Made by docs/generate.py from the code; change it there. -->"


def settings() -> str:
    """Every setting with its meaning, default and example."""
    parts = [
        "# Settings",
        NOTE,
        "Each setting is a flag, a variable and a key in `unshub.yaml`. A flag goes over the variable, the "
        "variable over the file, the file over the default. The file is `unshub.yaml` in the working folder, or "
        "what `--config` or `UNSHUB_CONFIG` names. `unshub lint` reports every fault in it at once.",
        "In a URL of a file, three slashes begin a path below the working folder and four an absolute path.",
    ]
    for name, field in Settings.model_fields.items():
        parts += [f"## {to_camel(name)}", _meaning(field), "\n".join(_ways(name, field))]
    parts += ["### In `systems`, for each system", "\n".join(_members(SystemSettings))]
    parts += ["### In `limits`", "\n".join(_members(LimitSettings))]
    return "\n\n".join(parts) + "\n"


def _ways(name: str, field: FieldInfo) -> Iterator[str]:
    if name not in STRUCTURED:
        yield f"- Flag: `{flag(name)}`"
    yield f"- Variable: `UNSHUB_{name.upper()}`{' (JSON)' if name in STRUCTURED else ''}"
    if field.default is not None and field.default_factory is None and name not in STRUCTURED:
        yield f"- Default: `{_yaml(field.default)}`"
    if members := getattr(field.annotation, "__members__", None):
        yield f"- One of: {', '.join(f'`{member.value}`' for member in members.values())}"
    for example in field.examples or ():
        yield f"- Example: `{to_camel(name)}: {_yaml(example)}`"


def _members(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        examples = ", ".join(f"`{to_camel(name)}: {_yaml(example)}`" for example in field.examples or ())
        default = f" Default: `{int(field.default)}`." if isinstance(field.default, int) else ""
        yield f"- `{to_camel(name)}`: {_meaning(field)}{default} Example: {examples}"


def _meaning(field: FieldInfo) -> str:
    return field.description or ""


def _yaml(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list | bool) else str(value)


def cli() -> str:
    """Every command with its arguments and options."""
    root = get_command(app())
    parts = [
        "# The command `unshub`",
        NOTE,
        "Exit codes: 0 done, 1 not done or faults found, 2 wrongly called, 130 interrupted. `unshub --debug COMMAND` "
        "shows the traceback of an error. Flags that are [settings](settings.md) are listed there.",
    ]
    for path, command in _commands(root, "unshub"):
        parts += [f"## {path}", " ".join((command.help or "").split())]
        if rows := list(_parameters(command)):
            parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, child in getattr(command, "commands", {}).items():
        if hasattr(child, "commands"):
            yield from _commands(child, f"{path} {name}")
        else:
            yield f"{path} {name}", child


def _parameters(command: Any) -> Iterator[str]:
    known = []
    for parameter in command.params:
        if parameter.name in Settings.model_fields:
            known.append(f"`{flag(parameter.name)}`")
        elif parameter.param_type_name == "argument":
            yield f"- `{parameter.name.upper()}`: {parameter.help or ''}"
        elif parameter.name != "help":
            yield f"- `{', '.join(parameter.opts)}`: {parameter.help or ''}"
    if known:
        yield f"- Settings: {', '.join(known)}"


def metrics() -> str:
    """Every figure for Prometheus."""
    own = [f"| `{name}` | {kind} | {text} |" for name, kind, text in (*OWN, READABLE)]
    of_connectors = [f"| `{each.name}` | {each.type} | {each.help} |" for each in METRICS]
    head = "| figure | type | what it tells |\n|---|---|---|\n"
    parts = [
        "# Figures for Prometheus",
        NOTE,
        "`/metrics` of each hub has them in Prometheus' text form.",
        "## Of a hub",
        "Hubs that share a journal tell the same of it: take the greatest, and no sum.",
        head + "\n".join(own),
        "## Of connectors",
        "Told by each hub whose settings name the `connectors`, whichever hub runs them, so that here too the greatest "
        "is to be taken. They come from what connectors keep, and outlive a restart. Labels are `connector` and "
        "`system`, and of all but the first `stream`; runs and records are told apart by `outcome`, states by `state`.",
        head + "\n".join(of_connectors),
        "```text\n"
        "# One that has brought in nothing new for ten minutes, and is not at rest\n"
        "- alert: ConnectorLags\n"
        "  expr: max by (connector, stream) (unshub_connector_lag_seconds) > 600\n"
        '    unless on (connector) max by (connector) (unshub_connector_state{state="paused"}) == 1\n'
        "```",
    ]
    return "\n\n".join(parts) + "\n"


SHIPPED = profiles()
PROFILE_NOTE = "<!-- Made by docs/generate.py from connectors/profiles; change it there. -->"
PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "cli.md": cli,
    "metrics.md": metrics,
    "profiles.md": lambda: pages.index(SHIPPED, PROFILE_NOTE),
    **{f"profiles/{name}.md": partial(pages.page, SHIPPED, name, PROFILE_NOTE) for name in pages.systems(SHIPPED)},
}
FROM_THE_MODEL: dict[str, Callable[[], str]] = {
    "model.md": lambda: reference(MODEL),
    "schema.graphql": lambda: sdl(MODEL).rstrip() + "\n",
}
"""Held current by the tests of what makes them."""

if __name__ == "__main__":
    for page, text in (PAGES | FROM_THE_MODEL).items():
        (REFERENCE / page).write_text(text(), encoding="utf-8")
