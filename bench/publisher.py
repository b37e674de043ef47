"""A system that publishes, in a process of its own: `python -m bench.publisher PORT COUNT SIZE VERSION RATE`.

It prints one line of JSON when everything is acknowledged: when the first message was sent or, at a steady rate, when
each was. The clock is `time.monotonic`, which processes of one machine share.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bench import client, sample


async def run(port: int, count: int, size: int, *, version: int = 0, rate: float = 0) -> list[float]:
    """Publishes `count` lots in arrays of `size` and gives the times that the process prints; `rate` 0 is no limit."""
    arguments = [str(value) for value in (port, count, size, version, rate)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.publisher", *arguments, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the publisher ended with {process.returncode}")
    times: list[float] = json.loads(output)
    return times


def main(port: int, count: int, size: int, version: int, rate: float) -> Any:
    said = sample.messages(count, size, version)
    packets = [client.publication(number, *message) for number, message in enumerate(said)]
    with client.connect(port, "bench-publisher") as link:
        if rate:
            return client.publish_steadily(link, packets, rate)
        return [client.publish(link, packets)]


if __name__ == "__main__":
    *whole, pace = sys.argv[1:]
    numbers = [int(value) for value in whole]
    print(json.dumps(main(numbers[0], numbers[1], numbers[2], numbers[3], float(pace))))
