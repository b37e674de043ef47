"""`unshub connectors`: other systems that are read, looked at and run from here.

A hub runs its connectors by itself. What is done here goes through the same state, so that a run here and the hub's go
on from each other; one process at a time runs a connector.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml

from hub.cli.dead_letters import Machine
from hub.cli.options import with_settings
from hub.cli.output import err, out, show_json
from hub.cli.profiles import draft, profiles, show
from hub.cli.publish import BROKER_FLAGS
from hub.errors import HubError
from hub.settings import Settings

if TYPE_CHECKING:
    from connectors.kind import Offer
    from connectors.load import Connector
    from connectors.records import Record
    from connectors.state import State
    from connectors.stream import Outcome

Name = Annotated[str, typer.Argument(help="The connector: its file's name without `.yaml`.")]
Stream = Annotated[str | None, typer.Option(help="Only this stream.", metavar="NAME")]

PLACES = ("connectors", "data", "journal", "journal_password_file")
with_connectors = with_settings(*PLACES)
with_broker = with_settings(*PLACES, *BROKER_FLAGS, "topic_prefix", "max_payload", "future_tolerance")


def commands() -> typer.Typer:
    """The commands below `connectors`."""
    group = typer.Typer(no_args_is_help=True, help="Look at other systems, and bring in what they know.")
    group.command("profiles")(with_connectors(profiles))
    group.command("draft")(with_connectors(draft))
    group.command("show")(with_connectors(show))
    group.command("list")(with_connectors(list_connectors))
    group.command("check")(with_connectors(check))
    group.command("discover")(with_connectors(discover))
    group.command("preview")(with_settings("connectors", "data", "http")(preview))
    group.command("run")(with_broker(run))
    group.command("letters")(with_connectors(letters))
    group.command("pause")(with_connectors(pause))
    group.command("resume")(with_connectors(resume))
    group.command("reset")(with_connectors(reset))
    return group


def list_connectors(settings: Settings, json: Machine = False) -> None:
    """List the connectors: what each does now, how the last run of each stream went, and when the next one is."""
    from connectors.status import look
    from hub.cli.connector_list import lines
    from hub.connect.files import all_of
    from hub.connect.told import as_json

    found = all_of(settings)
    with closing(_state(settings)) as state:
        for status in look(found, state):
            if json:
                show_json(as_json(status))
                continue
            for line in lines(status):
                out().print(line.text, markup=False, style=line.style)
    if not found and not json:
        out().print(_none(settings), markup=False)


def check(settings: Settings, name: Name, json: Machine = False) -> None:
    """See whether a source can be read as configured; no data is read. The exit code is 1 where not."""
    connector = _one(settings, name)
    fields = {stream: mapping.fields for stream, mapping in connector.mappings.items()}
    wrong = False
    with closing(connector.open()) as source:
        for look in source.check(fields):
            wrong |= bool(look.remedy)
            if json:
                show_json({"what": look.what, "detail": look.detail, "remedy": look.remedy})
            else:
                remedy = f"; {look.remedy}" if look.remedy else ""
                out().print(f"{look.what}: {look.detail}{remedy}", markup=False, style="yellow" if look.remedy else "")
    raise typer.Exit(1 if wrong else 0)


def discover(settings: Settings, name: Name, json: Machine = False) -> None:
    """Show what a source offers, with a draft of a stream for each, to be written into the connector's file."""
    with closing(_one(settings, name).open()) as source:
        for offer in source.discover():
            if json:
                show_json({"name": offer.name, "fields": dict(offer.fields), "draft": dict(offer.draft)})
                continue
            fields = ", ".join(f"{field} {kind}" for field, kind in offer.fields.items())
            out().print(f"# {offer.name}: {fields}", markup=False, style="dim")
            out().print("# give `kind`, and in `set` the names that docs/reference/model.md has for it", style="dim")
            draft = {_stream_name(offer.name): {**offer.draft, "map": [_assertion(offer)]}}
            out().print(yaml.safe_dump(draft, sort_keys=False, allow_unicode=True).rstrip(), markup=False)


def preview(
    settings: Settings,
    name: Name,
    stream: Stream = None,
    limit: Annotated[int, typer.Option(help="How many records of each stream at most.", min=1)] = 5,
    raw: Annotated[bool, typer.Option("--raw", help="Show each record too, as the source has it.")] = False,
    file: Annotated[
        Path | None,
        typer.Option(help="What a source that pushes would send, in place of waiting for it.", metavar="FILE"),
    ] = None,
) -> None:
    """Map records and print what they assert, one line of JSON each. Nothing is published, nothing kept.

    For a webhook it takes the hub's place at --http, and answers each request that it is to be sent again.

    The exit code is 1 where a record can't be mapped.
    """
    from connectors.held import Held, as_tested
    from hub.connect.preview import records_of
    from schema.contract import Contract
    from schema.model import MODEL

    connector = _one(settings, name)
    wrong = False
    contract = Contract(MODEL, settings.rules())
    held = {each: Held(connector, each, contract) for each in _streams(connector, stream)}
    with closing(connector.open()) as source:
        for each, record in records_of(connector, source, held, limit, file, settings.http):
            if raw:
                show_json({"stream": each, "record": record})
            found = held[each].of(record)
            for said in as_tested(found):
                show_json({"stream": each, **said})
            for trouble in found.troubles:
                wrong = True
                about = f"{_which(connector, each, record)}: {trouble}"
                err().print(connector.hidden(about), style="red", markup=False)
    raise typer.Exit(1 if wrong else 0)


def _which(connector: Connector, stream: str, record: Record) -> str:
    """A stream, and which record of it."""
    key = getattr(connector.settings.streams[stream], "key", None) or ()
    told = ", ".join(f"{name} {record[name]!r}" for name in key if name in record)
    return f"{stream}, {told}" if told else stream


def run(
    settings: Settings,
    name: Name,
    stream: Stream = None,
    withdraw_all: Annotated[
        bool, typer.Option("--withdraw-all", help="Withdraw what is gone, however much it is.")
    ] = False,
    json: Machine = False,
) -> None:
    """Run a connector once: read what has changed, and publish what it asserts.

    Where a hub runs the connector, that hub is asked to do so now.
    """
    from hub import process

    connector = _one(settings, name)
    wanted = _streams(connector, stream)
    if _asked(settings, connector, wanted, withdraw_all):
        for each in wanted:
            if json:
                show_json({"stream": each, "asked": True})
            else:
                out().print(f"{name}/{each}: the hub that runs it is asked to do so now", markup=False)
        if not json:
            out().print("`unshub connectors list` tells how it goes")
        return
    process.tune()
    outcomes = asyncio.run(_run(settings, connector, wanted, withdraw_all))
    for each, outcome in outcomes.items():
        told = {"read": outcome.read, "changed": outcome.changed, "withdrawn": outcome.withdrawn}
        if json:
            show_json({"stream": each, **told, "letters": outcome.letters})
        else:
            bad = f", {outcome.letters} that can't be mapped" if outcome.letters else ""
            words = ", ".join(f"{count} {what}" for what, count in told.items())
            out().print(f"{name}/{each}: {words}{bad}", markup=False)


def letters(settings: Settings, name: Name, json: Machine = False) -> None:
    """List the records of a connector that can't be mapped, each with every reason."""
    from hub.connect.told import time_of

    connector = _one(settings, name)
    with closing(_state(settings)) as state:
        found = state.letters(connector.name)
    for letter in found:
        if json:
            show_json(
                {"stream": letter.stream, "key": letter.key, "record": letter.record, "reasons": list(letter.troubles)}
            )
            continue
        out().print(f"{letter.stream} {letter.key}  {time_of(letter.time / 1e6)}", markup=False, style="bold")
        for trouble in letter.troubles:
            out().print(f"    {trouble}", markup=False)
    if not found and not json:
        out().print("every record could be mapped")


def pause(settings: Settings, name: Name) -> None:
    """Have a connector rest, wherever it runs; what has changed meanwhile is read when it goes on."""
    _switch(settings, name, True)


def resume(settings: Settings, name: Name) -> None:
    """Have a paused connector go on."""
    _switch(settings, name, False)


def reset(settings: Settings, name: Name, stream: Stream = None) -> None:
    """Have the next run read everything again and publish it anew. What has gone meanwhile is withdrawn then."""
    connector = _one(settings, name)
    with closing(_state(settings)) as state:
        for each in _streams(connector, stream):
            state.stream(connector.name, each).reset()
            out().print(f"{name}/{each}: begins anew at its next run", markup=False)


def _asked(settings: Settings, connector: Connector, streams: list[str], withdraw_all: bool) -> bool:
    """Whether another process runs a connector that is read; it is asked for a run then."""
    from connectors.settings import ConnectorSettings
    from connectors.state import Asked

    if not isinstance(connector.settings, ConnectorSettings):
        return False
    with closing(_state(settings)) as state:
        if not state.held(connector.name):
            return False
        state.ask(connector.name, Asked(streams, streams if withdraw_all else ()))
    return True


async def _run(settings: Settings, connector: Connector, streams: list[str], withdraw_all: bool) -> dict[str, Outcome]:
    from connectors.schedule import at_work
    from hub.cli.progress import Loading
    from hub.connect.running import around

    outcomes = {}
    with closing(_state(settings)) as state:
        async with around(settings, state) as given, at_work(connector, given) as worker:
            with Loading(err()) as loading:
                for each in streams:
                    total = await worker.count(each)
                    with loading.stream(f"{connector.name}/{each}", total) as show:
                        outcomes[each] = await worker.run(each, withdraw_all=withdraw_all, progress=show)
    return outcomes


def _one(settings: Settings, name: str) -> Connector:
    from hub.connect.files import all_of

    connectors = {connector.name: connector for connector in all_of(settings)}
    if name not in connectors:
        known = f"known are {', '.join(connectors)}" if connectors else _none(settings)
        raise HubError(f"there is no connector {name!r}; {known}")
    return connectors[name]


def _none(settings: Settings) -> str:
    """Why there are no connectors."""
    if settings.connectors is None:
        return "no connectors; `connectors` in the settings names their folder"
    return (
        f"no .yaml in {settings.connectors.resolve()}; write a connector there, or set `connectors` to another folder"
    )


def _streams(connector: Connector, stream: str | None) -> list[str]:
    known = list(connector.settings.streams)
    if stream is not None and stream not in known:
        raise HubError(f"the connector {connector.name} has no stream {stream!r}; known are {', '.join(known)}")
    return known if stream is None else [stream]


def _state(settings: Settings) -> State:
    from hub.connect.place import open_state

    return open_state(settings)


def _switch(settings: Settings, name: str, paused: bool) -> None:
    connector = _one(settings, name)
    with closing(_state(settings)) as state:
        state.pause(connector.name, paused)
    out().print(f"{name}: {'paused' if paused else 'goes on'}", markup=False)


def _assertion(offer: Offer) -> dict[str, object]:
    """The draft of what a record asserts: which kind it is, nobody but the reader knows."""
    key = offer.draft.get("key")
    apart = {offer.draft.get("changed"), *(key if isinstance(key, list) else [key])}
    fields = {field: field if field.isidentifier() else f"`{field}`" for field in offer.fields if field[:1] != "_"}
    known = [name for name in fields if name in apart and name != offer.draft.get("changed")]
    named = next(iter(known or fields), "")
    values = {name: written for name, written in fields.items() if name not in apart and name != named}
    return {"kind": "", "id": fields.get(named, ""), "set": values}


def _stream_name(name: str) -> str:
    return name.lower().replace(".", "-").replace("_", "-").replace(" ", "-").strip("-")
