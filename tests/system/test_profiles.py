"""Profiles in a hub: what an ERP and a laboratory say of one order meets, by the numbers that each of them uses."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hub.connect.profiles import looked_at
from tests.connectors.api import SECRET, api
from tests.connectors.profiles.odoo import seeded
from tests.connectors.profiles.running import SHIPPED
from tests.connectors.profiles.senaite import Senaite
from tests.servers import Mosquitto
from tests.system.hub_process import HubProcess

pytestmark = pytest.mark.slow

QUESTION = """
{
  jobOrder(id: "WH/MO/00012") {
    status
    product { id name }
    workMaster { billOfMaterials { lines { edges { quantity { value unit } node { id } } } } }
    fulfils { nodes { id customer { name } } }
    parts { nodes { name equipment { nodes { id } } } }
    responses {
      nodes {
        consumed { edges { quantity { value unit } node { id purchaseReceipts { nodes { supplier { name } } } } } }
        produced {
          nodes { id samples { nodes { id results { nodes { characteristic verdict value { value unit } } } } } }
        }
      }
    }
  }
}
"""


def configure(folder: Path, name: str, profile: str, url: str) -> None:
    """A connector as the profile's starting file has it, with another URL and secret."""
    settings = looked_at(SHIPPED, profile).settings
    assert settings is not None
    text = re.sub(r"/run/secrets/\w+", "secret", settings.draft)
    (folder / f"{name}.yaml").write_text(re.sub(r"https://[\w.-]+", url, text) + "every: 500ms\n")


async def test_one_question_crosses_erp_and_laboratory(mosquitto: Mosquitto, tmp_path: Path) -> None:
    odoo, lims = seeded(), Senaite()
    lims.sample("JUICE-1", ClientReference="LOT-31")
    result = {"title": "Brix", "Result": "11.4", "Unit": "%", "ResultsRange": {"min": "11", "max": "12"}}
    lims.analysis("JUICE-1", "Brix", review_state="to_be_verified", **result)
    folder = tmp_path / "connectors"
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    with ExitStack() as stack:
        erp, laboratory = stack.enter_context(api()), stack.enter_context(api())
        erp.first, laboratory.first, lims.url = odoo.answer, lims.answer, laboratory.url
        configure(folder, "erp", "odoo@19", erp.url)
        configure(folder, "lims", "senaite", laboratory.url)
        async with HubProcess(tmp_path / "hub", mosquitto.url, "--connectors", str(folder)) as hub:
            found: dict[str, Any] = {}

            async def all_in() -> bool:
                found.update((await hub.ask(QUESTION))["jobOrder"] or {})
                return found == EXPECTED

            try:
                await hub.until(all_in, "what both say of the order")
            except AssertionError:
                assert found == EXPECTED
                raise


EXPECTED = {
    "status": "COMPLETED",
    "product": {"id": "OJ", "name": "Juice"},
    "workMaster": {
        "billOfMaterials": {"lines": {"edges": [{"quantity": {"value": 150.0, "unit": "kg"}, "node": {"id": "OR"}}]}}
    },
    "fulfils": {"nodes": [{"id": "S00042", "customer": {"name": "Citrus Ltd"}}]},
    "parts": {"nodes": [{"name": "Fill", "equipment": {"nodes": [{"id": "FL1"}]}}]},
    "responses": {
        "nodes": [
            {
                "consumed": {
                    "edges": [
                        {
                            "quantity": {"value": 151.5, "unit": "kg"},
                            "node": {
                                "id": "LOT-30",
                                "purchaseReceipts": {"nodes": [{"supplier": {"name": "Citrus Ltd"}}]},
                            },
                        }
                    ]
                },
                "produced": {
                    "nodes": [
                        {
                            "id": "LOT-31",
                            "samples": {
                                "nodes": [
                                    {
                                        "id": "JUICE-1",
                                        "results": {
                                            "nodes": [
                                                {
                                                    "characteristic": "Brix",
                                                    "verdict": "PASSED",
                                                    "value": {"value": 11.4, "unit": "%"},
                                                }
                                            ]
                                        },
                                    }
                                ]
                            },
                        }
                    ]
                },
            }
        ]
    },
}
