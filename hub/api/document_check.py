"""What is wrong with documents that clients ask for by their id: whether this schema answers them within the limits."""

from __future__ import annotations

import json
from collections.abc import Iterator

from graphql import GraphQLError, parse, specified_rules, validate

from hub.api.complexity import Estimates
from hub.api.context import Limits
from hub.api.documents import Document, Documents
from hub.api.rules import depth_limit
from hub.api.schema import HubSchema
from hub.api.sizes import nested_too_deeply, too_large
from hub.errors import Fault

_FIX = "mend the document, or take it out; docs/reference/schema.graphql has what there is"


def faults(documents: Documents, schema: HubSchema, limits: Limits) -> tuple[Fault, ...]:
    """Every fault of every document, with its place."""
    apart = {(d.file, d.member): d for d in documents.by_id.values()}
    return tuple(_fault(document, error) for document in apart.values() for error in _errors(document, schema, limits))


def _errors(document: Document, schema: HubSchema, limits: Limits) -> Iterator[GraphQLError]:
    text = document.text
    fault = nested_too_deeply(text)
    if fault is not None:
        yield fault
        return
    try:
        parsed = parse(text, max_tokens=limits.max_tokens)
    except GraphQLError as error:
        yield error
        return
    fault = too_large(parsed, text, limits)
    if fault is not None:
        yield fault
        return
    found = validate(schema.core, parsed, [*specified_rules, depth_limit(limits.max_depth)])
    yield from found
    if found:
        return
    estimate = Estimates(lambda: schema.core, 1).of(text, parsed, None).of({}, limits)
    if estimate > limits.max_complexity:
        yield GraphQLError(
            f"the answer may have up to {estimate} objects, more than the {limits.max_complexity} allowed"
        )


def _fault(document: Document, error: GraphQLError) -> Fault:
    locations = error.locations or []
    line, column = (locations[0].line, locations[0].column) if locations else (1, 1)
    if document.member is None:
        return Fault(f"{document.file}:{line}:{column}", error.message, _FIX, line, column)
    at = _line_of(document)
    message = f"{document.member}, line {line}, column {column} of it: {error.message}"
    return Fault(f"{document.file}:{at}", message, _FIX, at)


def _line_of(document: Document) -> int:
    """The line on which a JSON file names a document."""
    text = document.file.read_text(encoding="utf-8", errors="replace")
    place = text.find(json.dumps(document.member))
    return text.count("\n", 0, max(place, 0)) + 1
