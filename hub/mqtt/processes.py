"""What the system says of processes and ports, for clear errors and to find what an earlier run left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

from connectors.wire.errors import BrokerError

_PROC = Path("/proc")
_LISTENING = "0A"
_OF_A_HUB = re.compile(r"mosquitto -c (.+/mosquitto)/mosquitto\.conf")


def command_of(process: int) -> str:
    """The command line of a process; empty where there is no such process."""
    if not (_PROC / "self").exists():
        return _ps("args=", process)
    with contextlib.suppress(OSError):
        return (_PROC / str(process) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return ""


def parent_of(process: int) -> int | None:
    """The process that started it, or adopted it since; None where there is no such process."""
    if not (_PROC / "self").exists():
        said = _ps("ppid=", process)
        return int(said) if said else None
    with contextlib.suppress(OSError):
        # The second field is the program's name in parentheses, and may hold anything.
        return int((_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[1])
    return None


def _ps(field: str, process: int) -> str:
    done = subprocess.run(["ps", "-o", field, "-p", str(process)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


async def end(process: int, seconds: float) -> None:
    """Ends a process that is not a child: asks first, and kills it when it has not gone in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
        while command_of(process):
            if asyncio.get_running_loop().time() > deadline:
                os.kill(process, signal.SIGKILL)
            await asyncio.sleep(0.02)


def check_port(host: str, port: int) -> None:
    """`BrokerError` where the hub's broker can't listen there; says who holds the port where that can be found."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise BrokerError(
            f"can't listen for MQTT on {host}:{port}: {error.strerror or error}{_advice(_holder(port))}"
        ) from None


def _advice(holder: int | None) -> str:
    """Who holds the port, and what to do. A broker that another hub runs lives and dies with that hub."""
    otherwise = "choose another port with `--mqtt HOST:PORT`"
    use = "or use the broker that runs there with `--broker mqtt://HOST:PORT`"
    if holder is None:
        return f"; end the program that has it, {otherwise}, {use}"
    command = command_of(holder)
    found = _OF_A_HUB.search(command)
    if found:
        data = Path(found[1]).parent
        return f", held by process {holder}, the broker of the hub on {data}; end that hub, or {otherwise}"
    by = f", held by process {holder} ({command[:120]})"
    if "unshub" in command or "hub.cli" in command:
        return f"{by}, a hub with a broker of its own; end that hub, or {otherwise}"
    return f"{by}; end that program, {otherwise}, {use}"


def _holder(port: int) -> int | None:
    """The process that listens on a port; None where the system doesn't tell."""
    sockets = _sockets(port)
    for process in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(os.readlink(link) in sockets for link in (process / "fd").iterdir()):
                return int(process.name)
    return None


def _sockets(port: int) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (_PROC / "net" / table).read_text().splitlines()[1:]:
                local, state, inode = (fields := line.split())[1], fields[3], fields[9]
                if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{inode}]")
    return found
