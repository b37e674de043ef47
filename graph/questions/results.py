"""What was tested, against what had to be.

Sources: ISO 9001:2015, 8.6, release only once conformity is shown; ISO/IEC 17025:2017, 7.8.1, results are authorised
before they are given out, and 7.8.6, statements of conformity; ISA-95 Part 2 (IEC 62264-2), test specification.

- Results of one specification are in order of when they were measured, and the newest counts: a retest takes the place
  of what it repeats. A retracted result never counts, nor does an invalid sample.
- A failure that was verified stands until a result that is verified too, and decides, takes its place; a retest that
  nobody has verified leaves it standing. A failure counts from the moment that it is entered.
- A value beyond a limit fails, unless its test is said to decide nothing. Units are converted; where they can't be, the
  stated verdict counts.
- A lot needs a result that passes for each specification in force that is mandatory for its material or a class of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from graph.questions.amounts import shown
from graph.questions.facts import Fact
from graph.questions.reason import Reason, Rule, Severity
from schema import units
from schema.errors import UnitError

_NOT_TAKEN = ("INVALID", "CANCELLED")
_NOT_IN_FORCE = ("DRAFT", "IN_REVIEW", "SUSPENDED", "WITHDRAWN")
_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Test:
    """The results of one specification, or of one characteristic where none is named, the oldest first."""

    __test__ = False

    specification: Fact | None
    characteristic: str
    results: tuple[Fact, ...]

    @property
    def newest(self) -> Fact:
        return self.results[-1]

    @property
    def standing(self) -> Fact | None:
        """The newest result that is verified and decides; None where there is none."""
        return next((result for result in reversed(self.results) if self._decides(result)), None)

    def _decides(self, result: Fact) -> bool:
        return result["status"] != "ENTERED" and outcome(result, self.specification)[0] in ("PASSED", "FAILED")

    @property
    def optional(self) -> bool:
        """Whether the specification says that a lot may be released without it."""
        return self.specification is not None and self.specification["mandatory"] is False


def tests(lot: Fact) -> list[Test]:
    """The tests of which there are results that count."""
    applicable = specifications(lot)
    groups: dict[tuple[str, str], list[Fact]] = {}
    against: dict[tuple[str, str], Fact | None] = {}
    for result in _results(lot):
        specification = result.one("specification") or _of_characteristic(result, applicable)
        key = specification.key if specification else ("", _folded(result["characteristic"]) or result.id)
        groups.setdefault(key, []).append(result)
        against[key] = specification
    return [
        Test(against[key], _characteristic(against[key], found), tuple(sorted(found, key=_measured)))
        for key, found in sorted(groups.items())
    ]


def specifications(lot: Fact) -> list[Fact]:
    """The specifications that apply to the lot's material or to a class of it."""
    material = lot.one("definition")
    if material is None:
        return []
    found = [*material.many("testSpecifications")]
    found += [specification for group in material.many("classes") for specification in group.many("testSpecifications")]
    return list({specification.id: specification for specification in found}.values())


def judge(lot: Fact) -> Iterator[Reason]:
    """What the results say, and which are missing."""
    found = tests(lot)
    for test in found:
        yield from _judged(test)
    tested = {test.specification.id for test in found if test.specification}
    wanted = specifications(lot)
    for specification in wanted:
        if (
            specification["mandatory"]
            and specification["status"] not in _NOT_IN_FORCE
            and specification.id not in tested
        ):
            yield Reason(
                Rule.TEST_RESULT,
                Severity.UNKNOWN,
                f"There is no result against {specification.label}, which the material must meet.",
                specification,
                specification.said("mandatory", "materials", "materialClasses"),
            )
    if not found and not wanted:
        yield Reason(
            Rule.TEST_RESULT,
            Severity.UNKNOWN,
            f"Nothing says what {lot.id} must be tested for, and there is no result of it.",
            lot,
        )


def outcome(result: Fact, specification: Fact | None) -> tuple[str, str]:
    """A verdict (as the model has them), and why, as the rest of a sentence that begins with what was found."""
    stated = result["verdict"]
    beyond = _beyond(result["value"], specification)
    if beyond and stated != "INCONCLUSIVE":
        return "FAILED", beyond + (", though it was said to pass" if stated == "PASSED" else "")
    if stated is not None:
        return stated, _STATED[stated]
    if beyond == "":
        return "PASSED", "is within the limits"
    if specification is not None and specification["expected"] and result["text"]:
        if _folded(specification["expected"]) == _folded(result["text"]):
            return "PASSED", "is what was expected"
        return "INCONCLUSIVE", f"is not in the words expected ({specification['expected']}), and nobody judged it"
    return "PENDING", "has no verdict, and no limits to judge it by"


_STATED = {
    "PASSED": "passed",
    "FAILED": "failed",
    "INCONCLUSIVE": "decided nothing",
    "PENDING": "is not decided yet",
}


def _judged(test: Test) -> Iterator[Reason]:
    newest = test.newest
    verdict, why = outcome(newest, test.specification)
    sentence = f"{test.characteristic}: {_found(newest)} {why} ({newest.id})"
    said = newest.said("verdict", "value", "text", "status")
    weighs = Severity.WARNS if test.optional else None
    if verdict == "FAILED":
        yield Reason(Rule.TEST_RESULT, weighs or Severity.BLOCKS, f"{sentence}.", newest, said)
        return
    stands = _stands(test)
    if stands is not None:
        yield stands
    if verdict != "PASSED":
        yield Reason(Rule.TEST_RESULT, weighs or Severity.UNKNOWN, f"{sentence}.", newest, said)
        return
    if newest["status"] == "ENTERED":
        text = f"{sentence}, but nobody has verified the result."
        yield Reason(Rule.TEST_RESULT, weighs or Severity.UNKNOWN, text, newest, said)
    else:
        yield Reason(Rule.TEST_RESULT, Severity.IN_ORDER, f"{sentence}.", newest, said)
    if note := _unlike(newest["value"], test.specification):
        yield Reason(Rule.TEST_RESULT, Severity.WARNS, note, newest, newest.said("value"))
    for earlier in test.results[:-1]:
        told = stands is not None and earlier is stands.thing
        if not told and outcome(earlier, test.specification)[0] == "FAILED":
            text = f"{test.characteristic}: {_found(earlier)} failed ({earlier.id}); the later {newest.id} passed."
            yield Reason(Rule.TEST_RESULT, Severity.WARNS, text, earlier, earlier.said("verdict", "value", "text"))


def _stands(test: Test) -> Reason | None:
    """That a verified failure stands, whatever a later result says that is not verified, or decides nothing."""
    standing, newest = test.standing, test.newest
    if standing is None or standing is newest:
        return None
    verdict, why = outcome(standing, test.specification)
    if verdict != "FAILED":
        return None
    unlike = "nobody has verified it" if newest["status"] == "ENTERED" else "it does not decide"
    text = (
        f"{test.characteristic}: {_found(standing)} {why} ({standing.id}); the later {newest.id} does not take its "
        f"place, for {unlike}."
    )
    severity = Severity.WARNS if test.optional else Severity.BLOCKS
    return Reason(Rule.TEST_RESULT, severity, text, standing, standing.said("verdict", "value", "text", "status"))


def _results(lot: Fact) -> list[Fact]:
    samples = [*lot.many("samples"), *(s for sublot in lot.many("sublots") for s in sublot.many("samples"))]
    samples += [part for sample in lot.many("samples") for part in sample.many("aliquots")]
    found = [*lot.many("testResults")]
    found += [r for sample in samples if sample["status"] not in _NOT_TAKEN for r in sample.many("results")]
    return [r for r in {r.id: r for r in found}.values() if r["status"] != "RETRACTED" and not r.placeholder]


def _of_characteristic(result: Fact, applicable: list[Fact]) -> Fact | None:
    """The one specification of the characteristic that was tested."""
    name = _folded(result["characteristic"])
    found = [s for s in applicable if name and _folded(s["characteristic"]) == name]
    return found[0] if len(found) == 1 else None


def _beyond(value: object, specification: Fact | None) -> str | None:
    """How a value is beyond a limit; empty where it is within them, None where there are none to compare it with."""
    if not isinstance(value, dict) or specification is None:
        return None
    told = None
    for name, word, sign in (("lowerLimit", "below the lower", 1), ("upperLimit", "above the upper", -1)):
        limit = specification[name]
        if limit is None:
            continue
        try:
            measured = units.convert(value["value"], value["unit"], limit["unit"])
        except UnitError:
            continue
        if (limit["value"] - measured) * sign > abs(limit["value"]) * 1e-9:
            return f"is {word} limit of {shown(limit)}"
        told = ""
    return told


def _unlike(value: object, specification: Fact | None) -> str | None:
    """That a value can't be compared with a limit."""
    if not isinstance(value, dict) or specification is None:
        return None
    for name in ("lowerLimit", "upperLimit"):
        limit = specification[name]
        if limit is not None and not units.comparable(value["unit"], limit["unit"]):
            return (
                f"The result {shown(value)} can't be compared with the limit {shown(limit)} of {specification.label}; "
                "the stated verdict was taken."
            )
    return None


def _measured(result: Fact) -> tuple[datetime, int, str]:
    words = result.said("verdict", "value", "text")
    return result.time("measuredAt") or _FIRST, max((word.time for word in words), default=0), result.id


def _found(result: Fact) -> str:
    if result["value"] is not None:
        return shown(result["value"])
    return f"“{result['text']}”" if result["text"] else "the test"


def _characteristic(specification: Fact | None, results: list[Fact]) -> str:
    told = (specification["characteristic"] if specification else None) or results[-1]["characteristic"]
    return told or (specification.label if specification else results[-1].label)


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
