"""`unshub connectors profiles` and `draft`: ready connectors, and a file to start with."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.dead_letters import Machine
from hub.cli.output import out, show_json
from hub.errors import HubError
from hub.settings import Settings

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
