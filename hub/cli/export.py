"""`unshub export`: what other tools need to know of the hub, as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.files import write_file
from hub.cli.options import with_settings
from hub.cli.output import err
from hub.settings import Settings
from schema.model import MODEL


class Form(StrEnum):
    """What can be exported."""

    GRAPHQL = "graphql"
    JSONSCHEMA = "jsonschema"
    ASYNCAPI = "asyncapi"


@with_settings("topic_prefix")
def export(
    settings: Settings,
    form: Annotated[Form, typer.Argument(help="The GraphQL schema, JSON Schema of payloads, or AsyncAPI of topics.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to a file instead of the standard output.")
    ] = None,
) -> None:
    """Write the GraphQL schema (SDL), the payloads' JSON Schema or the topics' AsyncAPI document."""
    text = _FORMS[form](settings)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_file(output, text)
        err().print(f"wrote {output}", markup=False)


def _graphql(_settings: Settings) -> str:
    from hub.api import sdl

    return sdl(MODEL).rstrip() + "\n"


def _jsonschema(_settings: Settings) -> str:
    from schema.export.jsonschema import schemas

    return _json(schemas(MODEL))


def _asyncapi(settings: Settings) -> str:
    from hub.examples import published
    from schema.export.asyncapi import document

    prefix = settings.topic_prefix
    return _json(document(MODEL, prefix, published(MODEL, prefix)))


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


_FORMS: dict[Form, Callable[[Settings], str]] = {
    Form.GRAPHQL: _graphql,
    Form.JSONSCHEMA: _jsonschema,
    Form.ASYNCAPI: _asyncapi,
}
