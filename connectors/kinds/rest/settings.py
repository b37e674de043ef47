"""How a source over HTTP is configured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, JsonValue, model_validator

from connectors.kinds.rest.fill import mentions
from connectors.mapping.settings import Strict
from connectors.settings import ConnectorSettings, Expression, Seconds, StreamName, StreamSettings


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no URL of HTTP; write it as https://lims.example/api")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds credentials; write them under `auth`, secrets in files of their own")
    return value.rstrip("/")


def _path(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError("is no path below `url`; begin it with /")
    return value


BaseUrl = Annotated[str, AfterValidator(_url)]
Path_ = Annotated[str, AfterValidator(_path)]


class Basic(Strict):
    """User and password in each request."""

    user: str = Field(description="The user.", examples=["reader"])
    password_file: Path = Field(description="A file with the password.", examples=["/run/secrets/lims"])


class Bearer(Strict):
    """A token in each request."""

    token_file: Path = Field(description="A file with the token.", examples=["/run/secrets/odoo"])


class Key(Strict):
    """A key of the system's own, in a header or a parameter."""

    header: str | None = Field(None, description="The header that it goes into.", examples=["X-API-Key"])
    param: str | None = Field(None, description="The parameter that it goes into.", examples=["apikey"])
    value: str = Field("{key}", description="What goes there; {key} is the key.", examples=["token {key}"])
    key_file: Path = Field(description="A file with the key.", examples=["/run/secrets/erp"])

    @model_validator(mode="after")
    def _one_of_them(self) -> Key:
        if (self.header is None) == (self.param is None):
            raise ValueError("names neither or both of `header` and `param`; give one of them")
        return self


class OAuth2(Strict):
    """A token that is asked for with client credentials, or with a user's password too."""

    url: BaseUrl = Field(description="Where tokens are given.", examples=["https://login.example/oauth2/token"])
    client_id: str = Field(description="The client.", examples=["unshub"])
    client_secret_file: Path | None = Field(
        None, description="A file with the client's secret.", examples=["/run/secrets/client"]
    )
    scope: str | None = Field(None, description="What is asked for.", examples=["read"])
    form: Mapping[str, str] = Field(
        default_factory=dict, description="What else is sent with the request.", examples=[{"database": "plant"}]
    )
    user: str | None = Field(None, description="The user, for the password grant.", examples=["reader"])
    password_file: Path | None = Field(
        None, description="A file with the user's password.", examples=["/run/secrets/u"]
    )


class Session(Strict):
    """A log-in that gives a token, or a cookie."""

    path: Path_ = Field(description="Where to log in, below `url`.", examples=["/auth/login"])
    body: Mapping[str, JsonValue] = Field(
        description="What is sent; {user} and {password} stand for them.",
        examples=[{"code": "{user}", "password": "{password}"}],
    )
    user: str = Field(description="The user.", examples=["hub"])
    password_file: Path = Field(description="A file with the password.", examples=["/run/secrets/mes"])
    token: Expression | None = Field(
        None, description="Where the answer has the token; a cookie is kept by itself.", examples=["access_token"]
    )
    header: str = Field("Authorization", description="The header that the token goes into.", examples=["X-Token"])
    value: str = Field("Bearer {token}", description="What goes there.", examples=["Session {token}"])
    in_body: bool = Field(
        False,
        description="Whether who asks is said in the body of each request, and not in a header: {token}, {user} and "
        "{password} stand there for it.",
        examples=[True],
    )


class Hmac(Strict):
    """Each request's URL, or body, signed with a key that both know."""

    secret_file: Path = Field(description="A file with the key.", examples=["/run/secrets/fiix"])
    header: str = Field(
        description="The header that the signature goes into, in hexadecimal.", examples=["Authorization"]
    )
    over: Literal["url", "body"] = Field("url", description="What is signed.", examples=["body"])
    algorithm: Literal["sha256", "sha1", "sha512"] = Field("sha256", description="The digest.", examples=["sha512"])


class Auth(Strict):
    """How the source is shown who asks: one of these."""

    basic: Basic | None = Field(None, description="User and password.")
    bearer: Bearer | None = Field(None, description="A token.")
    key: Key | None = Field(None, description="A key of the system's own.")
    oauth2: OAuth2 | None = Field(None, description="A token that is asked for first.")
    session: Session | None = Field(None, description="A log-in.")
    hmac: Hmac | None = Field(None, description="Signatures.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Auth:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            known = ", ".join(type(self).model_fields)
            raise ValueError(f"has {len(given)} ways to sign in; give one of {known}")
        return self

    def files(self) -> Iterator[tuple[str, Path]]:
        """The files with secrets."""
        for name in type(self).model_fields:
            way = getattr(self, name)
            for field, info in type(way).model_fields.items() if way is not None else ():
                if field.endswith("_file") and (file := getattr(way, field)) is not None:
                    yield f"auth.{name}.{info.alias or field}", file


class PagesBy(StrEnum):
    """How one page leads to the next."""

    NONE = "none"
    OFFSET = "offset"
    PAGE = "page"
    CURSOR = "cursor"
    NEXT = "next"
    LINK = "link"
    CHANGE = "change"


class Pages(Strict):
    """How one page leads to the next. Placeholders say where the request has it: {offset}, {page}, {size} …"""

    by: PagesBy = Field(
        PagesBy.NONE,
        description="`offset` and `page` count, `cursor` hands on what the answer has, `next` follows a URL in the "
        "answer, `link` one in its Link header. `change` begins each page at the newest change of the one before, for "
        "sources that order by it: {since} moves on, and {offset} and {page} count only what changed at one time.",
        examples=["next"],
    )
    size: Annotated[int, Field(ge=1, le=100_000)] = Field(
        100, description="How many records are asked for: {size}.", examples=[500]
    )
    first: int = Field(1, description="The number of the first page: {page}.", examples=[0])
    from_: Expression | None = Field(
        None,
        alias="from",
        description="Where the answer has the cursor, or the URL, of the next page.",
        examples=["`@odata.nextLink`", "d.__next"],
    )
    more: Expression | None = Field(
        None,
        description="Whether the answer says that there is more. Without it, counted pages end with an empty one.",
        examples=["has_more"],
    )

    @model_validator(mode="after")
    def _from_somewhere(self) -> Pages:
        if self.by in (PagesBy.CURSOR, PagesBy.NEXT) and self.from_ is None:
            raise ValueError(f"go by {self.by}, and nothing says where it is; give `from`, as `@odata.nextLink`")
        return self


class Asking(Strict):
    """One address, how it is asked, and where its answer has records."""

    path: Path_ = Field(description="The address, below `url`.", examples=["/workorders"])
    method: Literal["GET", "POST"] = Field("GET", description="How it is asked.", examples=["POST"])
    params: Mapping[str, JsonValue] = Field(
        default_factory=dict,
        description="Parameters in the URL; a list or mapping is sent as JSON. What has {since} in it is left out as "
        "long as there is no position.",
        examples=[{"modified_since": "{since}", "limit": "{size}"}],
    )
    headers: Mapping[str, str] = Field(
        default_factory=dict, description="Headers.", examples=[{"Range": "items={offset}-{last}"}]
    )
    body: JsonValue = Field(None, description="What is sent with POST.", examples=[{"limit": "{size}"}])
    records: Expression = Field(description="Where the answer has the records.", examples=["items", "d.results", "$"])
    pages: Pages = Field(default_factory=Pages, description="How one page leads to the next.")
    success: Expression | None = Field(
        None,
        description="What holds of an answer that is one, for sources that hide errors in a 200.",
        examples=["$not($exists(error))"],
    )
    error: Expression | None = Field(
        None,
        description="Where an answer that is an error has its reason; without it, only the status is told.",
        examples=["error.message"],
    )

    def mentions(self, name: str) -> bool:
        """Whether the request has a placeholder."""
        return mentions([self.path, self.params, self.headers, self.body], name)


class Children(Asking):
    """Records that belong to those of a stream, as the lines of orders do; each record is given its own as a list."""

    of: Expression = Field(
        description="To which record a child belongs: what that record has as `by`.", examples=["order_id[0]"]
    )
    by: str | None = Field(
        None, description="The record's field that {keys} are of; its key unless given.", examples=["id"]
    )

    @model_validator(mode="after")
    def _asked_for(self) -> Children:
        if not self.mentions("keys"):
            raise ValueError("are asked for without {keys}; write it into `params` or `body`")
        return self


class RestStream(Asking, StreamSettings):
    """Records of one address."""

    since_format: str = Field(
        "iso",
        description="How {since} is written: `iso` in UTC, `epoch-s`, `epoch-ms`, or as Python's strftime has it, in "
        "`timeZone`.",
        examples=["%Y-%m-%d %H:%M:%S"],
    )
    details: Mapping[str, Path_] = Field(
        default_factory=dict,
        description="More of each record, asked for record by record: the name that it gets in the record, and where "
        "it is. {code} stands for the record's field of that name. It is null where the source has none (404).",
        examples=[{"genealogy": "/execution/genealogy/{code}"}],
    )
    ordered: bool = Field(
        False,
        description="Whether records come in order of change, so that a run that is cut off goes on where it was; "
        "else it begins again.",
        examples=[True],
    )
    children: Mapping[str, Children] = Field(
        default_factory=dict,
        description="Records that belong to each record, asked for by page: {keys} are those of the records. They "
        "become a field of this name, a list.",
        examples=[{"lines": {"path": "/lines", "params": {"order": "{keys}"}, "records": "items", "of": "order"}}],
    )

    @model_validator(mode="after")
    def _ordered_by_change(self) -> RestStream:
        if self.pages.by is PagesBy.CHANGE and (self.changed is None or not self.mentions("since")):
            raise ValueError(
                "goes by change, and lacks `changed` or {since}; give both, and have the source order by it"
            )
        return self

    @property
    def absences(self) -> int:
        """A record that shifts to an earlier page while the pages are read is missed, and not gone."""
        return 2 if self.pages.by in (PagesBy.OFFSET, PagesBy.PAGE) else 1


class Probe(Strict):
    """What is asked before each run, of a source that shows nothing to those whom it does not know."""

    path: Path_ = Field(description="The address, below `url`.", examples=["/users/current"])
    success: Expression = Field(description="What must hold of the answer.", examples=["items[0].authenticated"])


class Envelope(Strict):
    """Requests by POST put into others, as JSON-RPC has them, where `path` has a form that says what is called."""

    form: Path_ = Field(
        description="The form of `path`; what its placeholders stand for is told in `body`.",
        examples=["/json/2/{model}/{method}"],
    )
    path: Path_ = Field(description="Where the request goes to, below `url`.", examples=["/jsonrpc"])
    body: Mapping[str, JsonValue] = Field(
        description="What is sent: {body} stands for the body of the stream, and there are the placeholders of `form`.",
        examples=[{"method": "call", "params": {"model": "{model}", "method": "{method}", "kwargs": "{body}"}}],
    )
    answer: Expression = Field(description="What of the answer is that of the stream.", examples=["result"])
    success: Expression | None = Field(None, description="What holds of a good answer.", examples=["$exists(result)"])
    error: Expression | None = Field(
        None, description="Where an error has its reason.", examples=["error.data.message"]
    )


class RestSettings(ConnectorSettings):
    """A source over HTTP."""

    url: BaseUrl = Field(description="What every path is below.", examples=["https://lims.example/senaite/@@API/v1"])
    auth: Auth | None = Field(None, description="How the source is shown who asks.")
    headers: Mapping[str, str] = Field(
        default_factory=dict, description="Headers of every request.", examples=[{"X-Odoo-Database": "plant"}]
    )
    probe: Probe | None = Field(None, description="What is asked before each run.")
    envelope: Envelope | None = Field(None, description="Requests that go inside others, as in JSON-RPC.")
    timeout: Seconds = Field(
        30.0,
        description="How long to wait for an answer, or for more of it; all of it may take ten times as long.",
        examples=["2m"],
    )
    rate: Annotated[float, Field(gt=0)] | None = Field(
        None, description="How many requests a second at most.", examples=[5]
    )
    ca_file: Path | None = Field(
        None, description="A PEM file with the authority of the source's certificate.", examples=["/etc/ssl/plant.pem"]
    )
    streams: Mapping[StreamName, RestStream] = Field(min_length=1, description="What is read, by a name of your own.")

    def secret_files(self) -> Mapping[str, Path]:
        return {} if self.auth is None else dict(self.auth.files())
