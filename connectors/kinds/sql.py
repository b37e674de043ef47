"""The kind `sql`: tables, views and queries of a database, by SQLAlchemy.

Pages are asked for by key, each in a transaction of its own that only reads, so that nothing is held open in somebody
else's database. A stream with `changed` goes on from the newest change, less `overlap`; rows of one time of change
follow one another by `key`. Rows without a time of change are read at every run.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    column,
    create_engine,
    event,
    func,
    inspect,
    literal,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError, OperationalError, SQLAlchemyError

from connectors.errors import SourceError
from connectors.faults import nearest
from connectors.kind import NEVER_AGAIN, Look, Offer, Page
from connectors.kinds import sql_values
from connectors.kinds.sql_odd import Odd, literal_of, read_as_text
from connectors.kinds.sql_remedies import remedy
from connectors.mapping.times import zone_of
from connectors.records import record_of
from connectors.secret import Secret, hide
from connectors.settings import ConnectorSettings, Names, StreamName, StreamSettings
from schema.json import Json

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "mssql": "mssql+pymssql",
    "oracle": "oracle+oracledb",
    "sqlite": "sqlite",
}
"""The driver that each database is reached by, unless the URL names another."""

EXTRAS = {"mysql": "mariadb", "mssql": "sqlserver"}
"""The extra that installs a driver, where it is called otherwise than the database in URLs."""

FUTURE_SECONDS = 60
WIDEST_OFFSET = 14 * 3600
"""So far may a time without an offset be ahead, where nobody says in which zone it is."""

_READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}


def _url(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError:
        raise ValueError("is no URL; write it as postgresql://reader@db.example/mes") from None
    if url.password is not None:
        raise ValueError("holds a password; write it into a file of its own, and name that in `passwordFile`")
    if url.drivername.split("+")[0] not in DRIVERS:
        raise ValueError(f"is of no database known here; known are {', '.join(DRIVERS)}")
    return value


class SqlStream(StreamSettings):
    """Rows of a table, a view or a query."""

    table: str | None = Field(
        None, description="The table or view, `schema.name` where it is in one.", examples=["lot"]
    )
    query: str | None = Field(
        None,
        description="A SELECT in place of `table`, without ORDER BY.",
        examples=["SELECT l.*, m.code FROM lot l JOIN material m ON m.id = l.material_id"],
    )
    where: str | None = Field(None, description="A condition on the rows.", examples=["site = 'north'"])

    @model_validator(mode="after")
    def _one_of_them(self) -> SqlStream:
        if (self.table is None) == (self.query is None):
            raise ValueError("names neither or both of `table` and `query`; give one of them")
        return self


class SqlSettings(ConnectorSettings):
    """A database."""

    url: Annotated[str, AfterValidator(_url)] = Field(
        description="The database, without a password.", examples=["postgresql://reader@db.example:5432/mes"]
    )
    password_file: Path | None = Field(None, description="A file with the password.", examples=["/run/secrets/mes"])
    streams: Mapping[StreamName, SqlStream] = Field(min_length=1, description="What is read, by a name of your own.")

    def secret_files(self) -> Mapping[str, Path]:
        return {} if self.password_file is None else {"passwordFile": self.password_file}


class SqlKind:
    """Databases."""

    name = "sql"
    settings = SqlSettings

    def open(self, settings: SqlSettings, secrets: Mapping[str, Secret], folder: Path) -> SqlSource:
        return SqlSource(settings, secrets.get("passwordFile"), folder)


class SqlSource:
    """A database that is read."""

    def __init__(self, settings: SqlSettings, password: Secret | None, folder: Path) -> None:
        self._settings = settings
        self._secrets = () if password is None else (password,)
        url = make_url(settings.url)
        self.shown = url.render_as_string(hide_password=True)
        self._engine = _engine(_reached(url, password, folder), self.shown)
        self._file = folder / url.database if url.drivername == "sqlite" and url.database else None
        self._odd = False
        """Whether a time has come that Python has not."""
        self._zone = None if settings.time_zone is None else zone_of(settings.time_zone)

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        with self._connected() as connection:
            version = ".".join(map(str, connection.dialect.server_version_info or ()))
            yield Look("connection", f"{self.shown} lets the connector in ({connection.dialect.name} {version})")
            for name, stream in self._settings.streams.items():
                yield from self._check_stream(connection, name, stream, fields.get(name, frozenset()))

    def _check_stream(
        self, connection: Connection, name: str, stream: SqlStream, fields: frozenset[str]
    ) -> Iterator[Look]:
        columns = _columns(connection, stream)
        missing = list(_missing(name, stream, columns, fields))
        yield from missing
        if missing or stream.changed is None:
            if not missing:
                yield Look(name, f"{len(columns)} columns; all rows are read and compared at every run")
            return
        empty = select(func.count()).select_from(_rows(stream).where(_changed(stream).is_(None)).subquery())
        count = connection.execute(empty).scalar_one()
        detail = "every row has its time"
        if count:
            # They are read all the same: no fault of the connector.
            rows = "1 row has" if count == 1 else f"{count} rows have"
            second = "name a second column in `changed`, as [write_date, create_date], where there is one"
            detail = f"{rows} no time of change, read at every run: {second}"
        yield Look(name, f"{len(columns)} columns; {detail}")

    def missing(self, stream: str, fields: frozenset[str]) -> Iterator[Look]:
        settings = self._settings.streams[stream]
        with self._connected() as connection:
            columns = _columns(connection, settings)
        yield from _missing(stream, settings, columns, fields)

    def discover(self) -> Iterator[Offer]:
        with self._connected() as connection:
            inspector = inspect(connection)
            default = inspector.default_schema_name
            for schema in inspector.get_schema_names():
                if schema in ("information_schema", "pg_catalog", "mysql", "performance_schema", "sys"):
                    continue
                for name in sorted({*inspector.get_table_names(schema), *inspector.get_view_names(schema)}):
                    shown = name if schema == default else f"{schema}.{name}"
                    yield _offer(inspector, schema, name, shown)

    def read(self, stream: str, position: Json) -> Iterator[Page]:
        settings = self._settings.streams[stream]
        if settings.changed is None:
            yield from self._whole(settings, position)
            return
        yield from self._timeless(settings, position)
        yield from self._changed(settings, position)

    def count(self, stream: str, position: Json) -> int | None:
        settings = self._settings.streams[stream]
        rows = _rows(settings)
        if settings.changed is None:
            after = None if position is None else sql_values.loads(position)
            rows = rows.where(*_after(settings.key, after))
        elif position is not None:
            rows = rows.where(or_(_changed(settings).is_(None), *self._since(settings, position)))
        with self._connected() as connection:
            return int(connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one())

    def _whole(self, stream: SqlStream, position: Json) -> Iterator[Page]:
        after = None if position is None else sql_values.loads(position)
        while rows := self._page(stream, _after(stream.key, after), stream.key):
            after = [rows[-1][name] for name in stream.key]
            yield Page([record_of(list(row), row.values()) for row in rows], sql_values.dumps(after))

    def _timeless(self, stream: SqlStream, position: Json) -> Iterator[Page]:
        nothing = _changed(stream).is_(None)
        after = None
        while rows := self._page(stream, [nothing, *_after(stream.key, after)], stream.key):
            after = [rows[-1][name] for name in stream.key]
            yield Page([record_of(list(row), row.values()) for row in rows], position, [None] * len(rows))

    def _changed(self, stream: SqlStream, position: Json) -> Iterator[Page]:
        changed = _changed(stream)
        conditions = [changed.is_not(None)] if position is None else self._since(stream, position)
        order: list[ColumnElement[Any]] = [changed, *map(_column, stream.key)]
        highest = position
        while rows := self._page(stream, conditions, stream.key, order, changed):
            ends = [[row["_changed"], *(row[name] for name in stream.key)] for row in rows]
            conditions = _lexical(order, ends[-1])
            marks = [self._mark(row.pop("_changed")) for row in rows]
            # A time in the future is a clock set wrong: the position does not follow it, or what comes would be missed.
            so_far = next(
                (end for end, mark in zip(reversed(ends), reversed(marks), strict=True) if mark is not None), None
            )
            # Below the overlap the position stands still: a run that is cut off there must not go back.
            highest = highest if so_far is None else sql_values.greater(sql_values.dumps(so_far), highest)
            yield Page([record_of(list(row), row.values()) for row in rows], highest, marks)

    def _since(self, stream: SqlStream, position: Json) -> list[ColumnElement[bool]]:
        """The rows that were changed since a position, less `overlap`."""
        changed = _changed(stream)
        newest, *rest = sql_values.loads(position)
        begin = sql_values.before(newest, stream.overlap) if stream.overlap else None
        if begin is not None:
            return [changed >= literal(begin)]
        return _lexical([changed, *map(_column, stream.key)], [newest, *rest])

    def _mark(self, changed: Any) -> float | None:
        """The mark of a row; None where its time is of the future, or odd: it is read as if it had none."""
        if isinstance(changed, Odd):
            return None
        mark = sql_values.mark(changed, NEVER_AGAIN, self._zone or UTC)
        slack = FUTURE_SECONDS if self._zone is not None else FUTURE_SECONDS + WIDEST_OFFSET
        timed = isinstance(changed, (str, datetime, date))
        return None if timed and mark > time.time() + slack else mark

    def _page(
        self,
        stream: SqlStream,
        conditions: Sequence[ColumnElement[bool]],
        key: Sequence[str],
        order: Sequence[ColumnElement[Any]] | None = None,
        changed: ColumnElement[Any] | None = None,
    ) -> list[dict[str, Any]]:
        rows = _rows(stream)
        if changed is not None:
            rows = rows.add_columns(changed.label("_changed"))
        rows = rows.where(*conditions).order_by(*(order or map(_column, key))).limit(stream.page)
        try:
            return self._fetched(rows)
        except SourceError as error:
            if self._odd or not isinstance(error.__context__, DataError):
                raise
            self._odd = read_as_text(self._engine)
            return self._fetched(rows)

    def _fetched(self, rows: Select[Any]) -> list[dict[str, Any]]:
        with self._connected() as connection:
            return [dict(row) for row in connection.execute(rows).mappings()]

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = " ".join(hide(str(getattr(error, "orig", None) or error), self._secrets).split())[:300]
            doing = "reach" if isinstance(error, OperationalError) and error.statement is None else "read"
            missing = self._file is not None and not self._file.exists()
            what = f"; there is no file {self._file}: the path goes from the connector's folder" if missing else ""
            what = what or remedy(cause, password=bool(self._secrets))
            raise SourceError(f"can't {doing} {self.shown}: {cause}{what}") from None


def _reached(url: URL, password: Secret | None, folder: Path) -> URL:
    database = url.drivername.split("+")[0]
    if "+" not in url.drivername:
        url = url.set(drivername=DRIVERS[database])
    if password is not None:
        url = url.set(password=password.reveal())
    if database == "sqlite" and url.database:
        # Read only, and never made where it is not there.
        url = url.set(database=f"file:{folder / url.database}", query={"mode": "ro", "uri": "true"})
    return url


def _engine(url: URL, shown: str) -> Engine:
    try:
        engine = create_engine(url, pool_size=1, max_overflow=1, pool_pre_ping=True, hide_parameters=True)
    except NoSuchModuleError:
        raise SourceError(f"can't open {shown}: no driver {url.drivername!r} is known") from None
    except ImportError as error:
        database = url.drivername.split("+")[0]
        extra = EXTRAS.get(database, database)
        raise SourceError(
            f"can't open {shown}: its driver is not installed ({error}); `pip install 'unshub[{extra}]'`"
        ) from None
    statement = _READ_ONLY.get(engine.dialect.name)
    if statement is not None:
        event.listen(engine, "connect", _reading_only(statement))
    return engine


def _reading_only(statement: str) -> Callable[[Any, Any], None]:
    def begin(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        if hasattr(connection, "commit"):
            connection.commit()

    return begin


def _rows(stream: SqlStream) -> Select[Any]:
    if stream.table is not None:
        schema, _, name = stream.table.rpartition(".")
        rows = select(text("*")).select_from(table(name, schema=schema or None))
    else:
        assert stream.query is not None
        rows = select(text("*")).select_from(text(f"({stream.query.strip().rstrip(';')}) unshub_rows"))
    return rows if stream.where is None else rows.where(text(f"({stream.where})"))


def _columns(connection: Connection, stream: SqlStream) -> list[str]:
    return list(connection.execute(_rows(stream).limit(0)).keys())


def _missing(name: str, stream: SqlStream, columns: Sequence[str], fields: frozenset[str]) -> Iterator[Look]:
    for each in sorted({*stream.key, *(stream.changed or ()), *fields} - set(columns)):
        yield Look(
            name, f"there is no column {each!r}", f"{nearest(each, columns)}; names are as the database has them"
        )


def _changed(stream: SqlStream) -> ColumnElement[Any]:
    assert stream.changed is not None
    columns = [_column(name) for name in stream.changed]
    return columns[0] if len(columns) == 1 else func.coalesce(*columns)


def _column(name: str) -> ColumnElement[Any]:
    return column(name)


def _after(key: Names, values: Sequence[Any] | None) -> list[ColumnElement[bool]]:
    return [] if values is None else _lexical([_column(name) for name in key], values)


def _lexical(columns: Sequence[ColumnElement[Any]], values: Sequence[Any]) -> list[ColumnElement[bool]]:
    """Rows after the one with these values. Written out, since not every database compares rows of values."""
    alternatives = [
        and_(
            *(c == literal_of(v) for c, v in zip(columns[:n], values[:n], strict=True)),
            columns[n] > literal_of(values[n]),
        )
        for n in range(len(columns))
    ]
    return [or_(*alternatives)]


def _offer(inspector: Any, schema: str | None, name: str, shown: str) -> Offer:
    columns = {each["name"]: str(each["type"]) for each in inspector.get_columns(name, schema)}
    key = inspector.get_pk_constraint(name, schema).get("constrained_columns") or list(columns)[:1]
    times = [each for each, kind in columns.items() if _is_time(each.lower(), kind.upper())]
    changed = [each for each in times if any(word in each.lower() for word in ("chang", "modif", "updat", "write"))]
    draft: dict[str, Any] = {"table": shown, "key": key[0] if len(key) == 1 else list(key)}
    if changed:
        draft["changed"] = changed[0]
    return Offer(shown, columns, draft)


def _is_time(name: str, kind: str) -> bool:
    """Whether a column has times; a text, as SQLite keeps them, has by its name."""
    if "CHAR" in kind or "TEXT" in kind:
        return name.endswith(("_at", "_on", "date", "time"))
    return "TIMESTAMP" in kind or "DATETIME" in kind
