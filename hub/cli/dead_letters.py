"""`unshub dead-letters`: what was refused, why, and trying it again.

The journal belongs to the hub while one runs, so a running hub is asked over HTTP; else the journal is opened here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.options import with_settings
from hub.cli.output import err, out, show_json, show_reasons
from hub.errors import HubError
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.cli.letters import Letter, Letters

PAGE = 500

Machine = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]

with_journal = with_settings(
    "data", "journal", "journal_password_file", "http", "topic_prefix", "max_payload", "future_tolerance"
)


def commands() -> typer.Typer:
    """The commands below `dead-letters`."""
    group = typer.Typer(no_args_is_help=True, help="List refused messages, and try them again.")
    group.command("list")(with_journal(list_letters))
    group.command("show")(with_journal(show))
    group.command("replay")(with_journal(replay))
    return group


def list_letters(
    settings: Settings,
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 100,
    after: Annotated[int, typer.Option(help="Only those with a greater number.", min=0)] = 0,
    every: Annotated[bool, typer.Option("--all", help="Also those tried again and accepted.")] = False,
    json: Machine = False,
) -> None:
    """List refused messages, the oldest first, each with every reason."""
    found = _find(settings, context).list(limit, after, every=every)
    for letter in found:
        _line(letter, json)
    if not found and not json:
        out().print("no dead letters")


def show(
    settings: Settings,
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="Its number, as `list` shows it.", min=1)],
    json: Machine = False,
) -> None:
    """Show one refused message with its whole payload."""
    letter = _one(_find(settings, context), number)
    if json:
        show_json(letter.as_json())
        return
    _line(letter, json)
    out().print(letter.payload, markup=False)


def replay(
    settings: Settings,
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(help="The numbers of those to try.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Try all that wait.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also those that were accepted before.")] = False,
) -> None:
    """Try refused messages again, once what was wrong has been set right. The exit code is 1 where one is refused."""
    if bool(numbers) == every:
        raise typer.BadParameter("give numbers, or --all", param_hint="NUMBERS")
    letters = _find(settings, context)
    wanted = numbers or _waiting(letters)
    accepted = [_replayed(letters, number, again) for number in wanted]
    if not wanted:
        out().print("no dead letters wait")
    raise typer.Exit(0 if all(accepted) else 1)


def _replayed(letters: Letters, number: int, again: bool) -> bool:
    """Whether one was accepted, which is told. Those after one that isn't there are tried all the same."""
    from hub.cli.running import HubUnreachable

    try:
        found = letters.replay(number, again=again)
    except HubUnreachable:
        raise
    except HubError as error:
        err().print(f"{number}: {error}", style="red", markup=False)
        return False
    if found:
        err().print(f"{number}: refused again", style="red")
        show_reasons(found)
        return False
    out().print(f"{number}: accepted", style="green")
    return True


def _find(settings: Settings, context: typer.Context) -> Letters:
    """Where they are, which is told. Who names the hub's address alone means no journal."""
    from hub.cli.letters import find

    given = {name for name in ("http", "data", "journal") if context.params.get(name) is not None}
    letters = find(settings, must_run=given == {"http"})
    err().print(f"dead letters {letters.place}:", style="dim", markup=False)
    return letters


def _waiting(letters: Letters) -> list[int]:
    """The numbers of all that wait, taken before the first is tried, which may be refused and counted anew."""
    numbers: list[int] = []
    while page := letters.list(PAGE, numbers[-1] if numbers else 0):
        numbers += [letter.number for letter in page]
    return numbers


def _one(letters: Letters, number: int) -> Letter:
    found = letters.list(1, number - 1, every=True)
    if not found or found[0].number != number:
        raise HubError(f"there is no dead letter {number}; `unshub dead-letters list --all` shows them")
    return found[0]


def _line(letter: Letter, machine: bool) -> None:
    if machine:
        show_json(letter.as_json())
        return
    again = f", accepted {letter.replayed}" if letter.replayed else ""
    out().print(f"{letter.number}  {letter.received}  {letter.topic}{again}", markup=False, style="bold")
    for reason in letter.reasons:
        out().print(f"    {reason}", markup=False)
