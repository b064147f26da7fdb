"""A Slack and a Twilio in memory, behind the HTTP sessions of their own SDKs, with every fault that a network has.

A call is one of five: a post, a drawing or a look in Slack, a send or a look at Twilio. The next call of each may be
given a fault. A crash abandons the worker in its call; a frozen worker stays in it until it is thawed.
"""

import asyncio
import json
import math
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

BOT = "U0BOT"
RETRY_AFTER = 7


class Call(StrEnum):
    """What is asked of the outside."""

    POST = "post"
    DRAW = "draw"
    LOOK_IN_SLACK = "look in Slack"
    SEND = "send"
    LOOK_AT_TWILIO = "look at Twilio"


class Fault(StrEnum):
    """What goes wrong with a call."""

    LIMITED = "limited"  # the first three are certain: nothing has happened
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    LOST_BEFORE = "lost before"
    LOST_AFTER = "lost after"
    ERROR_BEFORE = "error before"
    ERROR_AFTER = "error after"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    FROZEN_BEFORE = "frozen before"
    FROZEN_AFTER = "frozen after"


_HAPPENS = (Fault.LOST_AFTER, Fault.ERROR_AFTER, Fault.CRASH_AFTER, Fault.FROZEN_BEFORE, Fault.FROZEN_AFTER)


class Crash(BaseException):
    """The worker is dead: nothing of it goes on, and it writes nothing down."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, as the SDKs read it."""

    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    async def json(self) -> dict[str, Any]:
        return self.body

    async def text(self) -> str:
        return json.dumps(self.body)


@dataclass(eq=False)
class Post:
    """A message of ours in the channel, as it stands now."""

    ts: str
    thread_ts: str | None
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any]

    @property
    def quotes(self) -> list[str]:
        """The customer's texts that it shows, in order."""
        sections = [part for block in self.blocks if block["type"] == "rich_text" for part in block["elements"]]
        quoted = [part["elements"] for part in sections if part["type"] == "rich_text_quote"]
        return ["".join(element["text"] for element in elements) for elements in quoted]

    @property
    def words(self) -> str:
        """All that can be read in it."""
        return json.dumps(self.blocks, ensure_ascii=False) + self.text


@dataclass(eq=False)
class Sms:
    """A text that has left: `about` is what its receipts will name, `fate` the first terminal status told."""

    sid: str
    to: str
    body: str
    about: dict[str, str]
    created_at: float
    status: str = "queued"
    fate: str | None = None


@dataclass(eq=False)
class Send:
    """A call to send an SMS, what went wrong with it, and the SMS that came of it, if any."""

    to: str
    body: str
    message_id: int
    attempt: int
    at: float
    fault: Fault | None
    sms: Sms | None = None
    answered: bool = False

    @property
    def certainly_not(self) -> bool:
        """It has had no effect, will have none, and may be made again."""
        return self.fault in {Fault.LIMITED, Fault.UNREACHABLE}


@dataclass(frozen=True, slots=True)
class Look:
    """A look at Twilio's list of texts to a phone; `blind` when nothing could be seen."""

    to: str
    at: float
    blind: bool


class Outside:
    """Everything outside: a channel, the phones, and the clock by which databases, Slack and Twilio go."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.posts: list[Post] = []
        self.reactions: dict[str, set[str]] = {}
        self.sms: list[Sms] = []
        self.sends: list[Send] = []
        self.looks: list[Look] = []
        self.faults: dict[Call, deque[Fault]] = {call: deque() for call in Call}
        self.limited_at: dict[str, float] = {}
        self.frozen: deque[asyncio.Future[None]] = deque()
        self.froze = asyncio.Event()
        self.stopped: set[str] = set()
        self.broken: list[str] = []
        self.on_send: Callable[[Send], None] = lambda _send: None
        self._ticks = 0

    def next_ts(self) -> str:
        """Slack's id of the next message, later than any before."""
        self._ticks += 1
        return f"{self.at + self._ticks / 1e6:.6f}"

    @asynccontextmanager
    async def request(
        self,
        verb: str,
        url: str,
        *,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        json: dict[str, Any] | None = None,
        **_headers: Any,
    ) -> AsyncIterator[Answer]:
        """One HTTP request, in the shape of aiohttp's session."""
        asked = {**(params or {}), **(data or {}), **(json or {})}
        method = urlsplit(url).path.rpartition("/")[2]
        if method != "Messages.json":
            yield await self._slack(method, asked)
        elif verb == "GET":
            yield await self._list(asked)
        else:
            yield await self._send(asked)

    closed = False

    async def close(self) -> None:
        """Nothing is open."""

    def thaw(self) -> None:
        """Let the worker that has been frozen longest go on."""
        self.frozen.popleft().set_result(None)

    async def _freeze(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.frozen.append(future)
        self.froze.set()
        await future

    def _next_fault(self, call: Call) -> Fault | None:
        return self.faults[call].popleft() if self.faults[call] else None

    async def _suffer(
        self, fault: Fault | None, effect: Callable[[], Answer], *, certain: dict[Fault | None, Answer]
    ) -> Answer:
        if fault in certain:
            return certain[fault]
        if fault is Fault.UNREACHABLE:
            raise aiohttp.ClientConnectorError(_key(), OSError("unreachable"))
        if fault is Fault.FROZEN_BEFORE:
            await self._freeze()
        answer = effect() if fault is None or fault in _HAPPENS else Answer(503)
        if fault is Fault.FROZEN_AFTER:
            await self._freeze()
        if fault in {Fault.CRASH_BEFORE, Fault.CRASH_AFTER}:
            raise Crash
        if fault in {Fault.LOST_BEFORE, Fault.LOST_AFTER}:
            raise TimeoutError
        return Answer(503) if fault is Fault.ERROR_AFTER else answer

    async def _slack(self, method: str, asked: dict[str, Any]) -> Answer:
        limited_at = self.limited_at.get(method, -math.inf)
        if limited_at < self.at < limited_at + RETRY_AFTER:  # those in flight at that moment could not know
            self.broken.append(f"{method} was called although Slack asked to wait")
        call, effect = {
            "chat.postMessage": (Call.POST, self._post),
            "chat.postEphemeral": (Call.DRAW, self._nothing),
            "chat.update": (Call.DRAW, self._update),
            "chat.delete": (Call.DRAW, self._delete),
            "reactions.add": (Call.DRAW, self._react),
            "conversations.history": (Call.LOOK_IN_SLACK, self._history),
            "conversations.replies": (Call.LOOK_IN_SLACK, self._history),
        }[method]
        fault = self._next_fault(call)
        if fault is Fault.LIMITED:
            self.limited_at[method] = self.at
        limited = Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(RETRY_AFTER)})
        refused = Answer(200, {"ok": False, "error": "channel_not_found"})
        certain: dict[Fault | None, Answer] = {Fault.LIMITED: limited, Fault.REFUSED: refused}
        return await self._suffer(fault, lambda: Answer(body={"ok": True, **effect(asked)}), certain=certain)

    def _post(self, asked: dict[str, Any]) -> dict[str, Any]:
        post = Post(self.next_ts(), asked.get("thread_ts"), asked["text"], asked.get("blocks") or [], asked["metadata"])
        self.posts.append(post)
        return {"ts": post.ts}

    def _update(self, asked: dict[str, Any]) -> dict[str, Any]:
        post = self.find(asked["ts"])
        post.text, post.blocks = asked["text"], asked["blocks"]
        return {"ts": post.ts}

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.posts = [post for post in self.posts if post.ts != asked["ts"]]
        return {}

    def _react(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.reactions.setdefault(asked["timestamp"], set()).add(asked["name"])
        return {}

    def _nothing(self, asked: dict[str, Any]) -> dict[str, Any]:
        del asked
        return {}

    def _history(self, asked: dict[str, Any]) -> dict[str, Any]:
        root = asked.get("ts")
        seen = [
            post for post in self.posts if root in {post.thread_ts, post.ts} and float(post.ts) > float(asked["oldest"])
        ]
        return {"messages": [{"ts": post.ts, "user": BOT, "metadata": post.metadata} for post in seen]}

    def below(self, root_ts: str) -> list[Post]:
        """A card and what stands in its thread."""
        return [post for post in self.posts if root_ts in {post.ts, post.thread_ts}]

    def find(self, ts: str) -> Post:
        """The post with this ts."""
        return next(post for post in self.posts if post.ts == ts)

    async def _send(self, asked: dict[str, Any]) -> Answer:
        about = {key: values[0] for key, values in parse_qs(urlsplit(asked["StatusCallback"]).query).items()}
        send = Send(
            asked["To"],
            asked["Body"],
            int(about["message"]),
            int(about["attempt"]),
            self.at,
            self._next_fault(Call.SEND),
        )
        self.on_send(send)
        self.sends.append(send)

        def effect() -> Answer:
            if send.to in self.stopped:
                return _refusal(400, 21610)
            send.sms = Sms(f"SM{len(self.sms):032x}", send.to, send.body, about, self.at)
            self.sms.append(send.sms)
            return Answer(201, _resource(send.sms))

        certain: dict[Fault | None, Answer] = {Fault.LIMITED: _refusal(429, 20429), Fault.REFUSED: _refusal(400, 21211)}
        answer = await self._suffer(send.fault, effect, certain=certain)
        send.answered = answer.status < 500
        return answer

    async def _list(self, asked: dict[str, Any]) -> Answer:
        fault = self._next_fault(Call.LOOK_AT_TWILIO)
        self.looks.append(Look(asked["To"], self.at, blind=fault is not None))
        found = [_resource(sms) for sms in reversed(self.sms) if sms.to == asked["To"]]
        listed = Answer(body={"messages": found, "next_page_uri": None, "meta": {"key": "messages"}})
        certain: dict[Fault | None, Answer] = {Fault.LIMITED: _refusal(429, 20429), Fault.REFUSED: _refusal(400, 20404)}
        return await self._suffer(fault, lambda: listed, certain=certain)


def _resource(sms: Sms) -> dict[str, Any]:
    created = format_datetime(datetime.fromtimestamp(int(sms.created_at), UTC))
    return {"sid": sms.sid, "to": sms.to, "body": sms.body, "status": sms.status, "date_created": created}


def _refusal(status: int, code: int) -> Answer:
    return Answer(status, {"status": status, "code": code, "message": "no"})


def _key() -> Any:
    return aiohttp.client_reqrep.ConnectionKey("outside", 443, True, True, None, None, None)
