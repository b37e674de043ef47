"""Runs a program so that it ends with the process that started it, also where that one is killed.

Run as a script, `tether.py PARENT PROGRAM ARGUMENT…`: it asks the kernel for SIGTERM at the parent's death, then
becomes the program. Asking between fork and exec instead would run Python in a forked copy of a process with threads.
Where the kernel can't (macOS), the program may stay behind; the hub ends it at its next start.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Never returns."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("the process that started this has ended")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
