"""What Slack sends to the app: events with retries, presses, commands, menus; signed, or through a socket."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from playground.core import Failed, Sent
from playground.world import APP_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID

if TYPE_CHECKING:
    from playground.core import Core
    from playground.socket_mode import Sockets
    from playground.world import Json

TOKEN = "legacy-verification-token"
FORM = "application/x-www-form-urlencoded"
OK = range(200, 300)


@dataclass(kw_only=True)
class Reply:
    """The app's answer. `status` is None when there was none in time; `reason` then is Slack's word for it."""

    status: int | None
    body: str = ""
    reason: str = ""
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        return self.status in OK if self.status is not None else False

    @property
    def json(self) -> Json:
        """The body as an object, empty when it is not one."""
        try:
            found = json.loads(self.body or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def check(self, what: str) -> Reply:
        """Raise what Slack would show when this answer is none."""
        if self.ok:
            return self
        error = "operation_timeout" if self.reason == "http_timeout" else "operation_failed"
        raise Failed(error, f"{what} was answered with {self.status or self.reason}: {self.body[:300]}")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Compute `X-Slack-Signature`, version 0: HMAC-SHA256 over `v0:timestamp:body`."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


class SlackOut:
    """Sends to `{app}/slack/events`, or through a connected socket."""

    def __init__(self, core: Core, sockets: Sockets) -> None:
        self.core = core
        self.sockets = sockets
        self.envelopes: dict[str, Json] = {}

    @property
    def connected(self) -> bool:
        return bool(self.sockets.live) or self.core.app_url is not None

    async def event(self, event: Json) -> str | None:
        """Deliver an event: first attempt now, retries in the background. Returns its id, None if nobody listens."""
        if not self.connected or not self._subscribed(event):
            return None
        event_id = "Ev" + secrets.token_hex(5).upper()
        envelope = {
            "token": TOKEN,
            "team_id": TEAM_ID,
            "context_team_id": TEAM_ID,
            "context_enterprise_id": None,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM_ID,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": "4-" + secrets.token_hex(8),
        }
        self.envelopes[event_id] = envelope
        if self.core.wait_for_events:
            await self._first(envelope)
        else:
            self.core.spawn(self._first(envelope))
        return event_id

    def later(self, event: Json) -> None:
        """Deliver an event in the background: what the app itself did."""
        self.core.spawn(self.event(event))

    async def redeliver(self, event_id: str, number: int = 1, reason: str = "http_timeout") -> Reply:
        """Send an event once more, marked as a retry."""
        return await self._attempt(self.envelopes[event_id], number, reason)

    async def _first(self, envelope: Json) -> None:
        reply = await self._attempt(envelope, 0, "")
        if not reply.ok and not reply.no_retry:
            self.core.spawn(self._retry(envelope, reply))

    async def _retry(self, envelope: Json, reply: Reply) -> None:
        for number, delay in enumerate(self.core.settings.retry_delays, start=1):
            await asyncio.sleep(delay)
            reply = await self._attempt(envelope, number, reply.reason or "http_error")
            if reply.ok or reply.no_retry:
                return

    async def _attempt(self, envelope: Json, number: int, reason: str) -> Reply:
        sent = Sent(kind="event", about=str(envelope["event"].get("type")), body=envelope, attempt=number + 1)
        if self.sockets.live:
            return await self._socket(sent, "events_api", {"retry_attempt": number, "retry_reason": reason})
        retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else {}
        sent.headers = {"Content-Type": "application/json", **retry}
        return await self._http(sent, json.dumps(envelope).encode())

    async def interactive(self, payload: Json, about: str) -> Reply:
        """Send a press, a submission, a closing or a shortcut."""
        return await self._payload("interactive", payload, about)

    async def options(self, payload: Json, about: str) -> Reply:
        """Ask for the options of a menu."""
        return await self._payload("options", payload, about)

    async def _payload(self, kind: str, payload: Json, about: str) -> Reply:
        sent = Sent(kind=kind, about=about, body=payload, headers={"Content-Type": FORM})
        if self.sockets.live:
            return await self._socket(sent, "interactive", {"accepts_response_payload": True})
        return await self._http(sent, urlencode({"payload": json.dumps(payload)}).encode())

    async def command(self, form: dict[str, str]) -> Reply:
        """Send a slash command."""
        sent = Sent(kind="command", about=form["command"], body=dict(form), headers={"Content-Type": FORM})
        if self.sockets.live:
            return await self._socket(sent, "slash_commands", {"accepts_response_payload": True})
        return await self._http(sent, urlencode(form).encode())

    async def _http(self, sent: Sent, body: bytes) -> Reply:
        timestamp = str(int(time.time()))
        sent.url = f"{self.core.app_url}/slack/events"
        sent.headers |= {
            "User-Agent": "Slackbot 1.0 (+playground)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self.core.settings.signing_secret, timestamp, body),
        }
        return self._log(sent, await self._post(sent.url, body, sent.headers))

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Reply:
        if self.core.app_url is None:
            return Reply(status=None, reason="connection_failed")
        try:
            async with self.core.session.post(
                url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self.core.answer_within),
            ) as response:
                text = await response.text(errors="replace")
                no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                reason = "" if response.status in OK else "http_error"
                return Reply(status=response.status, body=text, reason=reason, no_retry=no_retry)
        except TimeoutError:
            return Reply(status=None, reason="http_timeout")
        except aiohttp.ClientError:
            return Reply(status=None, reason="connection_failed")

    async def _socket(self, sent: Sent, envelope_type: str, extra: Json) -> Reply:
        sent.url, sent.via = "socket", "socket"
        answer = await self.sockets.send(envelope_type, sent.body, extra, self.core.answer_within)
        if answer is None:
            return self._log(sent, Reply(status=None, reason="http_timeout"))
        return self._log(sent, Reply(status=200, body=_as_text(answer)))

    def _log(self, sent: Sent, reply: Reply) -> Reply:
        sent.status, sent.answer, sent.reason, sent.took = reply.status, reply.body, reply.reason, time.time() - sent.at
        self.core.record(sent)
        self.core.changed()
        return reply

    def _subscribed(self, event: Json) -> bool:
        """Whether the manifest asks for it; without a manifest everything is sent."""
        wanted = self.core.subscriptions
        kind = event.get("type")
        if wanted is None or kind is None:
            return True
        if kind != "message":
            return kind in wanted
        suffix = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
        return f"message.{suffix.get(event.get('channel_type', 'channel'), 'channels')}" in wanted

    def common(self, user: str) -> Json:
        """Return what every interaction payload carries."""
        return {
            "user": {
                "id": user,
                "username": self.core.world.people[user].handle,
                "name": self.core.world.people[user].handle,
                "team_id": self.core.world.people[user].team,
            },
            "api_app_id": APP_ID,
            "token": TOKEN,
            "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
        }


def _as_text(answer: Any) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer) if answer else ""
