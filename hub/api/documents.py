"""GraphQL documents that clients ask for by their id, as GraphQL over HTTP's appendix on persisted documents has it.

A folder holds one document a file; a JSON file holds documents by id, `{"id": "query …"}`, or is the manifest that
Apollo's tools write. Each can be asked for by `sha256:` and the hash of its text, in hexadecimal digits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.api.errors import RequestError
from hub.errors import Fault, HubError

SUFFIXES = (".graphql", ".gql")
_SHA256 = "sha256:"


class DocumentsError(HubError):
    """The documents can't be read; `faults` has every reason."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Document:
    """A document and the place that it comes from: a file, or a member of one."""

    text: str
    file: Path
    member: str | None = None


@dataclass(frozen=True)
class Documents:
    """Documents by id."""

    by_id: Mapping[str, Document] = field(default_factory=dict)
    trusted: bool = False
    """Whether nothing else is answered."""

    def text(self, document_id: str | None, query: str | None) -> str:
        """The document that a request means by an id, a text, or both; `RequestError` where there is none."""
        if document_id is not None:
            return self._named(document_id, query)
        if query is None:
            raise RequestError("a request has a `query` or a `documentId`; send one of the two")
        return query

    def refusal(self, text: str) -> RequestError | None:
        """Why a document is not answered, whichever way it came; None where it is."""
        if not self.trusted or text in self._texts:
            return None
        return RequestError(
            "this hub answers only the documents that it knows (setting `trustedDocuments`); name one by its "
            "`documentId`, or have this one put where the setting `documents` says"
        )

    @cached_property
    def _texts(self) -> frozenset[str]:
        return frozenset(document.text for document in self.by_id.values())

    def _named(self, document_id: str, query: str | None) -> str:
        found = self.by_id.get(document_id)
        if found is None:
            raise RequestError(
                f"there is no document {document_id[:100]!r}; send its text as `query`, or have it put where the "
                "setting `documents` says"
            )
        if query is not None and query != found.text:
            raise RequestError(f"the document {document_id[:100]!r} is another than the `query`; send one of the two")
        return found.text


def read(path: Path, *, trusted: bool = False) -> Documents:
    """The documents at a path; `DocumentsError` where any can't be read."""
    faults: list[Fault] = []
    found = list(_of_folder(path, faults) if path.is_dir() else _of_file(path, faults))
    if faults:
        raise DocumentsError(tuple(faults))
    by_id: dict[str, Document] = {}
    for name, document in found:
        by_id[name] = document
        by_id[sha256(document.text)] = document
    return Documents(by_id, trusted)


def sha256(text: str) -> str:
    """The id that a document has by its text."""
    return _SHA256 + hashlib.sha256(text.encode()).hexdigest()


def _of_folder(path: Path, faults: list[Fault]) -> Iterator[tuple[str, Document]]:
    files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
    if not files:
        faults.append(Fault(str(path), "the folder holds no documents", "put .graphql files there, or a JSON file"))
    for file in files:
        text = _text(file, faults)
        if text is not None:
            yield sha256(text), Document(text, file)


def _of_file(path: Path, faults: list[Fault]) -> Iterator[tuple[str, Document]]:
    text = _text(path, faults)
    if text is None:
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        place = f"{path}:{line}:{column}"
        faults.append(Fault(place, f"this is no JSON: {error}", 'write {"id": "query …"}', line, column))
        return
    members = _members(found)
    if members is None:
        faults.append(Fault(str(path), "the file holds no documents by id", 'write {"id": "query …"}'))
        return
    for name, document in members.items():
        if not isinstance(document, str):
            faults.append(Fault(f"{path} {name}", "this is no text", "write the document as text"))
        elif name.startswith(_SHA256) and name != sha256(document):
            faults.append(
                Fault(f"{path} {name}", "the id is not the hash of the document", f"it is {sha256(document)}")
            )
        else:
            yield name, Document(document, path, name)


def _members(found: Any) -> dict[str, Any] | None:
    """Documents by id, also from the form of Apollo's tools: a list of operations, each with its id and its body."""
    if not isinstance(found, dict):
        return None
    operations = found.get("operations")
    if not isinstance(operations, list):
        return found
    return {str(one.get("id")): one.get("body") for one in operations if isinstance(one, dict)}


def _text(path: Path, faults: list[Fault]) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        faults.append(Fault(str(path), "the file is not UTF-8", "save it as UTF-8"))
    except OSError as error:
        faults.append(Fault(str(path), f"it can't be read: {error.strerror}", "give a folder or file that can"))
    return None
