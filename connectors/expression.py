"""Expressions of JSONata over a record. The only file that knows the engine.

The engine takes some ten microseconds for the name of a field. Most of a mapping is such names, so that names, and
paths of names through objects, are followed here; where a path meets a list, JSONata's own rules for lists begin, and
the engine has it again from the start.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException

from connectors.errors import ExpressionError
from schema.json import Json

MAX_TEXT = 4000
MAX_MILLISECONDS = 2000
MAX_DEPTH = 300

_PATH = re.compile(r"\s*(?:[A-Za-z_][A-Za-z0-9_]*|`[^`]+`)(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|`[^`]+`))*\s*")
_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|`[^`]+`")
_NULL = re.compile(r"\bnull\b")
_WORDS = frozenset({"and", "or", "in", "true", "false", "null", "function"})


class Expression:
    """An expression that was read without error."""

    __slots__ = ("_engine", "_lock", "_path", "text")

    def __init__(self, text: str) -> None:
        """Reads the text; `ExpressionError` where it is none."""
        self.text = text
        if len(text) > MAX_TEXT:
            raise ExpressionError(f"is longer than {MAX_TEXT} characters")
        if not text.strip():
            raise ExpressionError("is empty")
        self._lock = threading.Lock()
        try:
            self._engine = Jsonata(text)
        except JException as error:
            raise ExpressionError(str(error)) from None
        except Exception as error:
            raise ExpressionError(f"can't be read ({error})") from None
        self._engine.set_validate_input(False)
        self._path = _path(text)

    @property
    def field(self) -> str | None:
        """The field of the record that it begins at, where it is a path of names alone."""
        return self._path[0] if self._path else None

    def reader(self) -> Callable[[Any, Mapping[str, Json]], Any]:
        """What gives its value as `of` does, made for what the expression is: most are one name."""
        if len(self._path) != 1:
            return self.of
        (name,) = self._path

        def read(context: Any, record: Mapping[str, Json]) -> Any:
            return context.get(name) if type(context) is dict else self.of(context, record)

        return read

    def of(self, context: Any, record: Mapping[str, Json]) -> Any:
        """Its value, None where there is none; `$record` is the whole record. `ExpressionError` where it fails."""
        if self._path:
            value = context
            for name in self._path:
                if type(value) is not dict:
                    break
                value = value.get(name)
            else:
                return value
            if value is None:
                return None
        return self._by_engine(context, record)

    def absent(self, context: Any, record: Mapping[str, Json]) -> bool:
        """Whether it finds nothing. A null that a plain path leads to, or that the expression itself names, is found.

        The engine has one word for null and for nothing.
        """
        value = context
        for name in self._path:
            if type(value) is not dict:
                break
            if name not in value:
                return True
            value = value[name]
        else:
            if self._path:
                return False
        return self.of(context, record) is None and not _NULL.search(self.text)

    def _by_engine(self, context: Any, record: Mapping[str, Json]) -> Any:
        with self._lock:
            frame = self._engine.create_frame(self._engine.environment)
            frame.set_runtime_bounds(MAX_MILLISECONDS, MAX_DEPTH)
            frame.bind("record", record)
            try:
                return _plain(self._engine.evaluate(context, frame))
            except JException as error:
                raise ExpressionError(str(error)) from None
            except RecursionError:
                raise ExpressionError("calls itself without end") from None
            except Exception as error:
                raise ExpressionError(f"fails: {type(error).__name__}: {error}") from None


def _path(text: str) -> tuple[str, ...]:
    if not _PATH.fullmatch(text):
        return ()
    steps = _STEP.findall(text)
    return () if _WORDS.intersection(steps) else tuple(step.strip("`") for step in steps)


def _plain(value: Any) -> Any:
    """JSON values without the engine's own kinds of lists and nothing."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if callable(value) or type(value).__module__.startswith("jsonata"):
        return None
    raise TypeError(f"gives a {type(value).__name__}, which is no value of JSON")
