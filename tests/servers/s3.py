"""A server that speaks S3, moto's, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.servers import START_SECONDS, free_port

ANYBODY = "AWS4-HMAC-SHA256 Credential=anybody/20260101/eu-central-1/s3/aws4_request"


class S3:
    """The server, and its objects as anybody may put and see them."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def make(self, bucket: str) -> None:
        httpx.put(f"{self.url}/{bucket}").raise_for_status()

    def put(self, bucket: str, key: str, content: bytes) -> None:
        httpx.put(f"{self.url}/{bucket}/{key}", content=content).raise_for_status()

    def get(self, bucket: str, key: str) -> bytes:
        # Whoever says that he is somebody is let in.
        asked = httpx.get(f"{self.url}/{bucket}/{key}", headers={"Authorization": ANYBODY})
        return asked.raise_for_status().content

    def keys(self, bucket: str) -> list[str]:
        listed = httpx.get(f"{self.url}/{bucket}?list-type=2").raise_for_status().text
        return sorted(part.partition("</Key>")[0] for part in listed.split("<Key>")[1:])

    def guard(self, guarded: bool) -> None:
        """Has the server know nobody, or let everybody in."""
        count = "0" if guarded else "1000000"
        httpx.post(f"{self.url}/moto-api/reset-auth", content=count).raise_for_status()


@contextmanager
def running_s3() -> Iterator[S3]:
    """A server that answers."""
    server = S3()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(server.port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait(server: S3, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "moto's server ended"
        try:
            httpx.get(f"{server.url}/moto-api/data.json")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("moto's server does not answer")
