"""`python -m bench [a b c d e f g] [--quick]`: measures, and prints a table for each question."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from rich.console import Console

from bench import burst, costs, footprint, latency, queues, replicas, webhooks
from bench.findings import Finding, table
from bench.ground import Ground, ground

_QUESTIONS: dict[str, tuple[str, Callable[[Ground], Coroutine[Any, Any, list[Finding]]]]] = {
    "a": (webhooks.TITLE, webhooks.measure),
    "b": (latency.TITLE, latency.measure),
    "c": (burst.TITLE, burst.measure),
    "d": (queues.TITLE, queues.measure),
    "e": (footprint.TITLE, footprint.measure),
    "f": (replicas.TITLE, replicas.measure),
    "g": (costs.TITLE, costs.measure),
}


def main() -> None:
    """Read which questions are asked, and answer them one after the other."""
    parser = argparse.ArgumentParser(prog="bench", description="What the bridge can do on this machine.")
    parser.add_argument("questions", nargs="*", metavar="a…g", help="which questions; all of them when none is named")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller rounds, to see that it works")
    given = parser.parse_args()
    wrong = set(given.questions) - set(_QUESTIONS)
    if wrong:
        parser.error(f"there is no question {', '.join(sorted(wrong))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped as well
    console = Console()
    with ground(console, quick=given.quick) as machine:
        for name in given.questions or _QUESTIONS:
            title, measure = _QUESTIONS[name]
            console.print(table(title, asyncio.run(measure(machine))))


if __name__ == "__main__":
    main()
