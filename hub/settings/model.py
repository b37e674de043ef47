"""The hub's settings: one frozen value.

    flags  >  environment (UNSHUB_…)  >  unshub.yaml  >  defaults          `hub.settings.load` puts them together

One name serves all: the field `log_level` is `--log-level`, `UNSHUB_LOG_LEVEL`, and `logLevel` in the file.
`Settings(...)` itself reads neither the environment nor a file. The reference page is made from the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ByteSize, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from connectors.wire.address import Address, Url
from hub.settings.limits import LimitSettings
from hub.settings.types import (
    BrokerChoice,
    GraphUrl,
    GroupName,
    HttpAddress,
    HubName,
    JournalUrl,
    ListenAddress,
    LocalPath,
    Orders,
    Seconds,
    SystemName,
    TopicPrefix,
)
from schema import topic
from schema.authority import EQUAL
from schema.rules import Rules, SystemRules


class LogLevel(StrEnum):
    """From which weight on a log line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How log lines look: for people, or one JSON object a line."""

    TEXT = "text"
    JSON = "json"


class Role(StrEnum):
    """What a hub process does."""

    ALL = "all"
    INGEST = "ingest"
    PROJECT = "project"
    API = "api"
    CONNECT = "connect"

    @property
    def ingests(self) -> bool:
        """Whether it takes messages from the broker into the journal."""
        return self in (Role.ALL, Role.INGEST)

    @property
    def projects(self) -> bool:
        """Whether it brings the graph up with the journal, and publishes what that changes."""
        return self in (Role.ALL, Role.PROJECT)

    @property
    def answers(self) -> bool:
        """Whether it answers GraphQL."""
        return self in (Role.ALL, Role.API)

    @property
    def connects(self) -> bool:
        """Whether it runs the connectors."""
        return self in (Role.ALL, Role.CONNECT)


class SystemSettings(BaseModel):
    """A system that may speak."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)

    description: str = Field("", description="What the system is, for people.", examples=["SAP S/4HANA, plant 1010"])
    kinds: tuple[str, ...] = Field(
        (),
        description="The kinds that it may assert, by name; any kind where none is named.",
        examples=[["MaterialLot", "JobOrder"]],
    )
    id_prefix: str = Field(
        "",
        description="Put before its ids and references, for a system whose numbers are unique only within its site.",
        examples=["NORTH-"],
        max_length=40,
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_said(cls, value: Any) -> Any:
        return {} if value is None else value


class Settings(BaseSettings):
    """Everything that can be set. Every value has a default, so that `unshub up` alone runs a hub."""

    model_config = SettingsConfigDict(env_prefix="UNSHUB_", extra="forbid", frozen=True, hide_input_in_errors=True)

    name: HubName = Field(
        "unshub",
        description="The hub's own name, and its client id at the broker; no two hubs at one broker may share it.",
        examples=["hub-1"],
    )
    group: GroupName | None = Field(
        None,
        description="Hubs of one group at an external broker share the messages: each reaches one of them. Without it, "
        "each reaches every hub. They share a PostgreSQL journal and a Neo4j graph.",
        examples=["plant-1"],
    )
    role: Role = Field(
        Role.ALL,
        description="What this hub does: `ingest` takes messages into the journal, `project` brings the graph up with "
        "the journal, `api` answers GraphQL, `connect` runs the connectors, `all` does everything. Hubs that do a part "
        "share a broker, a PostgreSQL journal and a Neo4j graph.",
        examples=["api"],
    )
    data: LocalPath = Field(
        Path("unshub-data"),
        description="The folder for everything that the hub keeps; made when it is not there.",
        examples=["/var/lib/unshub"],
    )
    http: HttpAddress = Field(
        Address("127.0.0.1", 8080),
        description="Where GraphQL and the other HTTP APIs listen: HOST:PORT, on the loopback address; or unix:PATH, a "
        "socket that only this user's processes can open, for a proxy in front.",
        examples=["127.0.0.1:9080", "unix:/run/unshub/hub.sock"],
    )
    mqtt: ListenAddress = Field(
        Address("127.0.0.1", 1883),
        description="Where the hub's own broker listens: HOST:PORT, on the loopback address. "
        "Unused where `broker` is a URL.",
        examples=["127.0.0.1:2883"],
    )
    broker: BrokerChoice = Field(
        "auto",
        description="What carries the messages: `mosquitto` as a child process, `amqtt` inside the hub's process, "
        "`auto` for mosquitto where it is installed and amqtt otherwise, or the URL of a broker that runs elsewhere.",
        examples=["mqtt://hub:secret@broker.example:1883"],
    )
    journal: JournalUrl = Field(
        default_factory=lambda known: Url.of_file("sqlite", known["data"] / "journal.db"),
        description="Where accepted messages are kept; `journal.db` in the data folder unless set.",
        examples=["sqlite:////var/lib/unshub/journal.db"],
    )
    graph: GraphUrl = Field(
        default_factory=lambda known: Url.of_file("ladybug", known["data"] / "graph"),
        description="Where the graph is kept; `graph` in the data folder unless set. `neo4j://` is a Neo4j server or "
        "cluster, `neo4j+s://` the same over TLS, `bolt://` one server and no other.",
        examples=["neo4j+s://hub@graph.example:7687", "ladybug:////var/lib/unshub/graph"],
    )
    broker_password_file: LocalPath | None = Field(
        None,
        description="A file with the password of the user that the URL in `broker` names, so that it stands in no "
        "setting, variable or list of processes. Its last line break is left out.",
    )
    broker_ca_file: LocalPath | None = Field(
        None,
        description="A PEM file with the certificate of the authority that signed that of an `mqtts://` broker; "
        "without it, the authorities that this machine trusts.",
    )
    broker_certificate_file: LocalPath | None = Field(
        None,
        description="A PEM file with the hub's own certificate, for an `mqtts://` broker that asks for one, followed "
        "by those between it and its authority.",
    )
    broker_key_file: LocalPath | None = Field(
        None,
        description="A PEM file with the key of the hub's certificate; unset, the certificate's file holds both.",
    )
    broker_key_password_file: LocalPath | None = Field(
        None, description="A file with the password of the hub's key, where that has one."
    )
    journal_password_file: LocalPath | None = Field(
        None, description="A file with the password of the user that the URL in `journal` names."
    )
    graph_password_file: LocalPath | None = Field(
        None, description="A file with the password of the user that the URL in `graph` names."
    )
    topic_prefix: TopicPrefix = Field(
        topic.DEFAULT_PREFIX,
        description="What every topic begins with.",
        examples=["factory/v1"],
    )
    max_payload: ByteSize = Field(
        ByteSize(1_048_576),
        description="The largest payload that is taken, in bytes or as 512KiB, 1MiB.",
        examples=["4MiB"],
        ge=1024,
    )
    future_tolerance: Seconds = Field(
        300.0,
        description="How far in the future an event time may be; one beyond is refused. Seconds, or as 250ms, 5m.",
        examples=["1m"],
    )
    receive_maximum: int = Field(
        1000,
        description="How many messages the broker may have sent that are not acknowledged yet.",
        examples=[200],
        ge=1,
        le=65535,
    )
    projection_batch: int = Field(
        1000,
        description="How many assertions at most go into the graph in one transaction.",
        examples=[500],
        ge=1,
        le=100_000,
    )
    projection_linger: Seconds = Field(
        0.01,
        description="How long a transaction on the graph waits for more assertions. Seconds, or as 10ms.",
        examples=["50ms"],
    )
    event_retention: Annotated[Seconds, Field(ge=86400)] | None = Field(
        None,
        description="For how long tag values, state changes and counts are kept, at least a day; for ever unless set. "
        "The newest value of each tag stays, and so do assertions, which the graph is made from.",
        examples=["400d"],
    )
    default_page: int = Field(
        100, description="How many things a list gives where `first` is not given.", examples=[50], ge=1
    )
    max_page: int = Field(1000, description="The most things that `first` may ask for.", examples=[500], ge=1)
    request_timeout: Annotated[Seconds, Field(ge=0.1)] = Field(
        30.0,
        description="How long a GraphQL request over HTTP may take; then it is ended, with what it has the graph read. "
        "Seconds, or as 5s, 1m.",
        examples=["10s"],
    )
    connectors: LocalPath | None = Field(
        None,
        description="A folder of connectors, each a YAML file: other systems that are read, and what they assert.",
        examples=["/etc/unshub/connectors"],
    )
    introspection: bool | None = Field(
        None,
        description="Whether GraphQL tells its schema, which GraphiQL and tools ask for. Unless set, it does where "
        "HTTP listens on the loopback address, and not where it is a socket for a proxy.",
        examples=[False],
    )
    documents: LocalPath | None = Field(
        None,
        description="GraphQL documents that clients ask for by their id (`documentId`): a folder of `.graphql` files, "
        "or a JSON file of documents by id.",
        examples=["/etc/unshub/documents"],
    )
    trusted_documents: bool = Field(
        False,
        description="Answer only the documents that `documents` holds; any other is refused.",
        examples=[True],
    )
    limits: LimitSettings = Field(
        LimitSettings(),
        description="How much one GraphQL request may ask for; the members are below.",
        examples=[{"depth": 12, "complexity": 100_000}],
    )
    log_level: LogLevel = Field(LogLevel.INFO, description="From which weight on log lines are written.")
    log_format: LogFormat = Field(LogFormat.TEXT, description="How log lines look.")
    systems: Mapping[SystemName, SystemSettings] = Field(
        default_factory=dict,
        description="The systems that may speak, by name; any system where none is named.",
        examples=[{"erp": {"description": "SAP S/4HANA", "kinds": ["MaterialDefinition"], "idPrefix": "NORTH-"}}],
    )
    authority: Orders = Field(
        EQUAL,
        description="Whose word counts where systems disagree, the highest first: for all things (`default`), for a "
        "kind, for an attribute of a kind. The most particular order that names a system decides.",
        examples=[{"default": ["erp", "mes"], "MaterialLot.status": ["qms", "lims"]}],
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @property
    def beside_others(self) -> bool:
        """Whether other hubs may share the journal and the graph with this one."""
        return isinstance(self.broker, Url) and self.journal.scheme == "postgresql"

    def rules(self) -> Rules:
        """The limits on messages and the systems that may speak, as the contract has them."""
        named = {
            name: SystemRules(frozenset(system.kinds) or None, system.id_prefix)
            for name, system in self.systems.items()
        }
        return Rules(
            max_payload=self.max_payload, future=round(self.future_tolerance * 1_000_000), systems=named or None
        )
