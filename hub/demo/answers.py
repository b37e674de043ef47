"""The three ready questions, and how their answers look to people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A question in words and in GraphQL, and what makes its answer readable."""

    words: str
    document: str
    shown: Callable[[Data], RenderableType]


def questions() -> tuple[Question, ...]:
    """The ready questions, in order."""
    return (
        Question("Which suppliers' lots are in shipment SH-7003?", _document("1-suppliers"), suppliers),
        Question("Which tests failed, and can the instruments be trusted?", _document("2-failed-results"), failed),
        Question(
            "What do two systems disagree on, and whose word counts?", _document("3-disagreements"), disagreements
        ),
    )


def _document(name: str) -> str:
    return files("hub.demo").joinpath("questions", f"{name}.graphql").read_text("utf-8").strip()


def suppliers(data: Data) -> RenderableType:
    """The first answer: a tree from the shipment to the lots of suppliers."""
    shipment = data["shipment"]
    tree = Tree(f"SH-7003 to {shipment['customer']['name']}", guide_style="dim")
    _branch(tree, shipment["lots"])
    return tree


def _branch(tree: Tree, lots: Data) -> None:
    for edge in lots["edges"]:
        lot = edge["node"]
        made_from = (lot.get("assembledFrom") or {"edges": []})["edges"]
        text = Text.assemble(
            (amount(edge["quantity"]), "cyan"), "  ", (lot["id"], "bold"), " ", lot["definition"]["name"]
        )
        if made_from:
            text.append(f", made in {made_from[0]['job']}", "dim")
        for receipt in lot["purchaseReceipts"]["nodes"]:
            text.append(f" · {receipt['supplier']['name']} {lot['supplierLot']}", "green")
        branch = tree.add(text)
        _branch(branch, {"edges": made_from})


def failed(data: Data) -> RenderableType:
    """The second answer: three lines for each result."""
    return Group(*(line for result in data["testResults"]["nodes"] for line in _failed(result)))


def _failed(result: Data) -> Iterator[Text]:
    lot, instrument, limits = result["sample"]["lot"], result["instrument"], result["specification"]
    jobs = ", ".join(node["jobOrder"]["id"] for node in lot["producedBy"]["nodes"])
    yield Text.assemble(
        (result["id"], "bold"),
        "  ",
        (f"{result['characteristic']} {amount(result['value'])}", "red"),
        f", allowed {_limit(limits['lowerLimit'])} to {_limit(limits['upperLimit'])}",
        (f", measured {moment(result['measuredAt'])}", "dim"),
    )
    yield Text.assemble("        lot ", (lot["id"], "bold"), f", made in {jobs}")
    last = next(iter(instrument["calibrations"]["nodes"]), None)
    yield Text.assemble(f"        {instrument['name']}, ", _calibration(last, result["measuredAt"]))


def _calibration(last: Data | None, measured: str) -> Text:
    if last is None:
        return Text("never calibrated", "red")
    until = last["validUntil"]
    if until < measured:
        return Text(f"calibration ran out {moment(until)}", "bold red")
    return Text(f"calibrated until {moment(until)}", "green")


def _limit(quantity: Data | None) -> str:
    return "" if quantity is None else f"{quantity['value']:g}"


def disagreements(data: Data) -> RenderableType:
    """The third answer: a row for each system's word."""
    table = _table("lot", "on its", "system", "says", "since", "")
    for lot in data.values():
        for conflict in lot["conflicts"]:
            for index, said in enumerate(conflict["said"]):
                wins = said["system"] == conflict["winner"]
                table.add_row(
                    Text(f"{lot['id']} {lot['definition']['name']}" if index == 0 else "", "bold"),
                    conflict["attribute"] if index == 0 else "",
                    said["system"],
                    amount(said["value"]),
                    moment(said["eventTime"]),
                    Text("counts" if wins else "", "green"),
                    end_section=index == len(conflict["said"]) - 1,
                )
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def amount(value: Any) -> str:
    """A quantity as people write it; bottles and other pieces without a unit. Other values as they are."""
    if not isinstance(value, Mapping) or "value" not in value:
        return "" if value is None else str(value)
    number = f"{value['value']:,.6g}" if abs(value["value"]) < 1e6 else f"{value['value']:,.0f}"
    unit = str(value.get("unit", ""))
    return f"{number} pcs" if unit == "H87" else number if unit == "[pH]" else f"{number} {unit}"


def moment(text: str) -> str:
    """A time as people write it: `03-12 15:40`, in UTC."""
    return f"{text[5:10]} {text[11:16]}"
