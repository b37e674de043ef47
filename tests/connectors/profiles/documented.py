"""Systems that are known from documentation only, each as its documentation says that it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote
from zoneinfo import ZoneInfo

from tests.connectors.api import SECRET, Answer, Asked

Row = dict[str, Any]
TRACEBACK = f"Traceback (most recent call last):\n  secret={SECRET}\n"
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Clock:
    """When things change. `before_page` is what happens meanwhile."""

    now: datetime = datetime(2026, 3, 1, 10, tzinfo=UTC)
    before_page: Callable[[], None] = lambda: None

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class ErpNext(Clock):
    """Documents by doctype and name; times of the site have no offset."""

    documents: dict[str, dict[str, Row]] = field(default_factory=dict)

    def save(self, doctype: str, name: str, /, **values: Any) -> None:
        row = self.documents.setdefault(doctype, {}).setdefault(name, {"name": name, "docstatus": 1})
        row |= values
        row["modified"] = self.now

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"token {SECRET}":
            return Answer({"exc_type": "AuthenticationError", "exc": json.dumps([TRACEBACK])}, 401)
        _, _, _, doctype, *name = (unquote(part) for part in asked.path.split("/"))
        rows = self.documents.get(doctype, {})
        if name:
            return Answer({"data": _shown(rows[name[0]])}) if name[0] in rows else Answer({}, 404)
        self.before_page()
        fields = json.loads(asked.params["fields"])
        known = {field for row in rows.values() for field in row}
        if rows and (unknown := [field for field in fields if field not in known]):
            message = f"frappe.exceptions.DataError: Field not permitted in query: {unknown[0]}"
            return Answer({"exception": message, "exc": json.dumps([TRACEBACK])}, 417)
        found = [
            row
            for row in rows.values()
            if all(_holds(row, *each) for each in json.loads(asked.params.get("filters", "[]")))
        ]
        found.sort(key=lambda row: tuple(row[part.split()[0]] for part in asked.params["order_by"].split(", ")))
        start, size = int(asked.params["limit_start"]), int(asked.params["limit_page_length"])
        return Answer({"data": [{name: _shown(row)[name] for name in fields} for row in found[start : start + size]]})


def _holds(row: Row, name: str, operator: str, value: Any) -> bool:
    if name == "modified":
        value = datetime.fromisoformat(value).replace(tzinfo=BERLIN)
    found = row[name]
    return bool(
        {"=": found == value, ">": operator == ">" and found > value, ">=": operator == ">=" and found >= value}[
            operator
        ]
    )


def _shown(row: Row) -> Row:
    return row | {"modified": f"{row['modified'].astimezone(BERLIN):%Y-%m-%d %H:%M:%S.%f}"}


@dataclass
class Atlas(Clock):
    """Pages of Spring, asked for by POST."""

    rows: dict[str, dict[int, Row]] = field(default_factory=dict)

    def save(self, path: str, id_: int, /, **values: Any) -> None:
        row = self.rows.setdefault(path, {}).setdefault(id_, {"id": id_, "archived": False})
        row |= values
        row["updatedAt"] = self.now

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("x-api-key") != SECRET:
            return Answer({"message": "Access denied"}, 403)
        self.before_page()
        body = asked.body
        rows = list(self.rows[asked.path].values())
        for each in body["filterFields"]:
            assert (each["field"], each["operation"], each["enumName"]) == ("updatedAt", "ge", "JS_DATE")
            since = datetime.strptime(each["value"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
            rows = [row for row in rows if row["updatedAt"] >= since]
        rows.sort(key=lambda row: row[body["sortField"]])
        start = body["pageNum"] * body["pageSize"]
        page = [
            row | {"updatedAt": f"{row['updatedAt']:%Y-%m-%dT%H:%M:%S.%fZ}"}
            for row in rows[start : start + body["pageSize"]]
        ]
        return Answer({"content": page, "totalElements": len(rows), "last": start + len(page) >= len(rows)})


@dataclass
class Maximo(Clock):
    """Members without what is empty; errors in an object of their own."""

    rows: dict[str, list[Row]] = field(default_factory=dict)

    def save(self, path: str, /, **values: Any) -> None:
        self.rows.setdefault(path, []).append(values | {"changedate": self.now})

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("apikey") != SECRET:
            return Answer({"Error": {"message": "BMXAA7901E - You cannot log in", "statusCode": "401"}}, 401)
        params = asked.params
        rows = self.rows.get(asked.path.rpartition("/")[2], [])
        if where := params.get("oslc.where"):
            name, _, since = where.partition(">=")
            assert (name, params["lean"]) == ("changedate", "1")
            rows = [row for row in rows if row["changedate"] >= datetime.fromisoformat(json.loads(since))]
        assert params["oslc.orderBy"].startswith("+changedate,+")
        names, size = params["oslc.select"].split(","), int(params["oslc.pageSize"])
        start = (int(params["pageno"]) - 1) * size
        page = sorted(rows, key=lambda row: row["changedate"])[start : start + size]
        shown = [{name: _written(row[name]) for name in names if row.get(name) not in (None, "")} for row in page]
        return Answer({"member": shown, "responseInfo": {"totalCount": len(rows)}})


def _written(value: Any) -> Any:
    return value.astimezone(BERLIN).isoformat(timespec="seconds") if isinstance(value, datetime) else value


@dataclass
class Windchill(Clock):
    """Collections of OData 4; what a part uses is asked for by itself."""

    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    uses: dict[str, list[Row]] = field(default_factory=dict)

    def save(self, collection: str, id_: str, /, **values: Any) -> None:
        self.rows.setdefault(collection, {})[id_] = {"ID": id_, **values, "LastModified": self.now}

    def answer(self, asked: Asked) -> Answer:
        if not asked.headers.get("authorization", "").startswith("Basic cmVhZGVyOmdlaGVpbS00NzEx"):
            return Answer({"error": {"code": "401", "message": "Unauthorized"}}, 401)
        self.before_page()
        collection = unquote(asked.path).rpartition("/odata/")[2]
        if "('" in collection:
            return Answer({"value": self.uses.get(collection.split("'")[1], [])})
        rows = list(self.rows.get(collection, {}).values())
        if where := asked.params.get("$filter"):
            since = datetime.fromisoformat(where.removeprefix("LastModified ge "))
            rows = [row for row in rows if row["LastModified"] >= since]
        assert asked.params["$orderby"] == "LastModified asc"
        rows.sort(key=lambda row: row["LastModified"])
        start, size = int(asked.params["$skip"]), int(asked.params["$top"])
        page = [
            row | {"LastModified": f"{row['LastModified']:%Y-%m-%dT%H:%M:%SZ}"} for row in rows[start : start + size]
        ]
        return Answer({"value": page})


@dataclass
class Aras:
    """Items of OData behind an OAuth server that wants the name of the database."""

    items: dict[str, list[Row]] = field(default_factory=dict)
    bom: dict[str, list[Row]] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Answer:
        path = unquote(asked.path)
        if path.endswith("/connect/token"):
            form = {name: values[0] for name, values in parse_qs(asked.body).items()}
            good = form == {
                "grant_type": "password",
                "client_id": "IOMApp",
                "scope": "Innovator",
                "database": "plant",
                "username": "reader",
                "password": SECRET,
            }
            return Answer(
                {"access_token": "T1", "expires_in": 3600} if good else {"error": "invalid_grant"}, 200 if good else 400
            )
        if asked.headers.get("authorization") != "Bearer T1":
            return Answer({"error": {"message": "unauthorized"}}, 401)
        collection = path.rpartition("/odata/")[2]
        if "('" in collection:
            return Answer({"value": self.bom.get(collection.split("'")[1], [])})
        return Answer({"@odata.context": "x", "value": self.items[collection]})
