"""Faults to order: delays, wrong answers, dropped connections, answers held back; and the rate limits, when told to."""

from __future__ import annotations

import asyncio
import json
import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playground.world import Json

    Effect = Callable[[], Awaitable[web.Response]]

# Requests a minute, per method (Slack's rate limit tiers).
TIERS = {
    "chat.postEphemeral": 100,
    "views.open": 100,
    "views.update": 100,
    "views.push": 100,
    "views.publish": 100,
    "users.info": 100,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "files.info": 100,
    "conversations.members": 100,
    "chat.update": 50,
    "chat.delete": 50,
    "reactions.add": 50,
    "reactions.get": 50,
    "conversations.open": 50,
    "conversations.info": 50,
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.join": 50,
    "users.conversations": 50,
    "reactions.remove": 20,
    "users.list": 20,
    "usergroups.users.list": 20,
    "conversations.list": 20,
}
HISTORY = ("conversations.history", "conversations.replies")
POSTS_A_MINUTE = 300
BURST = 2


@dataclass(kw_only=True)
class Fault:
    """What goes wrong with the next `times` requests to methods like `method` (None: until cleared)."""

    kind: str
    method: str
    times: int | None = 1
    seconds: float = 0.0
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    after_effect: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)
    held: int = 0

    def release(self) -> None:
        """Let the answers that were held back go, and hold no more."""
        self.times = 0
        self.released.set()


class Faults:
    """Ordered by tests and the control API. `method` is a Web API method, a name from below, or a pattern: `chat.*`.

    `twilio.messages.create|list|fetch|update|delete`, `twilio.numbers.list|fetch|update`,
    `twilio.media.fetch|delete`, `slack.response_url`, `slack.upload`, `slack.download`.
    """

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self.limits = False
        self.outside_marketplace = False
        self.per_minute: dict[str, int] = dict(TIERS)
        self.window = 60.0
        self.posts_per_second = 1.0
        self._recent: dict[str, deque[float]] = defaultdict(deque)
        self._buckets: dict[str, tuple[float, float]] = {}

    def delay(self, method: str, seconds: float, times: int | None = 1) -> Fault:
        """Take effect only after so many seconds, then answer."""
        return self._add(Fault(kind="delay", method=method, times=times, seconds=seconds))

    def answer(
        self,
        method: str,
        status: int = 200,
        body: Any = None,
        *,
        error: str | None = None,
        headers: dict[str, str] | None = None,
        times: int | None = 1,
        after_effect: bool = False,
    ) -> Fault:
        """Answer this instead; with `after_effect` it happened all the same.

        `error` is short for Slack's `{"ok": false, "error": …}`.
        """
        if error is not None:
            body = {"ok": False, "error": error}
        return self._add(
            Fault(
                kind="answer",
                method=method,
                status=status,
                body=body,
                headers=headers or {},
                times=times,
                after_effect=after_effect,
            )
        )

    def drop(self, method: str, *, after_effect: bool = False, times: int | None = 1) -> Fault:
        """Close the connection without an answer, before or after the effect took place."""
        return self._add(Fault(kind="drop", method=method, times=times, after_effect=after_effect))

    def hold(self, method: str, times: int | None = None) -> Fault:
        """Hold back the answers, after the effect took place, until `release()`; `held` counts those waiting."""
        return self._add(Fault(kind="hold", method=method, times=times))

    def clear(self) -> None:
        for fault in self.active:
            fault.release()
        self.active.clear()
        self._recent.clear()
        self._buckets.clear()

    def _add(self, fault: Fault) -> Fault:
        self.active.append(fault)
        return fault

    def _take(self, method: str) -> list[Fault]:
        taken = []
        for fault in self.active:
            if fault.times != 0 and fnmatchcase(method, fault.method):
                if fault.times is not None:
                    fault.times -= 1
                taken.append(fault)
        self.active = [fault for fault in self.active if fault.times != 0 or fault.held]
        return taken

    async def around(self, method: str, request: web.Request, effect: Effect) -> web.Response:
        """Run the request's effect with the faults ordered for it."""
        if not self.active:
            return await effect()
        faults = self._take(method)
        for fault in faults:
            if fault.kind == "delay":
                await asyncio.sleep(fault.seconds)
        if before := next((f for f in faults if f.kind in {"drop", "answer"} and not f.after_effect), None):
            return _instead(before, request)
        response = await effect()
        for fault in faults:
            if fault.kind == "hold":
                fault.held += 1
                try:
                    await fault.released.wait()
                finally:
                    fault.held -= 1
        if after := next((f for f in faults if f.kind in {"drop", "answer"} and f.after_effect), None):
            return _instead(after, request)
        return response

    def limited(self, method: str, params: Json) -> int | None:
        """Count a request against Slack's limits; return the seconds to wait when it is one too many."""
        now = asyncio.get_running_loop().time()
        if self.outside_marketplace and method in HISTORY:
            return self._window(method, 1, now)
        if not self.limits:
            return None
        if method == "chat.postMessage":
            return self._post_limited(str(params.get("channel")), now)
        most = self.per_minute.get(method)
        return None if most is None else self._window(method, most, now)

    def _window(self, name: str, most: int, now: float) -> int | None:
        recent = self._recent[name]
        while recent and recent[0] <= now - self.window:
            recent.popleft()
        if len(recent) >= most:
            return max(1, math.ceil(recent[0] + self.window - now))
        recent.append(now)
        return None

    def _post_limited(self, channel: str, now: float) -> int | None:
        tokens, since = self._buckets.get(channel, (float(BURST), now))
        tokens = min(float(BURST), tokens + (now - since) * self.posts_per_second)
        if tokens < 1:
            self._buckets[channel] = (tokens, now)
            return max(1, math.ceil((1 - tokens) / self.posts_per_second))
        wait = self._window("chat.postMessage", self.per_minute.get("chat.postMessage", POSTS_A_MINUTE), now)
        self._buckets[channel] = (tokens if wait else tokens - 1, now)
        return wait


def _instead(fault: Fault, request: web.Request) -> web.Response:
    if fault.kind == "drop":
        if request.transport is not None:
            request.transport.abort()
        # Nobody will read it: the connection is gone.
        return web.Response()
    if fault.body is None or isinstance(fault.body, str):
        return web.Response(status=fault.status, text=fault.body or "", headers=fault.headers)
    text = json.dumps(fault.body)
    return web.Response(status=fault.status, text=text, content_type="application/json", headers=fault.headers)
