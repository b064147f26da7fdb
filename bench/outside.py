"""The playground in a process of its own: a local Slack and Twilio with as many inboxes as a question wants."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from playground.core import Settings
from playground.playground import Playground

MANIFEST = Path(__file__).parent.parent / "manifest.yml"
REP = "U0ANA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What Slack allows: posts in a minute for the workspace, and posts in a second for each channel."""

    posts_per_minute: int
    posts_per_second: float


@dataclass(frozen=True, slots=True)
class Call:
    """A request to Slack: its method, the status it was answered with, and when it came, in seconds since 1970."""

    method: str
    status: int | None
    at: float
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Where it is and what its secrets are; what it was asked is in `calls`."""

    slack_api_url: str
    twilio_api_url: str
    settings: Settings
    inboxes: dict[str, str]
    _pipe: Connection

    async def connect(self, port: int | None) -> None:
        """Say where the bridge listens for events; None: nowhere."""
        await self._ask("connect", port)

    async def calls(self) -> list[Call]:
        """Every request to Slack since the last time this was asked."""
        found: list[Call] = await self._ask("calls", None)
        return found

    async def _ask(self, what: str, about: Any) -> Any:
        self._pipe.send((what, about))
        return await asyncio.to_thread(self._pipe.recv)


@asynccontextmanager
async def outside(*, inboxes: int, limits: Limits | None = None) -> AsyncIterator[Outside]:
    """A playground with so many numbers, each with a channel of its own; `limits` has it refuse what Slack would."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, inboxes, limits), daemon=True)
    process.start()
    theirs.close()  # so that we are told when it dies
    slack_api_url, twilio_api_url, settings, connected = await asyncio.to_thread(ours.recv)
    try:
        yield Outside(
            slack_api_url=slack_api_url,
            twilio_api_url=twilio_api_url,
            settings=settings,
            inboxes=connected,
            _pipe=ours,
        )
    finally:
        process.terminate()
        await asyncio.to_thread(process.join)


def _serve(pipe: Connection, inboxes: int, limits: Limits | None) -> None:
    asyncio.run(_run(pipe, inboxes, limits))


async def _run(pipe: Connection, inboxes: int, limits: Limits | None) -> None:
    play = Playground(retry_delays=())
    play.load_manifest(MANIFEST)
    play.add_person(REP, "Ana Lopes")
    connected = {f"+1555010{place:04d}": f"C0BENCH{place:02d}" for place in range(inboxes)}
    for number, channel in connected.items():
        play.add_channel(channel, channel.lower(), members=[REP])
        play.add_number(number)
    if limits is not None:
        play.faults.limits = True
        play.faults.posts_per_second = limits.posts_per_second
        play.faults.per_minute["chat.postMessage"] = limits.posts_per_minute
    await play.start()
    pipe.send((play.slack_api_url, play.twilio_api_url, play.settings, connected))
    answers: dict[str, Callable[[Any], Any]] = {
        "connect": lambda port: play.connect(None if port is None else f"http://127.0.0.1:{port}"),
        "calls": lambda _: _calls(play),
    }

    def answer() -> None:
        what, about = pipe.recv()
        pipe.send(answers[what](about))

    asyncio.get_running_loop().add_reader(pipe.fileno(), answer)
    await asyncio.Event().wait()


def _calls(play: Playground) -> list[Call]:
    found = [Call(one.method, one.status, one.at, str(one.params.get("channel", ""))) for one in play.core.calls]
    play.core.calls.clear()
    play.core.sent.clear()
    return found
