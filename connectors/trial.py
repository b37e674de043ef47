"""The tests beside a mapping: each record is mapped, and what comes of it held against what is written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.faults import Location, Misfit, shown
from connectors.held import Held, as_tested
from connectors.load import Connector
from connectors.mapping.settings import TestSettings
from schema.contract import Contract
from schema.json import Json

_FIX = "mend the mapping, or what the test expects"


def tried(connector: Connector, contract: Contract) -> Iterator[tuple[Location, Sequence[Misfit]]]:
    """Every test of a connector, by where it stands, with what came out otherwise."""
    for stream, settings in connector.settings.streams.items():
        held = Held(connector, stream, contract)
        for index, test in enumerate(settings.tests):
            at = ("streams", stream, "tests", index)
            yield at, list(_failures(test, held, at))


def _failures(test: TestSettings, held: Held, at: Location) -> Iterator[Misfit]:
    mapped = held.of(test.record)
    told = "; ".join(map(str, mapped.troubles))
    if test.refused is not None:
        if not mapped.troubles:
            yield Misfit((*at, "refused"), f"the record was mapped, and not refused for {test.refused!r}", _FIX)
        elif test.refused not in told:
            yield Misfit((*at, "refused"), f"the record was refused, but for: {told}", _FIX)
    elif mapped.troubles:
        yield Misfit(at, f"the record can't be mapped: {told}", _FIX)
    else:
        yield from _differences(test.gives or (), as_tested(mapped), at)


def _differences(
    expected: Sequence[Mapping[str, Json]], found: Sequence[Mapping[str, Json]], at: Location
) -> Iterator[Misfit]:
    left = list(found)
    for index, wanted in enumerate(expected):
        here = (*at, "gives", index)
        same = [each for each in left if _which(each) == _which(wanted)]
        if not same:
            has = ", ".join(map(_named, found)) or "nothing"
            yield Misfit(here, f"there is no {_named(wanted)}; the record asserts {has}", _FIX)
            continue
        left.remove(same[0])
        for name, value in wanted.items():
            if same[0].get(name) != value:
                message = f"{name} is {shown(same[0].get(name))}, expected was {shown(value)}"
                yield Misfit((*here, name), message, _FIX)
    for each in left:
        message = f"the record also asserts {_named(each)}"
        yield Misfit((*at, "gives"), message, "add it to what the test expects, or mend the mapping")


def _which(said: Mapping[str, Json]) -> list[Json]:
    """What tells one assertion, or event, from another."""
    names = ("event", "name") if "event" in said else ("kind", "id")
    return [said.get(name) for name in names]


def _named(said: Mapping[str, Json]) -> str:
    if "event" in said:
        return f"{said['event']} {said.get('name', '')!r}" if "name" in said else str(said["event"])
    return f"{said.get('kind')} {said.get('id')!r}"
