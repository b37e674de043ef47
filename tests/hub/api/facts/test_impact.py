"""Recalls, asked of the demo plant, against what its file says when read by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASK = """
query ($of: ImpactOrigin!, $maxDepth: Int, $first: Int) {
  impact(of: $of, maxDepth: $maxDepth, first: $first) {
    origin { globalId }
    groups { kind count things { id depth entity { id ... on MaterialLot { status } }
      because { from relationships through { kind id } text } } }
    truncated truncatedBy
  }
}
"""


def reached(found: Any) -> dict[str, set[str]]:
    return {group["kind"]: {thing["id"].split(":")[1] for thing in group["things"]} for group in found["groups"]}

async def test_show(plant: Api, plant_on_neo4j: Api) -> None:
    import json, time
    for of in ({"lot": "CIT-2601"}, {"asset": {"id": "A-MIX-102", "from": "2026-03-10T06:00:00Z", "to": "2026-03-12T14:00:00Z"}}, {"material":"FLAVOUR-B"}, {"supplierLot": {"number": "CC-5531", "supplier": "SUP-CITRA"}}, {"asset": {"id": "A-PH-1", "from": "2026-03-08T08:00:00Z"}}):
        a = await plant.ask(ASK, {"of": of})
        print(of, a.errors, a.plans)
        if a.data: print(json.dumps(reached(a.data["impact"]), default=sorted, indent=1))
        for i in range(2):
            t=time.time(); b = await plant_on_neo4j.ask(ASK, {"of": of}); print("neo4j", time.time()-t, b.errors)
        assert a.data == b.data
    print(json.dumps(a.data["impact"]["groups"][0]["things"][:2], indent=1))
    b = await plant.ask("query($l:[ID!]!){ impact(of: {lot: \"a\", sublot: \"b\"}) {truncated} }", {"l": []}); print(b.errors)
    b = await plant.ask("query($o:ImpactOrigin!){ impact(of: $o) {truncated} }", {"o": {"lot": "a", "sublot": "b"}}); print(b.errors)
    b = await plant.ask("query($o:ImpactOrigin!){ impact(of: $o) {truncated} }", {"o": {"lot": None}}); print(b.errors)
