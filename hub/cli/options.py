"""Gives a command a flag for each setting, so that a setting is declared once, in `hub.settings`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.settings import Settings
from hub.settings.load import load

STRUCTURED = frozenset({"systems", "authority", "limits"})
"""Settings that a flag can't hold; they are set in the file."""

FLAGS = tuple(name for name in Settings.model_fields if name not in STRUCTURED)

Config = Annotated[
    Path | None,
    typer.Option("--config", help="The settings file; unshub.yaml is read where it is there.", metavar="FILE"),
]


def with_settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Makes a command of a function whose first parameter is the settings; its flags are these settings, or all."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        flags = names or FLAGS

        def run(*, config: Path | None, **given: Any) -> None:
            settings = load({name: given.pop(name) for name in flags}, config)
            command(settings, **given)

        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        parameters = [*(_keyword(p) for p in own), *_flags(flags)]
        run.__doc__ = command.__doc__
        run.__name__ = command.__name__
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        return run

    return decorate


def flag(name: str) -> str:
    """A setting's flag: `--log-level`."""
    return "--" + name.replace("_", "-")


def _flags(names: tuple[str, ...]) -> Iterator[inspect.Parameter]:
    yield inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Config)
    for name in names:
        field = Settings.model_fields[name]
        option = typer.Option(
            flag(name),
            help=field.description,
            metavar=name.split("_")[-1].upper(),
            rich_help_panel="Settings",
            show_default=False if field.default is None or field.default_factory else str(field.default),
        )
        yield inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, option]
        )


def _keyword(parameter: inspect.Parameter) -> inspect.Parameter:
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
