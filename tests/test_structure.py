"""The rules of the code's structure, checked on the code itself."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import hub
from hub.settings import Settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("schema", "graph", "connectors", "hub")
"""In the order of imports: each may import those before it."""

MAX_LINES = 400
CONFINED = {
    "gmqtt": "connectors/wire/connection.py",
    "sqlite3": "hub/journal/sqlite_file.py",
    "jsonata": "connectors/expression.py",
    "sqlalchemy": "connectors/",
    "httpx": "connectors/kinds/rest/",
    "fsspec": "connectors/kinds/file/remote.py",
    "s3fs": "connectors/kinds/file/remote.py",
    "sshfs": "connectors/kinds/file/remote.py",
    "asyncssh": "connectors/kinds/file/remote.py",
    "openpyxl": "connectors/kinds/file/sheet.py",
    "defusedxml": "connectors/kinds/file/",
    "neo4j": "graph/neo4j/driver.py",
    "psycopg": "hub/journal/postgres_",
    "ladybug": "graph/ladybug/",
}
"""Each driver, and how the path begins of the files that may import it."""

PORTS = ("graph/store.py", "graph/plan.py", "graph/thing.py", "hub/journal/port.py", "hub/messages.py")


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}:{node.lineno} imports by a relative name; write the whole one"
            yield str(node.module)


def test_imports_go_one_way() -> None:
    wrong = [
        f"{relative(path)} imports {name}"
        for path in sources()
        for name in imported(path)
        if (target := name.split(".")[0]) in PACKAGES
        and PACKAGES.index(target) > PACKAGES.index(relative(path).split("/")[0])
    ]
    assert not wrong


def test_the_wire_knows_no_connector() -> None:
    wrong = [
        f"{relative(path)} imports {name}"
        for path in sources()
        if relative(path).startswith("connectors/wire/")
        for name in imported(path)
        if name.split(".")[0] == "connectors" and not name.startswith("connectors.wire")
    ]
    assert not wrong


def test_the_demo_is_unknown_to_the_product() -> None:
    allowed = "hub/cli/demo.py"
    wrong = [
        relative(path)
        for path in sources()
        if not relative(path).startswith("hub/demo/") and relative(path) != allowed
        if any(name.split(".")[:2] == ["hub", "demo"] for name in imported(path))
    ]
    assert not wrong


@pytest.mark.parametrize("driver", CONFINED)
def test_a_driver_is_imported_in_one_place(driver: str) -> None:
    places = [relative(path) for path in sources() if any(name.split(".")[0] == driver for name in imported(path))]
    assert [place for place in places if not place.startswith(CONFINED[driver])] == []


def test_the_hub_knows_no_store_by_its_name() -> None:
    stores = ("graph.ladybug", "graph.neo4j")
    wrong = [
        f"{relative(path)} imports {name}"
        for path in sources()
        if not relative(path).startswith("graph/")
        for name in imported(path)
        if name.startswith(stores)
    ]
    assert not wrong


def test_no_file_holds_two_ideas() -> None:
    tests = sorted((ROOT / "tests").rglob("*.py"))
    long = {relative(path): count for path in (*sources(), *tests) if (count := _lines(path)) > MAX_LINES}
    assert not long


def _lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def test_no_other_distribution_provides_our_packages() -> None:
    found = packages_distributions()
    assert {name: set(found.get(name, ())) - {"unshub"} for name in PACKAGES} == {name: set() for name in PACKAGES}
    assert Path(hub.__file__).is_relative_to(ROOT), "`hub` is another package than this repository's"


@pytest.mark.parametrize("path", PORTS)
def test_ports_say_what_they_mean(path: str) -> None:
    module = tree(ROOT / path)
    assert ast.get_docstring(module), f"{path} has no docstring"
    assert [f"{path}: {name}" for name in _silent(module)] == []


EXPLAINED_BY_THEIR_NAMES = frozenset({"close", "health", "status", "set_checkpoint", "And", "Or", "Not"})


def _silent(node: ast.AST) -> Iterator[str]:
    """Public classes and functions without a docstring."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or child.name.startswith("_"):
            continue
        known = child.name in EXPLAINED_BY_THEIR_NAMES or any(
            isinstance(d, ast.Name) and d.id == "property" for d in child.decorator_list
        )
        if not known and ast.get_docstring(child) is None:
            yield child.name
        if isinstance(child, ast.ClassDef):
            yield from _silent(child)


def test_no_module_keeps_state() -> None:
    """Nothing at the top of a module is opened or started."""
    starters = re.compile(r"(^|\.)(Client|Session|connect|Console|open|Lock|Event|Queue|ThreadPoolExecutor)$")
    wrong = [
        f"{relative(path)}:{node.lineno}"
        for path in sources()
        for node in tree(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
        if starters.search(ast.unparse(node.value.func))
    ]
    assert not wrong


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_name_versions_and_hashes_alone(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    requirement = re.compile(r"[a-z0-9][a-z0-9._-]*==[^\s;]+( ; [^\\]+)? \\")
    for line in text.splitlines():
        assert requirement.fullmatch(line) or re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), line


def test_the_lock_has_every_requirement() -> None:
    """A dependency that was added is locked too; `scripts/lock` does it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = _names((ROOT / "requirements-dev.lock").read_text(encoding="utf-8").splitlines())
    groups = project["dependency-groups"]
    assert _names([*project["project"]["dependencies"], *groups["dev"], *groups["build"]]) - locked == set()


def _names(requirements: list[str]) -> set[str]:
    matches = (re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line) for line in requirements)
    return {match[0].lower().replace("_", "-") for match in matches if match}


def test_every_setting_has_an_effect() -> None:
    used = {
        node.attr
        for path in sources()
        if relative(path) not in ("hub/settings/model.py", "hub/settings/fit.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("settings")
    }
    reached_by_rules = {"future_tolerance", "systems"}
    assert set(Settings.model_fields) - used - reached_by_rules == set()


def test_dependencies_are_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    names = _names([*project["project"]["dependencies"], *project["dependency-groups"]["dev"]])
    assert {name for name in names if f"`{name}`" not in explained.lower()} == set()
