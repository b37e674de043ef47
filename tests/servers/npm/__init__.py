"""Clients from npm, run by Node: what the makers of a protocol have written for it.

The packages are installed once, into a cache folder, as its lock file names them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.servers import missing

_HERE = Path(__file__).parent
_OLDEST = 20
REMEDY = "install Node.js 20 or newer with npm (on Debian: apt-get install nodejs npm)"
SECONDS = 60.0


def modules() -> Path:
    """The folder that scripts find the packages from; installed by npm where it is not there yet."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _version(node) < _OLDEST:
        missing("Node.js", REMEDY)
    assert npm is not None
    named = (_HERE / "package.json", _HERE / "package-lock.json")
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in named)).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unshub-tests"
    folder = cache / f"npm-{digest}"
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as fresh:
        for file in named:
            shutil.copy(file, fresh)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, check=False)
        if done.returncode:
            missing("a client from npm", f"npm can't fetch it: {done.stderr[-2000:]}")
        if not folder.exists():
            Path(fresh).rename(folder)
            Path(fresh).mkdir()
    return folder


def _version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.strip().removeprefix("v").split(".")[0])


def run(script: str, options: Mapping[str, Any]) -> Any:
    """Runs one of the scripts beside this file with options as JSON; gives the JSON that it prints."""
    folder = modules()
    # Modules are looked for beside the script.
    own = Path(tempfile.mkdtemp(dir=folder))
    try:
        shutil.copy(_HERE / script, own)
        command = ["node", str(own / script), json.dumps(options)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    finally:
        shutil.rmtree(own)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
