"""`unshub migrate`: a hub moved into other forms, as from the embedded parts to servers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from connectors.wire.address import Url
from hub.cli.differences import tell_differences
from hub.cli.output import err, out, show_json
from hub.cli.progress import Stages
from hub.errors import HubError
from hub.settings import Settings
from hub.settings.load import load

if TYPE_CHECKING:
    from hub.upkeep.checksum import Sum
    from hub.upkeep.migrate import Compared, Migrated

PANEL = "Target, where --to is not given"


def migrate(
    source: Annotated[
        str, typer.Option("--from", help="The hub's data folder or settings file, or its journal's URL.")
    ],
    target: Annotated[
        str | None, typer.Option("--to", help="The settings file, or data folder, that the hub is to have.")
    ] = None,
    journal: Annotated[str | None, typer.Option(help="The journal's URL.", rich_help_panel=PANEL)] = None,
    graph: Annotated[str | None, typer.Option(help="The graph's URL.", rich_help_panel=PANEL)] = None,
    journal_password_file: Annotated[
        Path | None, typer.Option(help="A file with the password of the journal's user.", rich_help_panel=PANEL)
    ] = None,
    graph_password_file: Annotated[
        Path | None, typer.Option(help="A file with the password of the graph's user.", rich_help_panel=PANEL)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The outcome as one JSON object, for machines.")] = False,
) -> None:
    """Move a stopped hub to other places, from files to servers or back: all that it has accepted, and its graph.

    The source stays as it is. Cut off at any moment, the same command goes on where it was. At the end both sides are
    compared; the exit code is 1 where they differ.
    """
    from hub.upkeep.migrate import migrate as run

    flags = {
        "journal": journal,
        "graph": graph,
        "journal_password_file": journal_password_file,
        "graph_password_file": graph_password_file,
    }
    places = _source(source), _target(target, flags)
    with Stages(err()) as stages:
        migrated = asyncio.run(run(*places, stages.show, with_graph="://" not in source))
    if json:
        show_json(_as_json(migrated))
    else:
        _tell(migrated, places[1])
    raise typer.Exit(0 if migrated.equal else 1)


def _source(text: str) -> Settings:
    if "://" in text:
        return load({"journal": text})
    path = Path(text)
    if path.is_dir():
        return load(_in_folder(path))
    if not path.exists():
        raise HubError(f"there is no {text}; give the hub's data folder or its settings file with --from")
    return load(config=path)


def _target(text: str | None, flags: dict[str, Any]) -> Settings:
    given = {name: value for name, value in flags.items() if value is not None}
    if text is None:
        if missing := [f"--{name}" for name in ("journal", "graph") if name not in given]:
            raise typer.BadParameter(f"give a settings file, or {' and '.join(missing)}", param_hint="--to")
        return load(given)
    if given:
        raise typer.BadParameter("give --to, or where the parts are, not both", param_hint="--to")
    path = Path(text)
    return load(config=path) if path.is_file() else load(_in_folder(path))


def _in_folder(folder: Path) -> dict[str, Any]:
    """What a folder means, whatever the settings file or the environment name."""
    return {
        "data": folder,
        "journal": Url.of_file("sqlite", folder / "journal.db"),
        "graph": Url.of_file("ladybug", folder / "graph"),
    }


def _as_json(migrated: Migrated) -> dict[str, Any]:
    return {
        "equal": migrated.equal,
        "resumed": migrated.resumed,
        "compared": [
            {"what": part.what, "equal": part.equal, "source": _sum_json(part.source), "target": _sum_json(part.target)}
            for part in migrated.compared
        ],
    }


def _sum_json(found: Sum | None) -> dict[str, Any] | None:
    return None if found is None else {"count": found.count, "checksum": found.checksum}


def _tell(migrated: Migrated, target: Settings) -> None:
    table = Table()
    for title, side in (("", "left"), ("source", "right"), ("target", "right"), ("checksum", "left"), ("", "left")):
        table.add_column(title, justify="right" if side == "right" else "left")
    for part in migrated.compared:
        table.add_row(*_row(part))
    out().print(table)
    if migrated.equal:
        out().print(
            f"moved to {escape(str(target.journal))} and {escape(str(target.graph))}; start the hub with these, and no "
            "longer with the old ones. It publishes all golden records anew"
        )
        return
    err().print("the two sides differ; the target is not fit for use", style="red")
    tell_differences(migrated.differences)


def _row(part: Compared) -> tuple[str, ...]:
    target = f"{part.target.count:,}"
    if part.source is None:
        return part.what, "none", target, part.target.checksum, "[yellow]not compared[/]"
    if part.equal:
        return part.what, f"{part.source.count:,}", target, part.target.checksum, "[green]equal[/]"
    checksums = f"{part.source.checksum}\n{part.target.checksum}"
    return part.what, f"{part.source.count:,}", target, checksums, "[red]differs[/]"
