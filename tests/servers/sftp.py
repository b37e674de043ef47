"""OpenSSH's server, as Debian installs it, on a port of its own and with keys of its own."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import START_SECONDS, free_port, missing

CONFIG = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


class Sshd:
    """The server; it lets this user in with the key `user`, and gives files, no shell."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.user = getpass.getuser()
        self.key = folder / "user"
        self.known_hosts = folder / "known_hosts"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"
        self._program = shutil.which("sshd", path=path) or ""
        if not self._program or shutil.which("ssh-keygen") is None:
            missing("OpenSSH's server", "run `apt-get install openssh-server`, or scripts/test as root")

    def url(self, path: Path) -> str:
        return f"sftp://{self.user}@127.0.0.1:{self.port}{path}"

    def start(self) -> None:
        """Returns when the server takes connections."""
        for name in ("host", "user"):
            if not (self._folder / name).exists():
                command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._folder / name)]
                subprocess.run(command, check=True)
        key = (self._folder / "host.pub").read_text().split()[:2]
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {' '.join(key)}\n")
        (self._folder / "config").write_text(CONFIG.format(port=self.port, folder=self._folder))
        if os.geteuid() == 0:
            # Where the server drops its rights to; packages make it when they start the service.
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        command = [self._program, "-D", "-e", "-f", str(self._folder / "config")]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self._process.poll() is None, "sshd ended"
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("sshd does not answer")

    def kill(self) -> None:
        """Ends the server and those who serve its connections, as a failure of the machine would."""
        if self._process is not None:
            children = subprocess.run(["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True)
            for pid in (self._process.pid, *map(int, children.stdout.split())):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


@contextmanager
def running_sshd(folder: Path) -> Iterator[Sshd]:
    """A server that takes connections."""
    server = Sshd(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
