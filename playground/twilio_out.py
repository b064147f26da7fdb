"""What Twilio sends to the app: signed webhooks with its retry rules, and status callbacks."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import random
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit, urlunsplit

import aiohttp
from yarl import URL

from playground.core import Sent
from playground.world import Attempt

if TYPE_CHECKING:
    from playground.core import Core
    from playground.world import Text

ANSWER_WITHIN = 15.0
MOST_RETRIES = 5
CLIENT_ERROR, SERVER_ERROR = 400, 500


def signature(auth_token: str, url: str, form: dict[str, str]) -> str:
    """Compute X-Twilio-Signature: HMAC-SHA1 over the full URL and the sorted form (Twilio's "Security")."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """Connection overrides, from the fragment of a webhook's URL: `#rc=5&rp=all`."""

    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    answer_within: float = ANSWER_WITHIN

    @classmethod
    def of(cls, fragment: str) -> Overrides:
        found = {key: values[-1] for key, values in parse_qs(fragment).items()}
        policy = frozenset(found.get("rp", "ct").split(","))
        within = min(ANSWER_WITHIN, int(found.get("rt", "15000")) / 1000)
        return cls(retries=min(MOST_RETRIES, int(found.get("rc", "1"))), policy=policy, answer_within=within)

    def again(self, attempt: Attempt, reason: str) -> bool:
        """Whether to try once more after this."""
        happened = {reason} if reason else set()
        if attempt.status is not None and CLIENT_ERROR <= attempt.status < SERVER_ERROR:
            happened = {"4xx"}
        elif attempt.status is not None and attempt.status >= SERVER_ERROR:
            happened = {"5xx"}
        return bool(happened) and ("all" in self.policy or bool(happened & self.policy))


class TwilioOut:
    """Posts forms to the app, signed."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.retry_delay = 0.1

    async def send(self, kind: str, about: str, url: str, form: dict[str, str]) -> list[Attempt]:
        """Post a form, again where Twilio would. Returns every try; the fragment is not part of the URL."""
        parts = urlsplit(url)
        overrides = Overrides.of(parts.fragment)
        bare = urlunsplit(parts._replace(fragment=""))
        headers = {
            "X-Twilio-Signature": signature(self.core.settings.auth_token, bare, form),
            "I-Twilio-Idempotency-Token": secrets.token_hex(8),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        attempts: list[Attempt] = []
        for number in range(overrides.retries + 1):
            sent = Sent(kind=kind, about=about, url=bare, body=dict(form), headers=headers, attempt=number + 1)
            attempt = await self._once(sent, overrides.answer_within)
            attempts.append(attempt)
            if not overrides.again(attempt, sent.reason):
                break
            if number < overrides.retries:
                await asyncio.sleep(self.retry_delay)
        return attempts

    async def _once(self, sent: Sent, within: float) -> Attempt:
        """Post once; `reason` in the log is "rt" for no answer in time and "ct" for no connection."""
        attempt = Attempt(url=sent.url, form=dict(sent.body))
        try:
            async with self.core.session.post(
                URL(sent.url, encoded=True),
                data=sent.body,
                headers=sent.headers,
                timeout=aiohttp.ClientTimeout(total=within),
            ) as response:
                attempt.body = await response.text(errors="replace")
                attempt.status, attempt.content_type = response.status, response.content_type
        except TimeoutError:
            sent.reason = "rt"
        except aiohttp.ClientError:
            sent.reason = "ct"
        sent.status, sent.answer, sent.took = attempt.status, attempt.body, time.time() - sent.at
        self.core.record(sent)
        self.core.changed()
        return attempt


@dataclass(kw_only=True)
class Fate:
    """What becomes of the texts to one phone."""

    status: str = "delivered"
    error_code: int | None = None


@dataclass(kw_only=True)
class Receipts:
    """How the statuses of outbound texts come in.

    `order` is "in order", "shuffled", or "late" (after `late` seconds). With `hold` none come by themselves.
    `last` is what becomes of every text, `fates` of those to one phone.
    """

    order: str = "in order"
    hold: bool = False
    pause: float = 0.02
    late: float = 1.0
    last: Fate = field(default_factory=Fate)
    fates: dict[str, Fate] = field(default_factory=dict)

    def plan(self, phone: str, status: str, error_code: int | None = None) -> None:
        """Say what becomes of texts to a phone: `plan("+1555…", "undelivered", 30007)`."""
        self.fates[phone] = Fate(status=status, error_code=error_code)

    def fate(self, phone: str) -> Fate:
        return self.fates.get(phone, self.last)


class StatusCallbacks:
    """Moves outbound texts on and tells the app."""

    def __init__(self, core: Core, out: TwilioOut) -> None:
        self.core = core
        self.out = out
        self.receipts = Receipts()

    def start(self, text: Text) -> None:
        """Let the statuses of a new text come in the background, unless they are held."""
        if not self.receipts.hold:
            self.core.spawn(self._play(text))

    async def _play(self, text: Text) -> None:
        receipts = self.receipts
        fate = receipts.fate(text.phone)
        steps = ["queued", "sent", fate.status] if fate.status != "failed" else ["queued", "failed"]
        if fate.status in {"queued", "sent"}:
            steps = steps[: steps.index(fate.status) + 1]
        if receipts.order == "late":
            await asyncio.sleep(receipts.late)
        if receipts.order == "shuffled":
            for step in steps:
                self.move(text, step, fate.error_code)
            random.shuffle(steps)
        for step in steps:
            await asyncio.sleep(receipts.pause)
            if text.status == "canceled":
                return
            if receipts.order != "shuffled":
                self.move(text, step, fate.error_code)
            await self.tell(text, step, fate.error_code)

    def move(self, text: Text, status: str, error_code: int | None = None) -> None:
        """Set a text's status as Twilio's list shows it."""
        text.status, text.updated_at = status, self.core.world.now()
        if status in {"failed", "undelivered"}:
            text.error_code = error_code
        if status not in {"queued", "accepted", "scheduled"} and text.sent_at is None:
            text.sent_at = self.core.world.now()
        self.core.changed()

    async def tell(self, text: Text, status: str, error_code: int | None = None) -> Attempt | None:
        """Post one status callback, if the text asked for them."""
        if not text.status_callback:
            return None
        form = {
            "MessageSid": text.sid,
            "SmsSid": text.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": text.phone,
            "From": text.our,
            "AccountSid": self.core.settings.account_sid,
            "ApiVersion": "2010-04-01",
        }
        if text.service:
            form["MessagingServiceSid"] = text.service
        if error_code is not None and status in {"failed", "undelivered"}:
            form["ErrorCode"] = str(error_code)
        return (await self.out.send("status", text.sid, text.status_callback, form))[-1]
