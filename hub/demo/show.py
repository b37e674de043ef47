"""What the demo tells people at the terminal."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from hub.app import Hub
from hub.demo.answers import Question, questions
from hub.demo.plant import Plant
from hub.errors import HubError

ASK_SECONDS = 30.0
THEME = "ansi_dark"
LOOK = '{ materialLot(id: "MY-LOT") { quantity { value unit } sources { system } } }'


class Show:
    """Prints what happens, and the ready questions with the running hub's answers."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def starting(self) -> None:
        """The hub is being started."""
        self._console.print("Bergquell in Lindau makes lemonade. Starting a hub for it …", style="bold")

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[int], None]]:
        """A bar for the messages that the broker has acknowledged."""
        columns = (
            TextColumn("ten systems publish their past"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as bar:
            task = bar.add_task("", total=total)
            yield lambda done: bar.update(task, completed=done)

    async def answers(self, hub: Hub, plant: Plant) -> None:
        """What the hub has now, and each question with its answer."""
        await self._summary(hub, plant)
        for number, question in enumerate(questions(), 1):
            data = await asyncio.to_thread(ask, hub.settings.http.url, question.document)
            self._question(number, question, data)

    async def _summary(self, hub: Hub, plant: Plant) -> None:
        status = await hub.journal.status()
        for system in plant.systems.values():
            self._console.print(Text.assemble("  ", (f"{system.name:12}", "cyan"), system.description))
        self._console.print(
            f"\nIn the hub: {status.accepted:,} statements about things, {status.events:,} values, states and counts; "
            f"{status.refused:,} messages refused."
        )

    def _question(self, number: int, question: Question, data: Any) -> None:
        self._console.print()
        self._console.print(Rule(f"[bold]{number}. {question.words}[/]", align="left", style="dim"))
        self._console.print(Syntax("", "graphql", theme=THEME).highlight(f"\n{question.document}\n"))
        self._console.print(question.shown(data))

    def addresses(self, hub: Hub, plant: Plant) -> None:
        """Where to ask, to look and to publish while the plant lives on."""
        settings = hub.settings
        mqtt = settings.mqtt
        topic = f"{settings.topic_prefix}/{plant.places['warehouse']}/_source/mes/material-lot/MY-LOT"
        payload = '{"definition": "SUGAR", "quantity": {"value": 25, "unit": "kg"}}'
        if which("mosquitto_pub"):
            command = f"mosquitto_pub -h {mqtt.host} -p {mqtt.port} -q 1 -t '{topic}' -m '{payload}'"
        else:
            command = f"{_program()} publish --mqtt {mqtt} '{topic}' '{payload}'"
        self._console.print()
        self._console.print(Rule("[bold]The plant lives on[/]", align="left", style="dim"))
        self._console.print(f"\n  Paste a question at   {settings.http.url}/graphql")
        self._console.print(f"  See what was refused  {settings.http.url}/api/dead-letters")
        self._console.print(f"  Publish at            mqtt://{mqtt}, with any client:")
        self._console.print(f"\n{command}\n")
        self._console.print("  and ask for it with")
        self._console.print(f"\n{LOOK}\n")
        self._console.print("  Ctrl-C ends the demo.")


def _program() -> str:
    """This program, as a shell finds it: `scripts/demo` runs it where no PATH leads."""
    here = Path(sys.argv[0])
    return "unshub" if which("unshub") or here.stem != "unshub" else shlex.quote(str(here))


def ask(base: str, document: str) -> Any:
    """The running hub's answer to a question, asked over HTTP. `HubError` where it does not answer it."""
    body = json.dumps({"query": document}).encode()
    request = Request(f"{base}/graphql", body, {"Content-Type": "application/json"})
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=ASK_SECONDS) as response:
            answer = json.load(response)
    except HTTPError as error:
        with error:
            answer = {"errors": [{"message": error.read().decode("utf-8", "replace")}]}
    if answer.get("errors"):
        raise HubError(f"the hub did not answer the question {document.splitlines()[0]!r}: {answer['errors']}")
    return answer["data"]
