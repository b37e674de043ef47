"""Python environments for the systems that pip installs, one each, so that what they need never meets the hub's.

They are made once, by `locks/NAME.lock`, in the cache folder of the tests. The locks are written by `scripts/lock`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers import missing

LOCKS = Path(__file__).parent / "locks"
NEWEST = (3, 13)
"""Up to this Python the locks were tried."""

INSTALL_SECONDS = 600


def cache() -> Path:
    """Where the tests keep what they fetched and made, between runs."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unshub-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def kept(name: str, *made_of: bytes) -> Iterator[tuple[Path, bool]]:
    """A folder of the cache for what is made of these, and whether it is there; it is, once the block ended well.

    One test run makes it, and those beside it wait.
    """
    digest = hashlib.sha256(b"\0".join(made_of)).hexdigest()
    folder = cache() / f"{name}-{digest[:16]}"
    whole = folder / ".whole"
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if whole.exists():
            yield folder, True
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield folder, False
        whole.touch()


def environment(name: str, oldest: tuple[int, int]) -> Path:
    """The folder of the programs of a system, of its environment with a Python that is not older."""
    lock = LOCKS / f"{name}.lock"
    python = _python(name, oldest)
    with kept(name, lock.read_bytes(), os.fsencode(python)) as (folder, there):
        if not there:
            _run([str(python), "-m", "venv", "--clear", str(folder)])
            options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement", str(lock)]
            _run([str(folder / "bin" / "python"), "-m", "pip", "install", *options])
    return folder / "bin"


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    if done.returncode:
        missing("What a test needs of PyPI", f"`{' '.join(command)}` failed: {done.stderr[-2000:]}")


def _python(name: str, oldest: tuple[int, int]) -> Path:
    """The Python of the tests, or another one here where that is too old."""
    for python in _candidates(oldest):
        ask = "import sys; print(*sys.version_info[:2], sys._base_executable)"
        done = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
        # A name on the PATH may be a shim for nothing.
        if done.returncode == 0:
            major, minor, path = done.stdout.strip().split(" ", 2)
            if oldest <= (int(major), int(minor)) <= NEWEST:
                return Path(path)
    missing(f"a Python for {name}", f"it needs Python {oldest[0]}.{oldest[1]} to {NEWEST[0]}.{NEWEST[1]}; install one")
    raise AssertionError("either skipped or failed")


def _candidates(oldest: tuple[int, int]) -> Iterator[str]:
    yield sys.executable
    versions = [f"3.{minor}" for minor in range(oldest[1], NEWEST[1] + 1)]
    for version in versions:
        if found := shutil.which(f"python{version}"):
            yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for version in versions:
        yield from map(str, sorted(pyenv.glob(f"{version}.*/bin/python")))
    if uv := shutil.which("uv"):
        for version in versions:
            done = subprocess.run([uv, "python", "find", version], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                yield done.stdout.strip()
