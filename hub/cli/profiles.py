"""`unshub connectors profiles`, `draft` and `show`: ready connectors, a file to start with, and what comes of both."""

from __future__ import annotations

from typing import Annotated, Any

import typer
import yaml

from hub.cli.dead_letters import Machine
from hub.cli.output import out, show_json
from hub.errors import HubError
from hub.settings import Settings


class _Whole(yaml.SafeDumper):
    """Writes everything where it stands, also what stands in several places."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


ProfileName = Annotated[str, typer.Argument(help="The profile, as `profiles` lists it.", metavar="PROFILE")]


def profiles(settings: Settings, json: Machine = False) -> None:
    """List the profiles: ready connectors for systems that many plants have, and whether they were run against them."""
    from hub.connect.files import profiles as known
    from hub.connect.profiles import looked_at

    library = known(settings.connectors)
    for name in library.profiles:
        looked = looked_at(library, name)
        if looked.settings is None:
            raise HubError("\n".join(map(str, looked.faults)))
        if json:
            told = {"name": name, "version": looked.settings.version, "title": looked.settings.title}
            ran = {"run": list(looked.settings.run), "seen": list(looked.settings.seen)}
            show_json({**told, **ran, "file": str(looked.path)})
        else:
            words = (
                f"{looked.settings.title}, version {looked.settings.version} of the profile; {looked.settings.shown}"
            )
            out().print(f"{name}: {words}", markup=False, highlight=False, soft_wrap=True)


def draft(settings: Settings, profile: ProfileName) -> None:
    """Print a connector's file to start with: only where the system is, and who asks, is to be filled in."""
    from hub.connect.files import profiles as known
    from hub.connect.profiles import looked_at

    library = known(settings.connectors)
    found = library.profiles.named(profile)
    if len(found) != 1:
        choice = ", ".join(found or library.profiles)
        what = f"{profile!r} is of several versions" if found else f"there is no profile {profile!r}"
        raise HubError(f"{what}; name one of {choice}")
    looked = looked_at(library, found[0])
    if looked.settings is None:
        raise HubError("\n".join(map(str, looked.faults)))
    out().print(looked.settings.draft.rstrip(), markup=False, highlight=False, soft_wrap=True)


def show(settings: Settings, name: Annotated[str, typer.Argument(help="The connector: its file's name.")]) -> None:
    """Print all that a connector is: its file laid over its profile, with parameters in their places."""
    from hub.connect.files import read_folder

    if settings.connectors is None:
        raise HubError("there are no connectors; `connectors` in the settings names their folder")
    files = {file.path.stem: file for file in read_folder(settings.connectors)}
    if name not in files:
        raise HubError(f"there is no connector {name!r}; known are {', '.join(files) or 'none'}")
    file = files[name]
    if file.layered is None:
        raise HubError("\n".join(map(str, file.faults)))
    text = yaml.dump(dict(file.layered.values), Dumper=_Whole, sort_keys=False, allow_unicode=True, width=120)
    out().print(text.rstrip(), markup=False, highlight=False, soft_wrap=True)
