from __future__ import annotations

import json
from pathlib import Path

from graphql import build_schema

from schema.model import MODEL
from tests.hub.cli.conftest import Run


def test_graphql_is_a_schema_with_every_kind(unshub: Run) -> None:
    schema = build_schema(unshub("export", "graphql").out)
    assert set(MODEL.kinds) <= set(schema.type_map)


def test_jsonschema_has_every_kind_by_its_name_in_topics(unshub: Run) -> None:
    assert {kind.topic for kind in MODEL} <= json.loads(unshub("export", "jsonschema").out).keys()


def test_asyncapi_has_the_topics_below_the_prefix(unshub: Run) -> None:
    document = json.loads(unshub("export", "asyncapi", "--topic-prefix", "factory/v2").out)
    assert document["asyncapi"].startswith("3.")
    addresses = [channel["address"] for channel in document["channels"].values()]
    assert addresses
    assert all(address.startswith("factory/v2/") for address in addresses)


def test_a_file_has_what_the_output_would(unshub: Run) -> None:
    assert unshub("export", "graphql", "-o", "schema.graphql").out == ""
    assert Path("schema.graphql").read_text() == unshub("export", "graphql").out


def test_an_unknown_form_is_a_wrong_call(unshub: Run) -> None:
    assert unshub("export", "xml").code == 2


def test_a_file_that_cannot_be_written_is_named(unshub: Run) -> None:
    ran = unshub("export", "graphql", "-o", "none/schema.graphql")
    assert (ran.code, "none/schema.graphql" in ran.err) == (1, True)
