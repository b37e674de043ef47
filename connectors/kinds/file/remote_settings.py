"""How folders on S3 and by SFTP are named and reached."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from connectors.mapping.settings import Strict

REMOTE = ("s3", "sftp")


def _place(value: str) -> str:
    if "://" not in value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in REMOTE:
        raise ValueError(f"is of no place known here; write a path, {' or '.join(f'{each}://…' for each in REMOTE)}")
    if parts.password is not None:
        raise ValueError("holds a password; write it into a file of its own, and name that in `sftp`")
    try:
        known = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known:
        raise ValueError("names no host or bucket; write it as s3://bucket/prefix or sftp://user@host:22/path")
    if parts.scheme == "sftp" and not parts.username:
        raise ValueError("names no user; write it as sftp://user@host/path")
    return value


Place = Annotated[str, AfterValidator(_place)]


class S3(Strict):
    """How S3 is reached."""

    access_key: str | None = Field(None, description="The id of the key.", examples=["AKIAIOSFODNN7EXAMPLE"])
    secret_key_file: Path | None = Field(None, description="A file with the secret key.", examples=["/run/secrets/s3"])
    endpoint: str | None = Field(
        None, description="The server, where it is not Amazon's.", examples=["https://minio.example:9000"]
    )
    region: str | None = Field(None, description="The region.", examples=["eu-central-1"])

    @model_validator(mode="after")
    def _both_or_none(self) -> S3:
        if (self.access_key is None) != (self.secret_key_file is None):
            raise ValueError("has one of `accessKey` and `secretKeyFile`; give both, or leave both out")
        return self

    def secret_files(self) -> Mapping[str, Path]:
        """The files with secrets, by the name of the setting."""
        return {} if self.secret_key_file is None else {"secretKeyFile": self.secret_key_file}


class Sftp(Strict):
    """How a server of SFTP is shown who asks, and known again."""

    password_file: Path | None = Field(
        None, description="A file with the user's password.", examples=["/run/secrets/sftp"]
    )
    key_file: Path | None = Field(
        None, description="A file with the user's private key.", examples=["/run/secrets/id_ed25519"]
    )
    passphrase_file: Path | None = Field(
        None, description="A file with what the key is locked with.", examples=["/run/secrets/passphrase"]
    )
    known_hosts: Path = Field(
        Path("~/.ssh/known_hosts"),
        description="A file with the keys of servers that are trusted, as `ssh-keyscan` prints them.",
        examples=["known_hosts"],
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Sftp:
        if (self.password_file is None) == (self.key_file is None):
            raise ValueError("has neither or both of `passwordFile` and `keyFile`; give one of them")
        if self.passphrase_file is not None and self.key_file is None:
            raise ValueError("has `passphraseFile` and no key; leave it out, or give `keyFile`")
        return self

    def secret_files(self) -> Mapping[str, Path]:
        """The files with secrets, by the name of the setting."""
        files = {"passwordFile": self.password_file, "keyFile": self.key_file, "passphraseFile": self.passphrase_file}
        return {name: file for name, file in files.items() if file is not None}
