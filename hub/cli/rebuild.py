"""`unshub rebuild`: the graph anew from the journal."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from hub.cli.options import with_settings
from hub.cli.output import err, out, show_json
from hub.errors import HubError
from hub.settings import Settings

COLUMNS = (TextColumn("assertions"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())


@with_settings("data", "journal", "graph")
def rebuild(
    settings: Settings,
    json: Annotated[bool, typer.Option("--json", help="The outcome as one JSON object, for machines.")] = False,
) -> None:
    """Make the graph anew from the journal, while the hub is stopped.

    The result equals the graph that it replaces. Where it does not, the differences are shown and the old graph is
    kept.
    """
    from hub.rebuild import rebuild as run

    if not settings.journal.file.exists():
        raise HubError(f"there is no journal {settings.journal.file}; name the hub's folder with --data")
    with Progress(*COLUMNS, console=err()) as progress:
        task = progress.add_task("", total=None)
        rebuilt = asyncio.run(run(settings, lambda done, total: progress.update(task, completed=done, total=total)))
    changed = [{"old": difference.old, "new": difference.new} for difference in rebuilt.differences]
    if json:
        kept = None if rebuilt.old is None else str(rebuilt.old)
        show_json({"assertions": rebuilt.assertions, "differences": changed, "old": kept})
        return
    out().print(f"rebuilt {settings.graph} from {rebuilt.assertions} assertions", markup=False)
    if rebuilt.old is not None:
        _tell(changed)
        out().print(f"the graph that it replaces is kept in {rebuilt.old}", markup=False)


def _tell(changed: list[dict[str, Any]]) -> None:
    out().print(f"it differs from the graph that it replaces, first in {len(changed)} places:")
    for difference in changed:
        out().print(f"  - {difference['old']}\n  + {difference['new']}", markup=False)
