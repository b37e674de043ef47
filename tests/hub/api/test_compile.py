"""What documents are compiled to, as plans print."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import FieldNode, FragmentDefinitionNode, OperationDefinitionNode, parse, validate
from graphql.execution.values import VariableValues, get_variable_values

from hub.api.compile import Compiled, Compiler
from hub.api.context import Budget, Limits
from hub.api.errors import RequestError
from hub.api.schema import HubSchema
from hub.api.selections import Document
from schema.model import MODEL

SCHEMA = HubSchema(MODEL)


def compiled(text: str, variables: dict[str, Any] | None = None, limits: Limits | None = None) -> Compiled:
    """The plan of a document's first root field, a list or a look-up by `id`."""
    limits = limits or Limits()
    parsed = parse(text)
    assert validate(SCHEMA.core, parsed) == []
    operation = next(d for d in parsed.definitions if isinstance(d, OperationDefinitionNode))
    fragments = {d.name.value: d for d in parsed.definitions if isinstance(d, FragmentDefinitionNode)}
    values = get_variable_values(SCHEMA.core, operation.variable_definitions or (), variables or {})
    assert isinstance(values, VariableValues), values
    document = Document(SCHEMA.core, fragments, values.coerced, Budget(limits))
    root = operation.selection_set.selections[0]
    assert isinstance(root, FieldNode)
    compiler = Compiler(MODEL, document, limits)
    arguments = document.arguments("Query", root)
    for kind in MODEL:
        if root.name.value == kind.plural:
            return compiler.page(kind, arguments, [root])
        if root.name.value == kind.field:
            return compiler.lookup(kind, f"id:{arguments['id']}", [root])
    raise AssertionError(root.name.value)


def plan(text: str, variables: dict[str, Any] | None = None) -> str:
    return str(compiled(text, variables).plan)


def test_a_lookup_selects_under_response_keys() -> None:
    found = compiled('{ materialLot(id: "LOT-1") { __typename number: id status kind sources { system } } }')
    assert str(found.plan) == "it: MaterialLot by identifier $identifier0\n  number=ID status=status sources=RECORDS"
    assert found.parameters == {"identifier0": "id:LOT-1"}


def test_a_list_has_filter_order_page_and_total() -> None:
    found = compiled(
        """query ($until: DateTime!, $states: [MaterialLotStatus!]) {
          materialLots(
            where: {status: {in: $states}, expiresAt: {lt: $until}, quantity: {value: {gt: 5}, unit: {eq: "kg"}}}
            orderBy: [{expiresAt: DESC}, {quantity: ASC}], first: 20
          ) { totalCount pageInfo { hasNextPage } nodes { id } }
        }""",
        {"until": "2026-03-01T14:30:00+01:00", "states": ["RELEASED", "BLOCKED"]},
    )
    assert str(found.plan) == (
        "it: MaterialLot where (status in $status0) and (quantity.value gt $quantity_value1) and (quantity.unit eq "
        "$quantity_unit2) and (expiresAt lt $expiresAt3) order expiresAt-, quantity first $first4 total\n"
        "  id=ID"
    )
    assert found.parameters == {
        "status0": ["RELEASED", "BLOCKED"],
        "quantity_value1": 5,
        "quantity_unit2": "kg",
        "expiresAt3": "2026-03-01T13:30:00Z",
        "first4": 20,
    }


def test_links_nest_with_their_own_pages_and_edge_values() -> None:
    found = plan(
        """{ materialDefinition(id: "M") { lots(first: 2, where: {status: {eq: RELEASED}}) { edges { cursor node {
             id assembledFrom { edges { much: quantity { value } node { id definition { name } } } } } } } } }"""
    )
    assert found == (
        "it: MaterialDefinition by identifier $identifier0\n"
        "  lots: <-DEFINED_BY- MaterialLot where status eq $status2 first $first3\n"
        "    id=ID\n"
        "    assembledFrom: -ASSEMBLED_FROM-> MaterialLot first $first1 edge(much)\n"
        "      id=ID\n"
        "      definition: -DEFINED_BY-> MaterialDefinition one\n"
        "        name=name"
    )


def test_aliases_with_different_arguments_stay_apart() -> None:
    found = plan(
        """{ materialDefinition(id: "M") {
             released: lots(where: {status: {eq: RELEASED}}) { totalCount }
             blocked: lots(where: {status: {eq: BLOCKED}}) { totalCount } } }"""
    )
    assert "released: <-DEFINED_BY- MaterialLot where status eq $status1 total" in found
    assert "blocked: <-DEFINED_BY- MaterialLot where status eq $status3 total" in found


def test_things_selected_in_several_places_of_a_connection_stay_apart() -> None:
    found = plan("{ materialLots { a: nodes { x: id } edges { node { x: name } again: node { status } } } }")
    assert "a.x=ID edges/node.x=name edges/again.status=status" in found


def test_selections_of_one_response_key_are_merged() -> None:
    found = plan(
        '{ materialLot(id: "L") { definition { id } ...More } } fragment More on MaterialLot { definition { name } }'
    )
    assert "  definition: -DEFINED_BY-> MaterialDefinition one\n    id=ID name=name" in found


def test_fragments_apply_to_their_type_and_to_the_interface() -> None:
    found = plan(
        """{ materialLot(id: "L") { ...Any ... on Entity { path } ... on MaterialLot { status } ... { id } } }
        fragment Any on Entity { name ...Own } fragment Own on MaterialLot { supplierLot }"""
    )
    assert found.splitlines()[1] == "  name=name supplierLot=supplierLot path=PATH status=status id=ID"


@pytest.mark.parametrize(("more", "wanted"), [(True, " name=name"), (False, "")])
def test_skip_and_include_are_obeyed(more: bool, wanted: str) -> None:
    text = """query ($more: Boolean!) { materialLot(id: "L") { id name @include(if: $more)
      ... @skip(if: true) { status } ...F @include(if: $more) } } fragment F on MaterialLot { name }"""
    assert plan(text, {"more": more}).splitlines()[1] == f"  id=ID{wanted}"


def test_filters_combine() -> None:
    found = plan(
        """{ materialLots(where: {
             or: [{path: {startsWith: "acme/"}}, {placeholder: {eq: true}}]
             not: {definition: {is: {id: {eq: "M"}}}}
             assembledFrom: {some: {status: {eq: BLOCKED}}, none: {}}
             assembledInto: {every: {}}
           }) { totalCount } }"""
    )
    assert found == (
        "it: MaterialLot where (assembledFrom some (status eq $status0)) and (assembledFrom none (any)) and "
        "((PATH startsWith $path1) or (PLACEHOLDER eq $placeholder2)) and (not (definition is (ID eq $id3))) total"
    )


def test_omitted_variables_leave_their_condition_out() -> None:
    text = "query ($s: MaterialLotStatus) { materialLots(where: {status: {eq: $s}}) { totalCount } }"
    assert plan(text) == "it: MaterialLot total"
    with pytest.raises(RequestError, match=r"status\.eq is null in a filter"):
        plan(text, {"s": None})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("first: -1", "`first` is -1; ask for 0 to 1000"),
        ("first: 1001", "`first` is 1001; ask for 0 to 1000"),
        ('after: "?"', "not one that this API gave"),
        ('after: "WzFd"', "not one that this API gave"),
        ('after: "eyJvIjoibmFtZSBBU0MiLCJ2IjpbIngiLCJ5Il19"', "of a list in another order"),
        ("where: {or: []}", "`or` is empty"),
        ("where: {not: {}}", "`not` is empty"),
        ("where: {id: {in: [" + '"x" ' * 1001 + "]}}", "id.in has 1001 values; at most 1000 are allowed"),
        ("where: " + "{not: " * 12 + '{id: {eq: "x"}}' + "}" * 12, "nested more than 10 levels deep"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(arguments: str, message: str) -> None:
    with pytest.raises(RequestError) as refused:
        plan(f"{{ materialLots({arguments}) {{ totalCount }} }}")
    assert message in str(refused.value)


def test_fragments_cannot_multiply_without_end() -> None:
    levels = "".join(
        f" fragment F{n} on MaterialLot {{ a: definition {{ lots {{ nodes {{ ...F{n + 1} }} }} }}"
        f" b: definition {{ lots {{ nodes {{ ...F{n + 1} }} }} }} }}"
        for n in range(14)
    )
    text = f'{{ materialLot(id: "L") {{ ...F0 }} }}{levels} fragment F14 on MaterialLot {{ id }}'
    with pytest.raises(RequestError, match="selects more than 5000 fields"):
        plan(text)
