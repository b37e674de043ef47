"""Node and packages of npm, for tests that ask the hub as JavaScript clients do.

Packages are fetched once, into a cache folder, with the versions given and no script of theirs run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers import missing

REMEDY = "install Node and npm (on Debian: apt-get install nodejs npm), or run scripts/test as root"
INSTALL_SECONDS = 180


def node_path() -> str:
    """Where Node is."""
    found = shutil.which("node")
    if found is None:
        missing("Node", REMEDY)
    assert found is not None
    return found


def packages(*wanted: str) -> Path:
    """A folder whose `node_modules` holds these packages, each `name@version`; fetched where it is not there yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unshub-tests"
    folder = cache / f"node-{hashlib.sha256(' '.join(sorted(wanted)).encode()).hexdigest()[:16]}"
    if folder.exists():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        missing("npm, which fetches packages of Node,", REMEDY)
    assert npm is not None
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as fresh:
        prefix = Path(fresh) / "packages"
        prefix.mkdir()
        command = [npm, "install", "--prefix", str(prefix), "--ignore-scripts", "--no-audit", "--no-fund", *wanted]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS, cwd=prefix)
        if done.returncode:
            missing("What a test needs of npm", f"npm can't fetch it: {done.stderr[-2000:]}")
        if not folder.exists():
            prefix.rename(folder)
    return folder
