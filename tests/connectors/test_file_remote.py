"""Folders on S3 and by SFTP, on servers that speak them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from connectors.errors import SourceError
from connectors.load import Connector
from hub.connect.files import ConnectorFile
from tests.connectors.filing import name, put, text
from tests.connectors.running import Taken, run
from tests.servers.s3 import S3, running_s3
from tests.servers.sftp import Sshd, running_sshd

Make = Callable[[str], Connector]
BUCKET = "plant"
KEYS = {"accessKey": "AKIAHUB", "secretKeyFile": "s3.key"}
SECRET = "a-secret-of-s3-that-nobody-sees"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with running_s3() as server:
        server.make(BUCKET)
        yield server


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


def on_s3(s3: S3, folder: Path, prefix: str, **stream: Any) -> str:
    (folder / "s3.key").write_text(SECRET + "\n")
    way = {"s3": {**KEYS, "endpoint": s3.url, "region": "eu-central-1"}}
    return text(f"s3://{BUCKET}/{prefix}", way, settle=0, **stream)


def by_sftp(sshd: Sshd, path: Path, **stream: Any) -> str:
    way = {"sftp": {"keyFile": str(sshd.key), "knownHosts": str(sshd.known_hosts)}}
    return text(sshd.url(path), way, settle=0, **stream)


async def test_files_on_s3_are_read_once_and_moved(connector: Make, s3: S3, tmp_path: Path) -> None:
    s3.put(BUCKET, "lims/a.csv", b"lot,title\nL1,One\n")
    s3.put(BUCKET, "lims/deeper/b.csv", b"lot,title\nL2,Not meant\n")
    lims, taken = connector(on_s3(s3, tmp_path, "lims")), Taken()
    assert (await run(lims, tmp_path, taken)).read == 1
    assert (await run(lims, tmp_path, taken)).read == 0
    await asyncio.sleep(1.1)  # S3 tells when a file was written by the second
    s3.put(BUCKET, "lims/c.csv", b"lot,title\nL1,Other\n")
    s3.put(BUCKET, "lims/d.csv", b"lot,title\nL1\n")
    lims = connector(on_s3(s3, tmp_path, "lims", then="move"))
    assert (await run(lims, tmp_path, taken)).read == 2
    assert name(taken, "L1") == "Other"
    assert [key for key in s3.keys(BUCKET) if key.startswith("lims/")] == [
        "lims/deeper/b.csv",
        "lims/done/a.csv",
        "lims/done/c.csv",
        "lims/failed/d.csv",
        "lims/failed/d.csv.txt",
    ]
    assert b"d.csv, line 2: 1 fields, and not 2" in s3.get(BUCKET, "lims/failed/d.csv.txt")
    assert (await run(lims, tmp_path, taken)).read == 0


async def test_a_prefix_without_files_is_empty_and_a_bucket_that_is_not_there_is_told(
    connector: Make, s3: S3, tmp_path: Path
) -> None:
    lims = connector(on_s3(s3, tmp_path, "nothing"))
    assert (await run(lims, tmp_path, Taken())).read == 0
    lims = connector(on_s3(s3, tmp_path, "x").replace(f"s3://{BUCKET}/x", "s3://elsewhere/x"))
    with pytest.raises(SourceError, match=r"can't read s3://elsewhere/x: .*; see `folder`"):
        await run(lims, tmp_path, Taken())


async def test_who_is_not_let_in_by_s3_is_told_without_the_secret(connector: Make, s3: S3, tmp_path: Path) -> None:
    lims = connector(on_s3(s3, tmp_path, "lims"))
    s3.guard(True)
    try:
        with pytest.raises(SourceError, match=f"can't read s3://{BUCKET}/lims: ") as told:
            await run(lims, tmp_path, Taken())
    finally:
        s3.guard(False)
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("then", ["move", "delete"])
async def test_files_by_sftp_are_read_once_and_taken_away(
    connector: Make, sshd: Sshd, out: Path, tmp_path: Path, then: str
) -> None:
    put(out / "a.csv", "lot,title\nL1,One\n")
    lims, taken = connector(by_sftp(sshd, out)), Taken()
    assert (await run(lims, tmp_path, taken)).read == 1
    assert (await run(lims, tmp_path, taken)).read == 0
    put(out / "b.csv", "lot,title\nL1,Größe\n", 30)
    put(out / "c.csv", "lot,title\nL1\n", 20)
    await run(connector(by_sftp(sshd, out, then=then)), tmp_path, taken)
    assert name(taken, "L1") == "Größe"
    kept = ["done/a.csv", "done/b.csv"] if then == "move" else []
    found = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert found == [*kept, "failed/c.csv", "failed/c.csv.txt"]
    assert "line 2: 1 fields" in (out / "failed" / "c.csv.txt").read_text()


async def test_a_server_of_sftp_that_comes_back_is_read_on(
    connector: Make, sshd: Sshd, out: Path, tmp_path: Path
) -> None:
    source, taken = connector(by_sftp(sshd, out)).open(), Taken()
    put(out / "a.csv", "lot,title\nL1,One\n")
    assert sum(len(page.records) for page in source.read("lots", None)) == 1
    source.close()
    sshd.stop()
    with pytest.raises(SourceError, match="can't read sftp://"):
        await run(connector(by_sftp(sshd, out)), tmp_path, taken)
    sshd.start()
    assert (await run(connector(by_sftp(sshd, out)), tmp_path, taken)).read == 1


async def test_a_server_whose_key_is_another_is_not_trusted(
    connector: Make, sshd: Sshd, out: Path, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"
    lims = connector(by_sftp(sshd, out).replace(str(sshd.known_hosts), str(known)))
    with pytest.raises(SourceError, match=r"there is no file .*known_hosts; `ssh-keyscan` prints the server's key"):
        await run(lims, tmp_path, Taken())
    kind, _ = (sshd.key.with_suffix(".pub")).read_text().split()[:2]
    other = (sshd.key.with_suffix(".pub")).read_text().split()[1]
    known.write_text(f"[127.0.0.1]:{sshd.port} {kind} {other}\n")
    with pytest.raises(SourceError, match=r"can't read sftp://.*; compare its key with what its operator says"):
        await run(lims, tmp_path, Taken())


async def test_a_user_whom_the_server_does_not_know_is_told_so(
    connector: Make, sshd: Sshd, out: Path, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("a-password-that-nobody-sees")
    config = by_sftp(sshd, out).replace(f"keyFile: {sshd.key}", "passwordFile: password")
    with pytest.raises(SourceError, match="see `sftp`, and what this user may do") as told:
        await run(connector(config), tmp_path, Taken())
    assert "nobody-sees" not in str(told.value)


class Guarded(asyncssh.SSHServer):
    """A server that takes a password."""

    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
        self._connections.append(connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("reader", "a-password-that-is-right")


async def test_a_user_with_a_password_is_let_in(connector: Make, out: Path, tmp_path: Path) -> None:
    put(out / "a.csv", "lot,title\nL1,One\n")
    host = asyncssh.generate_private_key("ssh-ed25519")
    connections: list[asyncssh.SSHServerConnection] = []
    made = partial(Guarded, connections)
    server = await asyncssh.listen("127.0.0.1", 0, server_factory=made, server_host_keys=[host], sftp_factory=True)
    async with server:
        port = server.get_port()
        (tmp_path / "known").write_text(f"[127.0.0.1]:{port} {host.export_public_key().decode()}")
        (tmp_path / "password").write_text("a-password-that-is-right\n")
        way = {"sftp": {"passwordFile": "password", "knownHosts": "known"}}
        lims = connector(text(f"sftp://reader@127.0.0.1:{port}{out}", way, settle=0))
        assert (await run(lims, tmp_path, Taken())).read == 1
        for connection in connections:
            connection.close()
            await connection.wait_closed()


@pytest.mark.parametrize(("package", "folder"), [("s3fs", "s3://plant/a"), ("sshfs", "sftp://u@h/a")])
def test_what_is_not_installed_is_told_with_the_command_that_installs_it(
    connector: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, folder: str
) -> None:
    (tmp_path / "secret").write_text("secret")
    way = {"sftp": {"passwordFile": "secret"}} if folder.startswith("sftp") else {}
    lims = connector(text(folder, way))
    monkeypatch.setitem(sys.modules, package, None)
    extra = folder.partition(":")[0]
    with pytest.raises(
        SourceError, match=rf"can't open {folder}: {package} is not installed .*`pip install 'unshub\[{extra}\]'`"
    ):
        lims.open()


@pytest.mark.parametrize(("url", "extra"), [("mysql", "mariadb"), ("mssql", "sqlserver"), ("oracle", "oracle")])
def test_a_database_whose_driver_is_not_installed_is_told_with_its_extra(
    read: Callable[[str], ConnectorFile], monkeypatch: pytest.MonkeyPatch, url: str, extra: str
) -> None:
    found = read(
        f"kind: sql\nsystem: mes\nurl: {url}://reader@db/mes\nlocation: acme\n"
        "streams: {lots: {table: lot, key: id, map: [{kind: MaterialLot, id: lot}]}}"
    ).connector
    assert found is not None
    for driver in ("pymysql", "pymssql", "oracledb"):
        monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(SourceError, match=rf"its driver is not installed .*`pip install 'unshub\[{extra}\]'`"):
        found.open()
