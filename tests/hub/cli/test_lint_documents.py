"""`unshub lint` checks the GraphQL documents that the settings name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.api.documents import sha256
from tests.hub.cli.conftest import Run

GOOD = "query Lot($id: ID!) { materialLot(id: $id) { id } }\n"
BAD = "query Lots {\n  materialLots {\n    lots\n    totalCount(first: 1)\n  }\n}\n"


def test_documents_that_hold_have_no_faults(unshub: Run) -> None:
    Path("documents/app").mkdir(parents=True)
    Path("documents/app/lot.graphql").write_text(GOOD)
    Path("documents/README.md").write_text("Not a document.")
    Path("unshub.yaml").write_text("documents: documents\ntrustedDocuments: true\n")
    assert (unshub("lint").code, unshub("lint").out) == (0, "unshub.yaml: no faults\n")


def test_every_fault_of_every_document_is_told_with_file_and_line(unshub: Run) -> None:
    Path("documents").mkdir()
    for name, text in {"bad": BAD, "good": GOOD, "broken": "{\n hub", "deep": "{" * 200, "empty": ""}.items():
        Path(f"documents/{name}.graphql").write_text(text)
    below = "assembledFrom { nodes { " * 7 + "id" + " } }" * 7
    Path("documents/large.gql").write_text(f"{{ materialLots {{ nodes {{ {below} }} }} }}")
    Path("unshub.yaml").write_text("documents: documents\nhtpt: 1\n")
    ran = unshub("lint", "--json")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 1
    found = {(row["place"], row["message"].split(" ")[0]) for row in rows}
    assert {("documents/bad.graphql:3:5", "Cannot"), ("documents/bad.graphql:4:16", "Unknown")} <= found
    assert ("documents/broken.graphql:2:5", "Syntax") in found
    assert ("documents/deep.graphql:1:1", "the") in found
    assert ("documents/empty.graphql:1:1", "Syntax") in found
    assert ("unshub.yaml:2:1", "there") in found
    assert any("large.gql" in place for place, _ in found)
    assert not any("good" in place for place, _ in found)
    assert all(row["fix"] for row in rows)


def test_a_document_that_may_answer_too_much_is_a_fault(unshub: Run) -> None:
    Path("documents").mkdir()
    Path("documents/much.graphql").write_text("{ materialLots { nodes { id } } }")
    Path("unshub.yaml").write_text("documents: documents\nlimits: {complexity: 10}\n")
    assert "may have up to 101 objects, more than the 10" in unshub("lint").err


@pytest.mark.parametrize("form", ["plain", "apollo"])
def test_faults_in_a_file_of_documents_are_told_with_its_line(unshub: Run, form: str) -> None:
    by_id = {"lot": GOOD, sha256(GOOD): GOOD, "lots": BAD}
    operations = [{"id": name, "body": text, "name": "x", "type": "query"} for name, text in by_id.items()]
    found = by_id if form == "plain" else {"format": "apollo-persisted-query-manifest", "operations": operations}
    Path("documents.json").write_text(json.dumps(found, indent=1))
    Path("unshub.yaml").write_text("documents: documents.json\n")
    ran = unshub("lint", "--json")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    line = 1 + next(n for n, text in enumerate(Path("documents.json").read_text().splitlines()) if '"lots"' in text)
    assert {row["place"] for row in rows} == {f"documents.json:{line}"}
    assert rows[0]["message"].startswith("lots, line 3, column 5 of it: Cannot query field 'lots'")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "documents.json:1:2: this is no JSON"),
        (b"[1]", "holds no documents by id"),
        (b'{"a": 1}', "documents.json a: this is no text"),
        (b'{"sha256:00": "{ hub { version } }"}', "the id is not the hash of the document"),
        (b"\xff", "is not UTF-8"),
        (None, "can't be read"),
    ],
)
def test_documents_that_can_not_be_read_are_a_fault(unshub: Run, content: bytes | None, message: str) -> None:
    if content is not None:
        Path("documents.json").write_bytes(content)
    Path("unshub.yaml").write_text("documents: documents.json\n")
    ran = unshub("lint")
    assert (ran.code, message in ran.err) == (1, True)


def test_a_folder_without_documents_is_a_fault(unshub: Run) -> None:
    Path("documents").mkdir()
    Path("unshub.yaml").write_text("documents: documents\n")
    assert "the folder holds no documents" in unshub("lint").err


def test_trust_in_no_documents_is_a_fault(unshub: Run) -> None:
    Path("unshub.yaml").write_text("trustedDocuments: true\n")
    assert "unshub.yaml:1:1: no documents are named, so nothing would be answered" in unshub("lint").err
