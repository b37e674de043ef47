"""What a profile's file holds, and what a connector's file says of its profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, JsonValue

from connectors.mapping.settings import Strict


class Parameter(Strict):
    """Something that differs from site to site. `${name}` stands for it anywhere in the profile."""

    description: str = Field(description="What it is, for people.", examples=["The database's name."])
    default: JsonValue = Field(
        None, description="What it is unless said. A parameter without a default has to be said.", examples=["plant"]
    )

    @property
    def required(self) -> bool:
        """Whether a connector has to say it."""
        return "default" not in self.model_fields_set


class Module(Strict):
    """A part of a system that not every site has, as an add-on: streams, or changes to streams."""

    about: str = Field(description="What it is, for people.", examples=["Nonconformities of the add-on mgmtsystem."])
    default: bool = Field(False, description="Whether it is read unless said.", examples=[True])
    streams: Mapping[str, Any] = Field(
        description="Streams, laid over those of `connector`.", examples=[{"samples": {"path": "/samples"}}]
    )


class ProfileSettings(Strict):
    """A profile. Its file is called name@version.yaml by the system's version, or name.yaml."""

    version: int = Field(
        ge=1,
        description="The version of the profile; a higher one where a connector's file may have to be changed for it.",
        examples=[1],
    )
    title: str = Field(description="The system, for people.", examples=["Odoo 19"])
    about: str = Field("", description="What else is to be known, in Markdown.", examples=["Needs the module `rest`."])
    run: tuple[str, ...] = Field(
        (),
        description="The versions of the real system that it was run against, by tests that are in the repository.",
        examples=[["19.0"]],
    )
    seen: tuple[str, ...] = Field(
        (),
        description="The versions of the real system that were seen to answer so, where it was not run itself.",
        examples=[["2.6"]],
    )
    sources: tuple[str, ...] = Field((), description="What it was made from.", examples=[["https://docs.example/api"]])
    base: str | None = Field(
        None, description="The profile that it is laid over, with all that it has.", examples=["odoo@19"]
    )
    parameters: Mapping[str, Parameter] = Field(
        default_factory=dict, description="What differs from site to site.", examples=[{"database": {}}]
    )
    traps: tuple[str, ...] = Field(
        (), description="What of the system it takes care of.", examples=[["null is `false`"]]
    )
    limits: tuple[str, ...] = Field((), description="What it does not do.", examples=[["Deletions are not seen."]])
    connector: Mapping[str, Any] = Field(description="A connector's file, but for what only a site can say.")
    modules: Mapping[str, Module] = Field(
        default_factory=dict, description="Parts of the system that not every site has.", examples=[{"lims": {}}]
    )
    draft: str = Field(description="The file of a connector to start with, in YAML, with comments for people.")

    @property
    def shown(self) -> str:
        """How far it is shown that it works."""
        if self.run:
            return f"run against the real system, {', '.join(self.run)}"
        if self.seen:
            versions = ", ".join(self.seen)
            return f"not run; how the real system answers was seen with {versions}, the rest is from documentation"
        return "not run; from documentation only"


class Use(Strict):
    """What a connector's file says of its profile, beside what it changes."""

    profile: str
    profile_version: int | None = None
    modules: tuple[str, ...] | None = None
    parameters: Mapping[str, JsonValue] = Field(default_factory=dict)
