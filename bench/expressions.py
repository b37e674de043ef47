"""Engines of expression languages beside each other: `python -m bench.expressions`. What is not installed is left out.

pip install jmespath common-expression-language cel-python
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

from bench.measure import Measure, show
from connectors.expression import Expression

RECORD: dict[str, Any] = {
    **{f"column_{number}": number for number in range(14)},
    "order_no": "WO-4711",
    "state": "20",
    "qty": "480.5",
    "material": "MAT-7",
    "changed_at": "2026-03-01 14:30:00",
    "ops": [{"seq": 10, "state": "DONE", "eq": {"code": "MX1"}}, {"seq": 20, "state": "OPEN", "eq": {"code": "FL1"}}],
}
ROUNDS = 2000
RUNS = 5

Evaluate = Callable[[], Any]


def main() -> None:
    """Times each engine, beside a look-up in a dictionary, which is the least that it could cost."""
    floor = _seconds(lambda: RECORD["order_no"])
    measures = [
        Measure(f"{engine}: {what}", _seconds(evaluate) * 1e6, "µs", floor * 1e6, "one look-up in a dictionary", RUNS)
        for engine, expressions in _engines()
        for what, evaluate in expressions.items()
    ]
    show(measures, as_json=False)


def _engines() -> Iterator[tuple[str, dict[str, Evaluate]]]:
    jsonata = {"a field": "order_no", "two joined": "order_no & '-' & material", "a filter": "ops[state = 'OPEN'].seq"}
    condition = {"a condition": "state = '20' ? 'RUNNING' : 'PLANNED'"}
    ours = {what: Expression(text) for what, text in (jsonata | condition).items()}
    yield "as connectors have it", {what: partial(each.of, RECORD, RECORD) for what, each in ours.items()}
    engine = import_module("jsonata").Jsonata
    theirs = {what: engine(text) for what, text in (jsonata | condition).items()}
    for each in theirs.values():
        each.set_validate_input(False)
    yield "jsonata-python", {what: partial(each.evaluate, RECORD) for what, each in theirs.items()}
    if jmespath := _installed("jmespath"):
        texts = {
            "a field": "order_no",
            "two joined": "join('-', [order_no, material])",
            "a filter": "ops[?state=='OPEN'].seq",
        }
        found = {what: jmespath.compile(text) for what, text in texts.items()}
        yield "jmespath", {what: partial(each.search, RECORD) for what, each in found.items()}
    if cel := _installed("cel"):
        found = {what: cel.compile(text) for what, text in _cel().items()}
        yield (
            "common-expression-language",
            {what: partial(e.execute, {"r": RECORD}) for what, e in found.items()},
        )
    if celpy := _installed("celpy"):
        environment = celpy.Environment()
        found = {what: environment.program(environment.compile(text)) for what, text in _cel().items()}
        yield (
            "cel-python",
            {what: partial(_by_celpy, e, celpy.json_to_cel) for what, e in found.items()},
        )


def _cel() -> dict[str, str]:
    return {
        "a field": "r.order_no",
        "two joined": "r.order_no + '-' + r.material",
        "a filter": "r.ops.filter(o, o.state == 'OPEN').map(o, o.seq)",
        "a condition": "r.state == '20' ? 'RUNNING' : 'PLANNED'",
    }


def _by_celpy(program: Any, converted: Callable[[Any], Any]) -> Any:
    return program.evaluate({"r": converted(RECORD)})


def _installed(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


def _seconds(evaluate: Evaluate) -> float:
    """The least of some runs, each of many rounds: what else runs on the machine only adds."""
    return min(_run(evaluate) for _ in range(RUNS)) / ROUNDS


def _run(evaluate: Evaluate) -> float:
    began = time.perf_counter()
    for _ in range(ROUNDS):
        evaluate()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
