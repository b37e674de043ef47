"""`unshub rebuild`: the graph anew from the journal."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.differences import tell_differences
from hub.cli.options import with_settings
from hub.cli.output import err, out, show_json
from hub.cli.progress import Stages
from hub.errors import HubError
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.upkeep.rebuild import Rebuilt


@with_settings("data", "journal", "graph", "journal_password_file", "graph_password_file")
def rebuild(
    settings: Settings,
    json: Annotated[bool, typer.Option("--json", help="The outcome as one JSON object, for machines.")] = False,
) -> None:
    """Make the graph anew from the journal, while every hub on it is stopped, and show what was different.

    A graph in a file is replaced, and kept where it differed. One on a server is compared, and only what differs is
    rewritten; where that is much, it is cleared and made anew.
    """
    from hub.upkeep.rebuild import rebuild as run

    if not settings.journal.host and not settings.journal.file.exists():
        raise HubError(f"there is no journal {settings.journal.file}; name the hub's folder with --data")
    began = time.monotonic()
    with Stages(err()) as stages:
        rebuilt = asyncio.run(run(settings, stages.show))
    seconds = time.monotonic() - began
    if json:
        show_json(_as_json(rebuilt, seconds))
    else:
        _tell(settings, rebuilt, seconds)


def _as_json(rebuilt: Rebuilt, seconds: float) -> dict[str, Any]:
    return {
        "assertions": rebuilt.assertions,
        "differences": [{"old": one.old, "new": one.new} for one in rebuilt.differences],
        "old": None if rebuilt.old is None else str(rebuilt.old),
        "rewritten": rebuilt.rewritten,
        "clearedSeconds": rebuilt.cleared,
        "seconds": round(seconds, 3),
    }


def _tell(settings: Settings, rebuilt: Rebuilt, seconds: float) -> None:
    print_ = out().print
    count = "1 assertion" if rebuilt.assertions == 1 else f"{rebuilt.assertions} assertions"
    made = f"made the graph from {count} in {seconds:.1f} s, while no hub could answer"
    print_(made, markup=False)
    if not rebuilt.differences and rebuilt.cleared is None:
        same = "was left as it is" if settings.graph.host else "is the one made now"
        print_(f"nothing differed: {settings.graph} {same}", markup=False)
        return
    if rebuilt.differences:
        print_(f"{settings.graph} differed from it, first in:", markup=False)
        tell_differences(rebuilt.differences)
    if rebuilt.old is not None:
        print_(f"it was replaced, and is kept in {rebuilt.old}", markup=False)
    elif rebuilt.rewritten:
        print_(f"all {rebuilt.rewritten} differences were rewritten there, and the two are equal now", markup=False)
    elif rebuilt.cleared is not None:
        print_(f"it was cleared and made anew there, and was not complete for {rebuilt.cleared:.1f} s", markup=False)
