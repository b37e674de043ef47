"""What a configuration has wrong: all of it, each with where it stands, what it is and the remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, NamedTuple, Protocol, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Location = tuple[str | int, ...]
"""Keys and list indexes from the top of the file."""

MAX_SHOWN = 80
_SECRET = re.compile(r"password|secret|token|apikey|authorization|url|broker", re.IGNORECASE)
"""Settings whose values are not repeated: what stands in the place of a secret may be one."""

_SIGNED_IN = re.compile(r"://[^/@\s]*:[^/@\s]*@")


class Misfit(NamedTuple):
    """One thing that is wrong."""

    location: Location
    message: str
    fix: str


class Document(Protocol):
    """A configuration file as values, which knows where each stands."""

    @property
    def values(self) -> Mapping[str, Any]:
        """What the file says."""
        ...

    def place(self, location: Location) -> str:
        """Where something stands, or the nearest above it: `mes.yaml:3:7`."""
        ...


@dataclass(frozen=True)
class Faults:
    """The misfits found so far."""

    found: list[Misfit] = field(default_factory=list)

    def add(self, location: Location, message: str, fix: str) -> None:
        """Takes note of one."""
        self.found.append(Misfit(location, message, fix))


def nearest(name: str, known: Iterable[str]) -> str:
    """The fix for an unknown name: the one that was probably meant, or all."""
    names = sorted(known)
    plain = {each.lower().replace("_", "").replace("-", ""): each for each in names}
    close = difflib.get_close_matches(name.lower().replace("_", "").replace("-", ""), plain, n=1, cutoff=0.6)
    return f"did you mean {plain[close[0]]}?" if close else f"known are {', '.join(names) or 'none'}"


def shown(value: Any) -> str:
    """A value for people, cut short."""
    text = _SIGNED_IN.sub("://***@", _flow(value))
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _flow(value: Any) -> str:
    """A value as YAML has it on one line."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_flow(each)}' for name, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return repr(value)


_WORDS = {
    "a valid dictionary": "names with values, as {name: value}",
    "a valid mapping": "names with values, as {name: value}",
    "a valid list": "a list, as [one, two]",
    "a valid tuple": "a list, as [one, two]",
    "a valid string": "a text",
    "a valid boolean": "true or false",
    "a valid integer": "a whole number",
    "a valid number": "a number",
}
"""What is a valid what to Python, as people say it."""


def of_validation(error: ValidationError, settings: type[BaseModel], above: Location = ()) -> Iterable[Misfit]:
    """What pydantic finds wrong, in sentences."""
    details = [(_location(each), each) for each in error.errors(include_url=False)]
    for location, detail in details:
        # A list whose items have faults counts as empty.
        follows = detail["type"] == "too_short" and any(
            len(other) > len(location) and other[: len(location)] == location for other, _ in details
        )
        if not follows:
            yield _misfit(detail, location, settings, above)


def _location(detail: ErrorDetails) -> Location:
    return tuple(part for part in detail["loc"] if part != "[key]" and not _internal(part))


def _internal(part: str | int) -> bool:
    return isinstance(part, str) and part.startswith("function-")


def _misfit(detail: ErrorDetails, location: Location, settings: type[BaseModel], above: Location) -> Misfit:
    where, name = (*above, *location), ".".join(map(str, (*above, *location)))
    kind = detail["type"]
    if kind == "missing":
        return Misfit(where[:-1], f"{name} is missing", _meaning(settings, location))
    if kind == "extra_forbidden":
        return Misfit(where, f"there is no {name!r}", nearest(str(location[-1]), _members(settings, location[:-1])))
    if kind == "too_short":
        return Misfit(where, f"{name} is empty", _meaning(settings, location))
    value = "the value" if _SECRET.search(str(location[-1] if location else "")) else shown(detail["input"])
    if kind == "value_error":
        message, _, fix = str(detail["ctx"]["error"]).partition("; ")
        # A whole object would say little of what is wrong in it, and may hold what is not to be shown.
        what = f"{name}: {value}" if not isinstance(detail["input"], Mapping) else name or "the connector"
        return Misfit(where, f"{what} {message}", fix or _meaning(settings, location))
    expected = detail["msg"].removeprefix("Input ").removeprefix("Value ").removeprefix("String ")
    for word, plain in _WORDS.items():
        if expected.startswith(f"should be {word}"):
            expected = f"should be {plain}"
    return Misfit(where, f"{name}: {value} will not do", f"it {expected}")


def _meaning(settings: type[BaseModel], location: Location) -> str:
    owner = _owner(settings, location[:-1])
    wanted = str(location[-1]) if location else ""
    for name, info in owner.model_fields.items() if owner else ():
        if wanted in (info.alias, name):
            example = f", as {shown(info.examples[0])}" if info.examples else ""
            text = info.description or "a value"
            return f"give it: {text[0].lower()}{text[1:].rstrip('.')}{example}"
    return "docs/connectors.md says what it may be"


def _members(settings: type[BaseModel], location: Location) -> Sequence[str]:
    owner = _owner(settings, location)
    return [info.alias or name for name, info in owner.model_fields.items()] if owner else []


def _owner(settings: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """The class of what stands at a location, as far as keys and lists lead to it."""
    owner: type[BaseModel] | None = settings
    parts = iter(location)
    for part in parts:
        if owner is None:
            return None
        fields = {info.alias or name: info.annotation for name, info in owner.model_fields.items()}
        annotation = fields.get(str(part))
        if _holds_many(annotation):
            next(parts, None)
        owner = _model_in(annotation)
    return owner


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((each for each in found if each is not None), None)


def _holds_many(annotation: Any) -> bool:
    """Whether a key or an index comes between a field and a model in it."""
    if get_origin(annotation) in (Mapping, dict, tuple, list):
        return True
    return get_origin(annotation) in (Union, UnionType, Annotated) and any(map(_holds_many, get_args(annotation)))
