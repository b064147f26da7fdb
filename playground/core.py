"""What every part of the playground shares: the world, the faults, the log of requests, and who waits for a change."""

from __future__ import annotations

import asyncio
import inspect
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from playground.faults import Faults
from playground.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from playground.world import Json

LOG_LENGTH = 50_000
TRIGGER_SECONDS = 3.0


class Failed(Exception):
    """What Slack shows a person when an app did not answer as it should: `operation_timeout: …`."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(f"{error}: {why}")
        self.error = error


@dataclass(kw_only=True)
class Call:
    """A request to the playground: a Web API method, or `twilio.messages.create` and so on. `params` has no token."""

    method: str
    params: Json
    status: int | None = None
    answer: Any = None
    at: float = field(default_factory=time.time)


@dataclass(kw_only=True)
class Sent:
    """A request to the app; `status` None means no answer. Kinds: event, interactive, command, options, sms, status."""

    kind: str
    about: str
    body: Json
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    attempt: int = 1
    via: str = "http"
    status: int | None = None
    answer: str = ""
    reason: str = ""
    at: float = field(default_factory=time.time)
    took: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The secrets both sides know, and the times that Slack and Twilio keep."""

    signing_secret: str
    bot_token: str
    app_token: str
    account_sid: str
    auth_token: str
    retry_delays: tuple[float, ...]


class Core:
    """Shared by all parts. `changed()` is called after every change of the world or the log."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = ""
        self.app_url: str | None = None
        self.world = World()
        self.faults = Faults()
        self.commands: list[Json] = []
        self.shortcuts: list[Json] = []
        self.subscriptions: set[str] | None = None
        self.calls: list[Call] = []
        self.sent: list[Sent] = []
        self.version = 0
        self.closing = False
        self.wait_for_events = True
        self.answer_within = 3.0
        self.triggers: dict[str, tuple[str, float]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._waiting: set[asyncio.Future[None]] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
            )
        return self._session

    async def close(self) -> None:
        """End what runs in the background and close the connections."""
        self.closing = True
        self.changed()
        while tasks := [task for task in self._tasks if task is not asyncio.current_task()]:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run in the background until done or until the playground stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def changed(self) -> None:
        self.version += 1
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    async def change(self, within: float | None = None) -> None:
        """Wait for the next change, or until the time is over."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await asyncio.wait_for(waiting, within)
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(waiting)

    async def until(self, condition: Callable[[], Any], timeout: float = 5) -> Any:  # noqa: ASYNC109
        """Wait until the condition (plain or async) gives something true; return it. AssertionError after `timeout`."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while True:
            value = condition()
            if inspect.isawaitable(value):
                value = await value
            if value:
                return value
            left = end - loop.time()
            if left <= 0:
                raise AssertionError(f"Not so within {timeout} s: {_source(condition)}\n{self._recent()}")
            # What a condition reads may be outside the playground, so look now and then as well.
            await self.change(min(left, 0.05))

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing has changed for so long; AssertionError when it does not come to rest within a minute."""
        loop = asyncio.get_running_loop()
        end, seen = loop.time() + 60, -1
        while seen != self.version:
            if loop.time() > end:
                raise AssertionError(f"Never quiet for {seconds} s.\n{self._recent()}")
            seen = self.version
            await self.change(seconds)

    def record(self, entry: Call | Sent) -> None:
        log: list[Any] = self.calls if isinstance(entry, Call) else self.sent
        log.append(entry)
        if len(log) > 2 * LOG_LENGTH:
            del log[:-LOG_LENGTH]

    def new_trigger(self, user: str) -> str:
        now = time.monotonic()
        self.triggers = {key: value for key, value in self.triggers.items() if value[1] > now - 60}
        trigger = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[trigger] = (user, now)
        return trigger

    def _recent(self) -> str:
        calls = [f"  {call.method} -> {call.status} {short(call.answer)}" for call in self.calls[-8:]]
        sent = [
            f"  {sent.kind} {sent.about} -> {sent.status} {short(sent.answer or sent.reason)}"
            for sent in self.sent[-8:]
        ]
        return "\n".join(["Last calls:", *calls, "Last sent to the app:", *sent])


def short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 160 else text[:160] + "…"  # noqa: PLR2004


def _source(condition: Callable[[], Any]) -> str:
    try:
        return inspect.getsource(condition).strip()
    except (OSError, TypeError):
        return repr(condition)
