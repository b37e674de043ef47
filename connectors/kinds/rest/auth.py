"""How a source is shown who asks."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Generator, Mapping

import httpx
import orjson

from connectors.errors import SourceError
from connectors.expression import Expression
from connectors.kinds.rest.fill import filled
from connectors.kinds.rest.settings import Auth, Hmac, Key, OAuth2, Session
from connectors.secret import Secret

EARLY_SECONDS = 30.0
"""A token is asked for anew so long before its end."""

GIVEN = "unshub_given"
"""The extension of a request that says which token it has."""

Find = Callable[[str], Secret]
"""A secret by the name of its setting, below `auth`."""


def auth_of(settings: Auth | None, url: str, secrets: Mapping[str, Secret]) -> httpx.Auth | None:
    """What signs the requests."""
    if settings is None:
        return None

    def find(name: str) -> Secret:
        return secrets[f"auth.{name}"]

    if settings.basic is not None:
        return httpx.BasicAuth(settings.basic.user, find("basic.passwordFile").reveal())
    if settings.bearer is not None:
        return _Header("Authorization", f"Bearer {find('bearer.tokenFile').reveal()}")
    if settings.key is not None:
        return _key(settings.key, find("key.keyFile"))
    if settings.hmac is not None:
        return _Signing(settings.hmac, find("hmac.secretFile"))
    if settings.oauth2 is not None:
        return _TokenAuth(_oauth2(settings.oauth2, find), settings.oauth2.url, "Authorization", "Bearer {token}")
    assert settings.session is not None
    return _TokenAuth(
        _session(settings.session, url, find("session.passwordFile")),
        url + settings.session.path,
        settings.session.header,
        settings.session.value,
        Expression(settings.session.token) if settings.session.token else None,
        _in_body(settings.session, find("session.passwordFile")) if settings.session.in_body else None,
    )


def _key(settings: Key, secret: Secret) -> httpx.Auth:
    value = settings.value.replace("{key}", secret.reveal())
    return _Header(settings.header, value) if settings.header is not None else _Param(str(settings.param), value)


class _Header(httpx.Auth):
    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers[self._name] = self._value
        yield request


class _Param(httpx.Auth):
    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.url = request.url.copy_set_param(self._name, self._value)
        yield request


class _Signing(httpx.Auth):
    requires_request_body = True

    def __init__(self, settings: Hmac, secret: Secret) -> None:
        self._settings = settings
        self._secret = secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        signed = str(request.url).encode() if self._settings.over == "url" else request.content
        digest = hmac.new(self._secret.reveal().encode(), signed, getattr(hashlib, self._settings.algorithm))
        request.headers[self._settings.header] = digest.hexdigest()
        yield request


class _TokenAuth(httpx.Auth):
    """A token that is asked for at the first request, near its end, and when it is refused."""

    requires_response_body = True

    def __init__(
        self,
        ask: Callable[[], httpx.Request],
        where: str,
        header: str,
        value: str,
        token: Expression | None = None,
        sign: Callable[[httpx.Request, str | int], httpx.Request] | None = None,
    ) -> None:
        self._ask = ask
        self._where = where
        self._header = header
        self._value = value
        self._expression = token
        self._signed = sign or self._with_header
        self._token: str | int | None = None
        self._ends = float("inf")

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._token is None or time.monotonic() > self._ends:
            self._take((yield self._ask()))
        response = yield self._with_token(request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._take((yield self._ask()))
            yield self._with_token(request)

    def _with_token(self, request: httpx.Request) -> httpx.Request:
        signed = self._signed(request, self._token or "")
        # Wherever in the request it stands, no error is to repeat it.
        signed.extensions = {**signed.extensions, GIVEN: str(self._token or "")}
        return signed

    def _with_header(self, request: httpx.Request, token: str | int) -> httpx.Request:
        if token:
            request.headers[self._header] = self._value.replace("{token}", str(token))
        return request

    def _take(self, response: httpx.Response) -> None:
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise SourceError(
                f"can't log in at {self._where}: it answered {response.status_code}; see user and secrets"
            )
        try:
            body = response.json()
        except ValueError:
            body = {}
        if self._expression is not None:
            found = self._expression.of(body, body)
        else:
            found = body.get("access_token", "") if isinstance(body, dict) else ""
        if self._expression is not None and (isinstance(found, bool) or not isinstance(found, (str, int))):
            what = self._expression.text
            raise SourceError(f"can't log in at {self._where}: its answer has no {what}; see user and secrets")
        self._token = found
        seconds = body.get("expires_in") if isinstance(body, dict) else None
        self._ends = time.monotonic() + seconds - EARLY_SECONDS if isinstance(seconds, int) else float("inf")


def _oauth2(settings: OAuth2, find: Find) -> Callable[[], httpx.Request]:
    form = {**settings.form, "grant_type": "client_credentials", "client_id": settings.client_id}
    if settings.client_secret_file is not None:
        form["client_secret"] = find("oauth2.clientSecretFile").reveal()
    if settings.scope is not None:
        form["scope"] = settings.scope
    if settings.user is not None:
        form |= {"grant_type": "password", "username": settings.user}
    if settings.password_file is not None:
        form["password"] = find("oauth2.passwordFile").reveal()
    return lambda: httpx.Request("POST", settings.url, data=form, headers={"Accept": "application/json"})


def _session(settings: Session, url: str, password: Secret) -> Callable[[], httpx.Request]:
    values = {"user": settings.user, "password": password.reveal()}
    return lambda: httpx.Request("POST", url + settings.path, json=filled(settings.body, values))


def _in_body(settings: Session, password: Secret) -> Callable[[httpx.Request, str | int], httpx.Request]:
    """Says in the body who asks."""

    def signed(request: httpx.Request, token: str | int) -> httpx.Request:
        if not request.content:
            return request
        values = {"user": settings.user, "password": password.reveal(), "token": token}
        content = orjson.dumps(filled(orjson.loads(request.content), values))
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        return httpx.Request(
            request.method, request.url, headers=headers, content=content, extensions=request.extensions
        )

    return signed
