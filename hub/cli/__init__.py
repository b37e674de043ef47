"""The command `unshub`: a file for each command, and here what they share.

Exit codes: 0 done, 1 not done or faults found, 2 wrongly called, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated

import typer

from connectors.errors import ConnectorError
from connectors.wire.errors import WireError
from graph.errors import GraphError
from hub.cli.connectors import commands as connectors
from hub.cli.dead_letters import commands as dead_letters
from hub.cli.demo import demo
from hub.cli.doctor import doctor
from hub.cli.export import export
from hub.cli.files import explain
from hub.cli.lint import lint
from hub.cli.migrate import migrate
from hub.cli.output import err, show_faults
from hub.cli.publish import publish
from hub.cli.rebuild import rebuild
from hub.cli.up import up
from hub.errors import HubError, SettingsError
from hub.start import INTERRUPTED
from schema.errors import SchemaError


@dataclass
class Reporting:
    """How errors are told."""

    debug: bool = False


def app(reporting: Reporting | None = None) -> typer.Typer:
    """The command line with every command."""
    told = reporting or Reporting()
    cli = typer.Typer(
        name="unshub", no_args_is_help=True, pretty_exceptions_enable=False, context_settings={"max_content_width": 110}
    )

    @cli.callback()
    def unshub(
        debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
        _version: Annotated[
            bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
        ] = False,
    ) -> None:
        """One MQTT namespace, one knowledge graph and one GraphQL API over the systems of a plant."""
        told.debug = debug

    cli.command("up")(up)
    cli.command("demo")(demo)
    cli.command("publish")(publish)
    cli.command("lint")(lint)
    cli.command("export")(export)
    cli.command("rebuild")(rebuild)
    cli.command("migrate")(migrate)
    cli.add_typer(dead_letters(), name="dead-letters")
    cli.add_typer(connectors(), name="connectors")
    cli.command("doctor")(doctor)
    return cli


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command and ends the process with its exit code. An error is one line: what, the value, the remedy."""
    reporting = Reporting()
    try:
        app(reporting)(list(arguments) if arguments is not None else None)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SettingsError as error:
        show_faults(error.faults)
    except (HubError, WireError, GraphError, ConnectorError, SchemaError, OSError) as error:
        _told(error, reporting)
    except Exception as error:
        _told(error, reporting, unexpected=True)
    sys.exit(1)


def _told(error: Exception, reporting: Reporting, *, unexpected: bool = False) -> None:
    if reporting.debug:
        err().print_exception()
        return
    told = explain(error) if isinstance(error, OSError) else str(error)
    text = f"{type(error).__name__}: {told}" if unexpected else told
    hint = "; this should not happen: run `unshub --debug …` again and report what it shows" if unexpected else ""
    err().print(f"unshub: {text}{hint}", style="red", markup=False, highlight=False, soft_wrap=True)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"unshub {version('unshub')}")
        raise typer.Exit
