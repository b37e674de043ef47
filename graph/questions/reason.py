"""What a verdict is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from graph.questions.facts import Fact, Word


class Severity(Enum):
    """What a reason does to the verdict, the gravest first."""

    BLOCKS = "BLOCKS"
    UNKNOWN = "UNKNOWN"
    WARNS = "WARNS"
    IN_ORDER = "IN_ORDER"


class Rule(Enum):
    """Which rule gave a reason, in the order in which they are told."""

    DESCRIPTION = "DESCRIPTION"
    LOT_STATUS = "LOT_STATUS"
    EXPIRY = "EXPIRY"
    TEST_RESULT = "TEST_RESULT"
    NON_CONFORMANCE = "NON_CONFORMANCE"
    CALIBRATION = "CALIBRATION"
    INGREDIENT = "INGREDIENT"
    WORK = "WORK"
    DEVIATION = "DEVIATION"
    MAINTENANCE = "MAINTENANCE"


class Verdict(Enum):
    """Whether a lot may be released."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for or against, as a sentence, with whom it is from."""

    rule: Rule
    severity: Severity
    text: str
    thing: Fact
    said: tuple[Word, ...] = ()


_SEVERITIES, _RULES = list(Severity), list(Rule)


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The gravest first, then by rule and thing; what is told twice once."""
    once = {(r.rule, r.severity, r.text, r.thing.key): r for r in reasons}
    return tuple(
        sorted(
            once.values(),
            key=lambda r: (_SEVERITIES.index(r.severity), _RULES.index(r.rule), *r.thing.key, r.text),
        )
    )


def verdict(reasons: Iterable[Reason]) -> Verdict:
    """Not ready where anything blocks; undecided where anything needed is not known; else ready."""
    found = {reason.severity for reason in reasons}
    if Severity.BLOCKS in found:
        return Verdict.NOT_READY
    return Verdict.UNKNOWN if Severity.UNKNOWN in found else Verdict.READY
