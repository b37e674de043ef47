"""`unshub demo`: a hub with a plant in it, to look at."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from connectors.wire.address import SocketFile, Url
from hub import process
from hub.cli import logs
from hub.cli.options import with_settings
from hub.cli.output import out
from hub.errors import HubError
from hub.settings import LogLevel, Settings

TAKEN_OVER = ("http", "mqtt", "broker", "log_format")
"""The settings that the demo shares with a real hub. It never touches that hub's data, graph or broker."""


@with_settings(*TAKEN_OVER, "log_level")
def demo(
    settings: Settings,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Where to keep what the demo's hub holds; else it is removed at the end."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End when the questions are answered.")] = False,
    speed: Annotated[float, typer.Option(help="How many seconds of the plant pass in one.", min=0.1, max=600)] = 1.0,
    seed: Annotated[int, typer.Option(help="Another number gives another disorder of messages.")] = 1,
    fixed: Annotated[bool, typer.Option("--fixed", help="Keep the dates of the plant's file, in March 2026.")] = False,
) -> None:
    """Run a hub with a lemonade plant whose ten systems publish to it; three questions with answers are printed."""
    from hub.demo.run import Options, run
    from hub.demo.show import Show

    if isinstance(settings.broker, Url):
        raise HubError(
            f"the demo would fill {settings.broker} with an invented plant; "
            "let it run a broker of its own: `--broker auto`"
        )
    if isinstance(settings.http, SocketFile):
        raise HubError(f"no browser opens {settings.http}; let the demo listen on a port: `--http 127.0.0.1:8080`")
    level = settings.log_level if "log_level" in settings.model_fields_set else LogLevel.WARNING
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unshub-demo-")))
        own = Settings(data=folder, log_level=level, **{name: getattr(settings, name) for name in TAKEN_OVER})
        logs.set_up(own)
        process.run(run(own, Options(once, speed, seed, fixed), Show(out())))
