"""Folders on S3 and by SFTP, by fsspec. A file is fetched whole before it is read."""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.errors import SourceError
from connectors.kinds.file.folder import Entry, free_name
from connectors.kinds.file.settings import FileSettings
from connectors.secret import Secret, hide

CONNECT_SECONDS = 20
ALIVE_SECONDS = 15
_PACKAGES = {"s3": "s3fs", "sftp": "sshfs"}
_REMEDIES = {
    "HostKeyNotVerifiable": "compare its key with what its operator says, and add it to the file of `sftp.knownHosts`",
    "NoCredentialsError": "give `s3`, as {accessKey: …, secretKeyFile: …}",
    "FileNotFoundError": "see `folder`",
}


class RemoteFolder:
    """A folder on S3 or by SFTP; connects at the first use, and anew after a failure."""

    def __init__(self, settings: FileSettings, secrets: Mapping[str, Secret], folder: Path) -> None:
        """`SourceError` where what it needs is not installed."""
        # They log what a server repeats.
        for chatty in ("aiobotocore", "botocore", "s3fs", "fsspec", "sshfs", "asyncssh"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._settings = settings
        self._secrets = secrets
        self._beside = folder
        self._url = urlsplit(settings.folder)
        path = unquote(self._url.path).rstrip("/")
        self._path = f"{self._url.hostname}{path}" if self._url.scheme == "s3" else path or "."
        self._system: Any = None
        package = _PACKAGES[self._url.scheme]
        try:
            self._package = import_module(package)
        except ImportError as error:
            raise SourceError(
                f"can't open {self.shown}: {package} is not installed ({error}); "
                f"`pip install 'unshub[{self._url.scheme}]'`"
            ) from None

    @property
    def shown(self) -> str:
        return self._settings.folder

    def listed(self) -> list[Entry]:
        with self._asking("read") as system:
            return self._files(system, self._path)

    def seen(self, name: str) -> Entry | None:
        with self._asking(f"look at {name} in") as system:
            try:
                return _entry(system.info(self._at(name)))
            except FileNotFoundError:
                return None

    @contextlib.contextmanager
    def here(self, entry: Entry) -> Iterator[Path | None]:
        with TemporaryDirectory(prefix="unshub-") as folder:
            path = Path(folder) / "file"
            with self._asking(f"fetch {entry.name} from") as system:
                found = True
                try:
                    with system.open(self._at(entry.name), "rb") as far, path.open("wb") as near:
                        shutil.copyfileobj(far, near, 1024 * 1024)
                except FileNotFoundError:
                    found = False
            yield path if found else None

    def move(self, name: str, below: str) -> None:
        with self._asking(f"move {name} into {below} in") as system:
            self._make(system, below)
            free = free_name(name, lambda each: system.exists(self._at(f"{below}/{each}")))
            self._copy(system, self._at(name), self._at(f"{below}/{free}"))
            system.rm_file(self._at(name))

    def remove(self, name: str) -> None:
        with self._asking(f"delete {name} in") as system, contextlib.suppress(FileNotFoundError):
            system.rm_file(self._at(name))

    def write(self, below: str, name: str, text: str) -> None:
        with self._asking(f"write {below}/{name} in") as system:
            self._make(system, below)
            with system.open(self._at(f"{below}/{name}"), "wb") as far:
                far.write(text.encode())

    def close(self) -> None:
        self._system = None

    def _at(self, name: str) -> str:
        return f"{self._path}/{name}"

    def _files(self, system: Any, path: str) -> list[Entry]:
        try:
            found = system.ls(path, detail=True)
        except FileNotFoundError:
            # S3 has no folders: one without files is not there.
            if self._url.scheme == "s3" and system.exists(self._url.hostname):
                return []
            raise
        return [_entry(each) for each in found if each["type"] == "file" and not each["name"].endswith("/")]

    def _make(self, system: Any, below: str) -> None:
        if self._url.scheme == "sftp":
            system.makedirs(self._at(below), exist_ok=True)

    def _copy(self, system: Any, source: str, target: str) -> None:
        if self._url.scheme == "s3":
            system.cp_file(source, target)
            return
        # By SFTP alone: to rename, sshfs falls back to a shell, and deletes the file also where that failed.
        with system.open(source, "rb") as old, system.open(target, "wb") as new:
            shutil.copyfileobj(old, new, 1024 * 1024)

    @contextlib.contextmanager
    def _asking(self, doing: str) -> Iterator[Any]:
        try:
            if self._system is None:
                self._system = self._connected()
            self._system.invalidate_cache()
            yield self._system
        except SourceError:
            raise
        # Whatever the driver, or what it stands on, has to say, ends here.
        except Exception as error:
            self._system = None
            kind = type(error).__name__
            cause = " ".join(hide(str(error), self._secrets.values()).split())[:300] or kind
            known = {**_REMEDIES, "PermissionError": f"see `{self._url.scheme}`, and what this user may do"}
            remedy = f"; {known[kind]}" if kind in known else ""
            raise SourceError(f"can't {doing} {self.shown}: {cause}{remedy}") from None

    def _connected(self) -> Any:
        if self._url.scheme == "s3":
            return self._package.S3FileSystem(**self._s3(), skip_instance_cache=True, use_listings_cache=False)
        return self._package.SSHFileSystem(self._url.hostname, **self._sftp(), skip_instance_cache=True)

    def _s3(self) -> dict[str, Any]:
        s3 = self._settings.s3
        config: dict[str, Any] = {"config_kwargs": {"connect_timeout": CONNECT_SECONDS}}
        if s3 is None:
            return config
        if s3.access_key is not None:
            config |= {"key": s3.access_key, "secret": self._secrets["s3.secretKeyFile"].reveal()}
        return config | {"endpoint_url": s3.endpoint, "client_kwargs": {"region_name": s3.region}}

    def _sftp(self) -> dict[str, Any]:
        sftp = self._settings.sftp
        assert sftp is not None
        trusted = self._beside / sftp.known_hosts.expanduser()
        if not trusted.is_file():
            raise SourceError(
                f"can't reach {self.shown}: there is no file {trusted}; `ssh-keyscan` prints the server's key for it, "
                "to be compared with what its operator says"
            )
        config = {
            "port": self._url.port or 22,
            "username": unquote(self._url.username or ""),
            "known_hosts": str(trusted),
            "config": None,
            "agent_path": None,
            "connect_timeout": CONNECT_SECONDS,
            "login_timeout": CONNECT_SECONDS,
            "keepalive_interval": ALIVE_SECONDS,
        }
        if sftp.key_file is None:
            return config | {"password": self._secrets["sftp.passwordFile"].reveal(), "client_keys": None}
        phrase = self._secrets.get("sftp.passphraseFile")
        key = import_module("asyncssh").import_private_key(
            self._secrets["sftp.keyFile"].reveal() + "\n", None if phrase is None else phrase.reveal()
        )
        return config | {"client_keys": [key]}


def _entry(info: Mapping[str, Any]) -> Entry:
    written: datetime = info.get("mtime") or info["LastModified"]
    return Entry(str(info["name"]).rpartition("/")[2], int(info["size"]), int(written.timestamp()) * 10**9)
