"""Which comparisons each type of attribute allows, and what they are called in filters."""

from __future__ import annotations

from graph.plan import Operator, Own
from schema.registry import Attribute, AttributeType

_EQUALITY = (Operator.EQ, Operator.NE, Operator.IN)
_ORDER = (Operator.GT, Operator.GTE, Operator.LT, Operator.LTE)
_TEXT = (*_EQUALITY, Operator.CONTAINS, Operator.STARTS_WITH)

OPERATORS: dict[AttributeType, tuple[Operator, ...]] = {
    AttributeType.STRING: (*_TEXT, Operator.IS_NULL),
    AttributeType.INTEGER: (*_EQUALITY, *_ORDER, Operator.IS_NULL),
    AttributeType.FLOAT: (*_EQUALITY, *_ORDER, Operator.IS_NULL),
    AttributeType.BOOLEAN: (Operator.EQ, Operator.NE, Operator.IS_NULL),
    AttributeType.INSTANT: (*_EQUALITY, *_ORDER, Operator.IS_NULL),
    AttributeType.DATE: (*_EQUALITY, *_ORDER, Operator.IS_NULL),
    AttributeType.ENUM: (*_EQUALITY, Operator.IS_NULL),
    AttributeType.STRINGS: (Operator.CONTAINS, Operator.IS_NULL),
    AttributeType.PARAMETERS: (Operator.IS_NULL,),
}
"""A quantity is compared part by part: its value as a FLOAT, its unit as a STRING."""

MEANING: dict[Operator, str] = {
    Operator.EQ: "Equal to this.",
    Operator.NE: "Other than this, or missing.",
    Operator.IN: "One of these.",
    Operator.GT: "Greater or later than this.",
    Operator.GTE: "This, or greater or later.",
    Operator.LT: "Less or earlier than this.",
    Operator.LTE: "This, or less or earlier.",
    Operator.CONTAINS: "Holds this.",
    Operator.STARTS_WITH: "Begins with this.",
    Operator.IS_NULL: "True: is missing. False: is there.",
}

ORDERED = frozenset(OPERATORS) - {AttributeType.STRINGS, AttributeType.PARAMETERS} | {AttributeType.QUANTITY}
"""Types that a list can be ordered by; a quantity by its value."""

OWN: dict[str, Own] = {
    "id": Own.ID,
    "path": Own.PATH,
    "placeholder": Own.PLACEHOLDER,
    "updatedAt": Own.UPDATED_AT,
}
"""Fields that every thing has and that lists are filtered and ordered by."""

OWN_TYPES: dict[Own, AttributeType] = {
    Own.ID: AttributeType.STRING,
    Own.PATH: AttributeType.STRING,
    Own.PLACEHOLDER: AttributeType.BOOLEAN,
    Own.UPDATED_AT: AttributeType.INSTANT,
}


def type_of(what: Attribute | Own) -> AttributeType:
    """The type by which an attribute, or one of the fields in `OWN`, is compared."""
    return OWN_TYPES[what] if isinstance(what, Own) else what.data_type
