"""Times that a database has and Python has not, as PostgreSQL's `infinity`: read as the texts that they are.

One of them fails every row that is fetched with it, whether anybody asks for that column or not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import BindParameter, Engine, event, literal
from sqlalchemy.types import TIMESTAMP


class Odd(str):
    """A time as a text."""


def read_as_text(engine: Engine) -> bool:
    """Has connections from now on read such times as texts; False where nothing is to be done about them."""
    if engine.driver != "psycopg":
        return False
    event.listen(engine, "connect", _lenient(engine.dialect.dbapi))
    engine.dispose()
    return True


def literal_of(value: Any) -> BindParameter[Any]:
    """A value to compare with; the database has to be told of a text that it is a time."""
    return literal(value, TIMESTAMP(timezone=True)) if isinstance(value, Odd) else literal(value)


def _lenient(driver: Any) -> Callable[[Any, Any], None]:
    def of(strict: type[Any]) -> type[Any]:
        class Lenient(strict):  # type: ignore[misc]
            def load(self, data: Any) -> Any:
                try:
                    return super().load(data)
                except driver.DataError:
                    return Odd(bytes(data).decode())

        return Lenient

    times = driver.types.datetime
    loaders = {
        "date": times.DateLoader,
        "time": times.TimeLoader,
        "timetz": times.TimetzLoader,
        "timestamp": times.TimestampLoader,
        "timestamptz": times.TimestamptzLoader,
        "interval": times.IntervalLoader,
    }

    def connected(connection: Any, _record: Any) -> None:
        for name, strict in loaders.items():
            connection.adapters.register_loader(name, of(strict))

    return connected
