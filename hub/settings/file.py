"""`unshub.yaml` as values, each with the line and column where it stands."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from hub.errors import Fault

DEFAULT_FILE = Path("unshub.yaml")
MAX_DEPTH = 20
MAX_BYTES = 4 * 1024**2
MAX_VALUES = 100_000
"""A few lines that refer to each other stand for any number of values."""

_UNCLOSED = {
    "while scanning a quoted scalar": "close the quotes that begin here",
    "while parsing a flow sequence": "close the [ that stands here, and put commas between the items",
    "while parsing a flow mapping": "close the { that stands here, and put commas between the settings",
}
_FIXES = {
    r"'\t'": "indent with spaces in place of tabs",
    "mapping values are not allowed here": "put the value between quotes, or begin a line for the second name",
    "nested deeper": "a setting is not that deep; write what the reference has, without references to itself",
    "more than": "write values out, without references to others that have references",
    "could not determine a constructor": "write the value alone, without a tag that begins with !",
}

Location = tuple[str | int, ...]
"""Keys and list indexes from the top of the file, as written there."""


class Position(NamedTuple):
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class SettingsFile:
    """What a settings file says. A file that can't be read as YAML has no values and one fault."""

    path: Path
    values: Mapping[str, Any] = field(default_factory=dict)
    positions: Mapping[Location, Position] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def fault(self, location: Location, message: str, fix: str) -> Fault:
        """A fault at a location, or at the nearest one above it that the file has."""
        return _fault(self.path, self._position(location), message, fix)

    def place(self, location: Location) -> str:
        """Where a location is, or the nearest one above it that the file has: `unshub.yaml:3:7`."""
        position = self._position(location)
        return f"{self.path}:{position.line}:{position.column}"

    def _position(self, location: Location) -> Position:
        while location and location not in self.positions:
            location = location[:-1]
        return self.positions.get(location, Position(1, 1))


def read(path: Path) -> SettingsFile:
    """Reads a settings file."""
    try:
        with path.open("rb") as file:
            held = file.read(MAX_BYTES + 1)
        if len(held) > MAX_BYTES:
            fault = Fault(str(path), f"the file is larger than {MAX_BYTES} bytes", "give a file of settings")
            return SettingsFile(path, faults=(fault,))
        text = held.decode()
    except UnicodeDecodeError:
        return SettingsFile(path, faults=(Fault(str(path), "the file is not UTF-8", "save it as UTF-8"),))
    except OSError as error:
        fault = Fault(str(path), f"the file can't be read: {error.strerror}", "give a file that can, or leave it out")
        return SettingsFile(path, faults=(fault,))
    return parse(text, path)


def parse(text: str, path: Path = DEFAULT_FILE) -> SettingsFile:
    """Reads the text of a settings file."""
    try:
        reader = _Reader(text, path)
        node = reader.get_single_node()
        values = {} if node is None else reader.value(node, ())
    except yaml.MarkedYAMLError as error:
        return SettingsFile(path, faults=(_indented(path, text, error) or _broken(path, error),))
    except RecursionError:
        deep = f"nested deeper than {MAX_DEPTH} levels"
        return SettingsFile(path, faults=(_broken(path, yaml.MarkedYAMLError(None, None, deep)),))
    except yaml.YAMLError as error:
        what = str(error).splitlines()[0]
        fix = "remove the characters that can't be seen, and save it as UTF-8"
        return SettingsFile(path, faults=(_fault(path, Position(1, 1), f"this is no YAML: {what}", fix),))
    if not isinstance(values, dict):
        fault = _fault(path, Position(1, 1), "the file holds no settings", "write one `name: value` a line")
        return SettingsFile(path, faults=(fault,))
    return SettingsFile(path, values, reader.positions, tuple(reader.faults))


def _broken(path: Path, error: yaml.MarkedYAMLError) -> Fault:
    """What stands where YAML ends. What was opened and never closed is told where it was opened."""
    what = ", ".join(part for part in (error.context, error.problem) if part)
    unclosed = next((fix for begin, fix in _UNCLOSED.items() if (error.context or "").startswith(begin)), None)
    at_its_end = unclosed is not None and error.context_mark is not None
    mark = error.context_mark if at_its_end else error.problem_mark or error.context_mark
    fixes = (fix for text, fix in _FIXES.items() if text in what)
    fix = unclosed or next(fixes, "write one `name: value` a line, and a value with : # or quotes between quotes")
    position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
    return _fault(path, position, f"this is no YAML: {what}", fix)


def _indented(path: Path, text: str, error: yaml.MarkedYAMLError) -> Fault | None:
    """A line that stands between the depths of those around it; what YAML says of it misleads."""
    mark = error.problem_mark
    if mark is None or "expected <block end>" not in (error.problem or ""):
        return None
    lines = text.splitlines()
    own = _depth(lines[mark.line]) if mark.line < len(lines) else -1
    above = (number for number in range(mark.line - 1, -1, -1) if lines[number].split("#")[0].strip())
    before = next(above, None)
    if own != mark.column or before is None or own == _depth(lines[before]):
        return None
    message = f"this line is indented by {own}, the one before it (line {before + 1}) by {_depth(lines[before])}"
    fix = "indent what belongs together by the same number of spaces"
    return _fault(path, Position(mark.line + 1, mark.column + 1), message, fix)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


class _Reader(yaml.SafeLoader):
    """Builds values from nodes and notes where each key and item stands."""

    def __init__(self, text: str, path: Path) -> None:
        super().__init__(text)
        self._path = path
        self.positions: dict[Location, Position] = {}
        self.faults: list[Fault] = []
        self._flat: set[int] = set()
        self._left = MAX_VALUES

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Puts in what `<<` names. What stands beside it goes over that, and is not given twice."""
        if id(node) in self._flat:
            return
        self._flat.add(id(node))
        own = [pair for pair in node.value if pair[0].tag != "tag:yaml.org,2002:merge"]
        super().flatten_mapping(node)
        merged = {name.value: (name, value) for name, value in node.value[: len(node.value) - len(own)]}
        for name, _ in own:
            merged.pop(name.value, None)
        node.value = [*merged.values(), *own]

    def value(self, node: yaml.Node, at: Location) -> Any:
        if len(at) > MAX_DEPTH:
            raise yaml.MarkedYAMLError(None, None, f"nested deeper than {MAX_DEPTH} levels", node.start_mark)
        self._left -= 1
        if self._left < 0:
            raise yaml.MarkedYAMLError(None, None, f"more than {MAX_VALUES} values", node.start_mark)
        if isinstance(node, yaml.MappingNode) and node.tag == self.DEFAULT_MAPPING_TAG:
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode) and node.tag == self.DEFAULT_SEQUENCE_TAG:
            return [self._item(child, (*at, index)) for index, child in enumerate(node.value)]
        return self.construct_object(node, deep=True)

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[str, Any]:
        self.flatten_mapping(node)
        found: dict[str, Any] = {}
        for name_node, value_node in node.value:
            name = self._name(name_node)
            if name in found:
                message = f"{name!r} is given a second time"
                self.faults.append(_fault(self._path, _position(name_node), message, "remove one of the two"))
                continue
            self.positions[(*at, name)] = _position(name_node)
            found[name] = self.value(value_node, (*at, name))
        return found

    def _item(self, node: yaml.Node, at: Location) -> Any:
        self.positions[at] = _position(node)
        return self.value(node, at)

    def _name(self, node: yaml.Node) -> str:
        name: Hashable = self.construct_object(node, deep=True)
        return name if isinstance(name, str) else str(node.value)


def _position(node: yaml.Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)


def _fault(path: Path, position: Position, message: str, fix: str) -> Fault:
    return Fault(f"{path}:{position.line}:{position.column}", message, fix, position.line, position.column)
