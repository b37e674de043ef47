"""The rules of who may say what."""

from __future__ import annotations

from schema.rules import Rules, SystemRules, unknown_kind
from tests.schema.strategies import SMALL_MODEL

LOT = SMALL_MODEL.kind("Lot")


def test_any_system_may_speak_where_none_is_declared() -> None:
    assert Rules().check_system("erp") == []
    assert Rules().check_kind("erp", LOT) == []
    assert Rules().of("erp") == SystemRules()


def test_declared_systems_alone_may_speak() -> None:
    rules = Rules(systems={"mes": SystemRules(frozenset({"Order"}))})
    (reason,) = rules.check_system("erp")
    assert reason.expected.endswith("(known: mes)")
    (reason,) = rules.check_kind("mes", LOT)
    assert reason.expected == "the settings let 'mes' assert Order; add Lot to its kinds"
    assert Rules(systems={}).check_system("erp")[0].expected.endswith("(known: none)")


def test_an_unknown_kind_brings_the_nearest_to_mind() -> None:
    assert unknown_kind(SMALL_MODEL, "ordr").expected == "the model has no such kind; meant may be order"
