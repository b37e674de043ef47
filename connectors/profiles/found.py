"""Which profiles there are: those that come along, those of packages installed beside, and those of a folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

log = logging.getLogger(__name__)

GROUP = "unshub.profiles"
SUFFIX = ".yaml"


@dataclass(frozen=True)
class Profiles:
    """The files of profiles by name: `odoo@19` by the system's version, or `senaite`."""

    paths: Mapping[str, Path]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.paths))

    def named(self, name: str) -> list[str]:
        """The profiles that a name may mean: the one that is called so, or all versions of a system."""
        return [name] if name in self.paths else [each for each in self if each.partition("@")[0] == name]

    def with_folder(self, folder: Path) -> Profiles:
        """These and those in a folder, which take the place of others of their name."""
        return Profiles({**self.paths, **_in(folder)})


def installed() -> Profiles:
    """The profiles of all packages here. A package that can't be loaded is told of in the log, and has none."""
    found: dict[str, Path] = {}
    for point in entry_points(group=GROUP):
        try:
            package = point.load()
            folder = Path(package.__file__).parent
        except Exception as error:
            log.error("the profiles of %r (%s) can't be loaded: %s", point.name, point.value, error)
            continue
        found |= _in(folder)
    return Profiles(found)


def _in(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))} if folder.is_dir() else {}
