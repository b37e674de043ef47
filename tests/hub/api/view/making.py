"""Documents made at random from the schema, documents and bodies made wrong at random; the same for the same seed."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
)

from tests.hub.api.test_documents import IDS, LITERALS, composite

TOKENS = [
    "{", "}", "(", ")", "[", "]", ":", "!", "$x", "...", "@skip(if: true)", "@include(if: $x)", "query", "mutation",
    "subscription", "fragment", "on", "null", "true", "-1", "1e999", "9" * 30, '"\\uD800"', '"""', '"', "#",
    "__typename",
    "__schema", "id", "nodes", "first", "@", "&", "|", "=", "\x00", "\ufeff", "ü", "extend", "schema", "0x1", "1.", ".",
]  # fmt: skip
BITS = [
    b"null",
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b":",
    b"\xff",
    b"\x00",
    b"\\ud800",
    b"1e999",
    b"9" * 30,
    b"-",
    b" ",
]
WORD = re.compile(r"\s+|\w+|[^\w\s]")


def document(random: Random, schema: GraphQLSchema) -> str:
    """A question that is valid by the schema, whatever its values are."""
    root = schema.query_type
    assert root is not None
    return f"{{ {_selection(random, schema, root, random.choice([1, 1, 2, 2, 3]))} }}"


def wrong_document(random: Random, text: str) -> str:
    """A document with some of its words taken out, doubled, exchanged or replaced."""
    words = WORD.findall(text)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(words) + 1)
        match random.randrange(5):
            case 0:
                del words[at : at + random.randint(1, 3)]
            case 1:
                words[at:at] = words[at : at + random.randint(1, 9)]
            case 2:
                words.insert(at, random.choice(TOKENS))
            case 3:
                words[at : at + 1] = [random.choice(TOKENS)]
            case 4:
                words[at:at] = [random.choice("{[(")] * random.choice([2, 60, 130])
    return "".join(words)


def wrong_body(random: Random, body: bytes) -> bytes:
    """A body with some of its bytes changed."""
    found = bytearray(body)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(found) + 1)
        match random.randrange(4):
            case 0:
                del found[at : at + random.randint(1, 8)]
            case 1:
                found[at:at] = random.choice(BITS) * random.choice([1, 1, 300])
            case 2:
                found[at : at + 1] = bytes([random.randrange(256)])
            case 3:
                found[at:at] = found[: random.randint(0, 20)]
    return bytes(found)


def _selection(random: Random, schema: GraphQLSchema, type_: Any, depth: int) -> str:
    names = sorted(name for name, field in type_.fields.items() if depth > 0 or not composite(field.type))
    parts = ["__typename"]
    for number, name in enumerate(random.sample(names, min(len(names), random.randint(1, 2)))):
        field = type_.fields[name]
        inner = composite(field.type)
        below = f" {{ {_selection(random, schema, inner, depth - 1)} }}" if inner else ""
        part = f"f{number}: {name}{_arguments(random, field)}{below}"
        parts.append(f"... on {type_.name} {{ {part} }}" if random.random() < 0.1 else part)
    if isinstance(type_, GraphQLInterfaceType):
        concrete = random.choice(sorted(t.name for t in schema.get_possible_types(type_)))
        inner_parts = re.sub(r"\bf(\d+):", r"h\1:", _selection(random, schema, schema.type_map[concrete], 0))
        parts.append(f"... on {concrete} {{ {inner_parts} }}")
    return " ".join(parts)


def _arguments(random: Random, field: GraphQLField) -> str:
    if field.args.keys() == {"id", "identifier"}:
        return f"(id: {json.dumps(random.choice(IDS))})"
    given = [
        f"{name}: {_literal(random, argument.type, 3)}"
        for name, argument in field.args.items()
        if isinstance(argument.type, GraphQLNonNull) or random.random() < 0.2
    ]
    return f"({', '.join(given)})" if given else ""


def _literal(random: Random, type_: Any, depth: int) -> str:
    if isinstance(type_, GraphQLNonNull):
        return _literal(random, type_.of_type, depth)
    if isinstance(type_, GraphQLList):
        return f"[{' '.join(_literal(random, type_.of_type, depth) for _ in range(random.randint(0, 2)))}]"
    if isinstance(type_, GraphQLEnumType):
        return random.choice(sorted(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        names = sorted(type_.fields)
        needed = [name for name in names if isinstance(type_.fields[name].type, GraphQLNonNull)]
        chosen = random.sample(names, 1) if type_.is_one_of or depth > 0 else []
        wanted = dict.fromkeys([*needed, *chosen])
        return "{" + " ".join(f"{n}: {_literal(random, type_.fields[n].type, depth - 1)}" for n in wanted) + "}"
    return random.choice(LITERALS.get(type_.name, ['"x"']))
