"""What a folder offers: its files by their endings, and the draft of a stream for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from defusedxml.ElementTree import iterparse

from connectors.kinds.file.folder import Entry, Folder
from connectors.kinds.file.opened import Broken, lines, opened

FORMATS = {".csv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".json": "json", ".xml": "xml", ".xlsx": "excel"}
DELIMITERS = ",;\t|"
MOST_BYTES = 100_000_000
SOME = 5000


def drafts(folder: Folder) -> Iterator[tuple[Entry, dict[str, Any]]]:
    """The newest file of each ending, and how a stream of such files is written."""
    newest: dict[str, Entry] = {}
    for entry in sorted(folder.listed(), key=lambda each: (each.modified, each.name)):
        packed = ".gz" if entry.name.endswith(".gz") else ""
        ending = Path(entry.name.removesuffix(packed)).suffix.lower()
        if ending in FORMATS:
            newest[ending + packed] = entry
    for ending, entry in sorted(newest.items()):
        form = FORMATS[ending.removesuffix(".gz")]
        with folder.here(entry) as path:
            if path is not None:
                yield entry, {"files": f"*{ending}", "format": form, **_guessed(form, path, entry.name)}


def _guessed(form: str, path: Path, name: str) -> dict[str, Any]:
    guess = {"csv": _delimiter, "json": _list, "xml": _element}.get(form)
    try:
        return guess(path, name) if guess is not None else {}
    except (Broken, UnicodeDecodeError, SyntaxError, ValueError):
        return {"records": "//*"} if form == "xml" else {}


def _delimiter(path: Path, name: str) -> dict[str, Any]:
    try:
        first, encoding = _beginning(path, name, "utf-8-sig"), {}
    except UnicodeDecodeError:
        # What programs of Western Europe and America write that know nothing of Unicode.
        first, encoding = _beginning(path, name, "cp1252"), {"encoding": "cp1252"}
    counts = Counter(each for each in first if each in DELIMITERS)
    found = counts.most_common(1)
    delimiter = {"delimiter": found[0][0]} if found and found[0][0] != "," else {}
    return {**delimiter, **encoding}


def _beginning(path: Path, name: str, encoding: str) -> str:
    """The first line of a text of which many lines are so encoded."""
    with opened(path, name, MOST_BYTES) as file:
        some = islice(lines(file, encoding), SOME)
        first = next(some, "")
        for _ in some:
            pass
    return first


def _list(path: Path, name: str) -> dict[str, Any]:
    with opened(path, name, MOST_BYTES) as file:
        document = orjson.loads(file.read())
    below = [("", document)]
    for where, value in below:
        if isinstance(value, list):
            return {"records": where} if where else {}
        if isinstance(value, dict) and where.count(".") < 3:
            below += [(f"{where}.{key}" if where else key, each) for key, each in value.items()]
    return {}


def _element(path: Path, name: str) -> dict[str, Any]:
    """The path of elements that comes again first, or that has others in it."""
    within: list[str] = []
    seen: set[str] = set()
    with opened(path, name, MOST_BYTES) as file:
        for event, element in islice(iterparse(file, events=("start", "end")), SOME):
            if event == "start":
                within.append(element.tag.rpartition("}")[2])
                continue
            here = "/".join(within)
            within.pop()
            if len(element) and within and (here in seen or not within[1:]):
                return {"records": here}
            seen.add(here)
    return {"records": "//*"}
