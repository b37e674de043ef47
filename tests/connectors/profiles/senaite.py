"""SENAITE as a connector meets it: it knows minutes, ignores what it does not know, and shows strangers nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tests.connectors.api import SECRET, Answer, Asked

Row = dict[str, Any]
BASE = "/senaite/@@API/senaite/v1"
KNOWN = "Basic " + base64.b64encode(f"hub:{SECRET}".encode()).decode()
INDEXES = {
    "senaite_catalog_sample": ("id", "review_state", "modified"),
    "senaite_catalog_analysis": ("id", "review_state", "getRequestID"),
}


@dataclass
class Senaite:
    """Samples and analyses by id. `most` records come at a time, whatever is asked for."""

    url: str = ""
    samples: dict[str, Row] = field(default_factory=dict)
    analyses: dict[str, Row] = field(default_factory=dict)
    now: datetime = datetime(2026, 3, 1, 10, tzinfo=UTC)
    most: int = 1000
    before_page: Callable[[], None] = lambda: None

    def sample(self, id_: str, **values: Any) -> None:
        row = self.samples.setdefault(id_, {"id": id_, "uid": f"s-{id_}", "title": id_, "ClientReference": ""})
        row |= {"review_state": "sample_received", **values, "modified": self.now}

    def analysis(self, sample: str, id_: str, **values: Any) -> None:
        key = f"{sample}/{id_}"
        row = self.analyses.setdefault(key, {"id": id_, "uid": f"a-{key}", "title": id_, "Keyword": id_})
        row |= {"getRequestID": sample, "Result": "", "Unit": "", "review_state": "assigned", **values}
        row["modified"] = self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def answer(self, asked: Asked) -> Answer:
        known = asked.headers.get("authorization") == KNOWN
        path = asked.path.removeprefix(BASE)
        if path == "/users/current":
            return Answer({"count": 1, "items": [{"username": "hub" if known else None, "authenticated": known}]})
        rows = {"/analysisrequest": self.samples, "/analysis": self.analyses}[path] if known else {}
        if path == "/analysisrequest":
            self.before_page()
        return Answer(self._batch(path, list(rows.values()), asked.params))

    def _batch(self, path: str, rows: list[Row], params: dict[str, str]) -> Row:
        indexes = INDEXES[params["catalog"]]
        for name in indexes:
            if name in params:
                rows = [row for row in rows if row[name] == params[name]]
        if "modified_since" in params and "modified" in indexes:
            since = _minute(datetime.fromisoformat(params["modified_since"]))
            rows = [row for row in rows if _minute(row["modified"]) >= since]
        if params.get("sort_on") == "modified":
            # Within a minute the catalogue has no order of its own.
            rows = sorted(rows, key=lambda row: (_minute(row["modified"]), row["uid"]))
        start, size = int(params.get("b_start", 0)), min(int(params["limit"]), self.most)
        page = [self._shown(row, params) for row in rows[start : start + size]]
        more = start + size < len(rows)
        following = f"{self.url}{BASE}{path}?{urlencode({**params, 'b_start': start + size})}" if more else None
        return {"count": len(rows), "pagesize": size, "items": page, "next": following}

    def _shown(self, row: Row, params: dict[str, str]) -> Row:
        # Without the whole object, the catalogue's own idea of when it was modified is shown.
        modified = row["modified"] if params.get("complete") == "true" else datetime(2020, 1, 1, tzinfo=UTC)
        return row | {"modified": modified.isoformat(timespec="seconds")}


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
