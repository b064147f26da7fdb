"""Reads Twilio's message list, for what its webhooks did not bring: texts, and what became of ours.

By default Twilio does not call again after a 5xx, so the list is what a text cannot get lost from.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import structlog
from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from twilio.rest.api.v2010.account.message.media import MediaInstance

from desk import receipts
from desk.clock import Clock
from desk.errand import Errand, Pause
from desk.intake import Intake
from sms import errors, webhooks
from sms.gateway import DISORDER
from storage import inboxes, jobs, reading_back
from storage.database import Database
from storage.models import Inbox, Message
from storage.states import MessageStatus

log = structlog.get_logger(__name__)

EVERY_SECONDS = 120.0
OUT_OF_REACH = (TwilioException, aiohttp.ClientError, TimeoutError)

_OVERLAP = timedelta(minutes=15)  # Twilio lists a text late now and then, and its clock and ours differ
_IN_FLIGHT = timedelta(minutes=1)  # in which a webhook comes, or does not; no more than the overlap
_FOLLOWED_FOR = timedelta(days=1)  # Twilio queues a text for ten hours at most
_PAGE = 200
_NOT_FOUND = 404


@dataclass(slots=True)
class Found:
    """How much had been missed: texts, and news of what became of ours."""

    texts: int = 0
    receipts: int = 0


@dataclass(eq=False)
class TextReader:
    """Reads back one workspace's numbers, through the same door as the webhooks."""

    client: Client
    database: Database
    clock: Clock
    intake: Intake
    workspace_id: int
    _read_before: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.errand = Errand("texts", self._read_all)

    async def _read_all(self, pause: Pause) -> None:
        """Read every number now: at start, and when something could not be stored.

        Raises whatever kept Twilio or the database from it.
        """
        del pause
        failed: Exception | None = None
        for inbox in await self.inboxes():
            try:
                await self.read(inbox)
            except OUT_OF_REACH as error:
                failed = error
            except Exception as error:  # its own fault: the other numbers are read
                log.exception("texts not read back", inbox=inbox.id, error=type(error).__name__)
                failed = error
        if failed is not None:
            raise failed

    async def read_due(self) -> None:
        """Read those numbers that no replica has read for two minutes; when Twilio is away, the next time."""
        every = timedelta(seconds=EVERY_SECONDS)
        for inbox in await self.inboxes():
            async with self.database.write() as session:
                if not await jobs.claim(session, f"texts/{inbox.id}", every=every, now=self.clock.now()):
                    continue
            try:
                await self.read(inbox, in_flight=_IN_FLIGHT)
            except OUT_OF_REACH as error:
                log.warning("texts not read back", inbox=inbox.id, error=type(error).__name__)
            except Exception as error:  # its own fault: the other numbers are read
                log.exception("texts not read back", inbox=inbox.id, error=type(error).__name__)

    async def inboxes(self) -> list[Inbox]:
        """The numbers to read, as they are now."""
        async with self.database.read() as session:
            return list(await inboxes.list_(session, self.workspace_id))

    async def read(self, inbox: Inbox, *, since: datetime | None = None, in_flight: timedelta = timedelta()) -> Found:
        """Take in what has come to a number and was missed, and what became of our texts.

        `since`: by hand, otherwise since the last time. `in_flight`: what is younger may still come by itself. What
        this database may have known before it was restored is looked for in Slack before it is posted: that can only
        be in what the first reading of a process finds. Raises what has kept Twilio from telling of a text's pictures,
        after the other people's texts were taken in.
        """
        begun = self.clock.now()
        found = Found()
        failed: Exception | None = None
        passed_over: set[str] = set()
        for one, written_at in await self._missed(inbox, since or _begin(inbox, now=begun)):
            if written_at > begun - in_flight:
                break
            if one.from_ in passed_over:  # for the order of what one person wrote
                continue
            try:
                form = await self._form(one)
            except OUT_OF_REACH as error:
                failed = error
                passed_over.add(one.from_ or "")
                continue
            may_be_shown = since is not None or inbox.id not in self._read_before
            key = webhooks.inbound_key(form["AccountSid"], form["MessageSid"])
            form = webhooks.recovered(form, at=written_at, may_be_shown=may_be_shown)
            await self.intake.take(webhooks.INBOUND, key, form, webhooks.stream(form))
            found.texts += 1
        if failed is not None:
            raise failed
        found.receipts = await self._follow(inbox, now=begun)
        if since is None:
            async with self.database.write() as session:
                await reading_back.inbox_is_read(session, inbox.id, begun, now=begun)
            self._read_before.add(inbox.id)
        if found.texts or found.receipts:
            log.info("read back from twilio", inbox=inbox.id, texts=found.texts, receipts=found.receipts)
        return found

    async def _missed(self, inbox: Inbox, since: datetime) -> list[tuple[MessageInstance, datetime]]:
        """The texts that have come to a number since then and are not stored, in the order of their writing.

        The filter is by day in UTC. Twilio gives the newest first, and its times in seconds.
        """
        since = since.astimezone(UTC).replace(microsecond=0)
        listed: list[tuple[MessageInstance, datetime]] = []
        asked = self.client.messages.stream_async(to=inbox.number, date_sent_after=since.date(), page_size=_PAGE)
        async for one in await asked:
            written_at = _written_at(one)
            if written_at is not None and written_at < since - DISORDER:
                break
            if written_at is not None and written_at >= since and one.direction == "inbound":
                listed.append((one, written_at))
        keys = [webhooks.inbound_key(one.account_sid or "", one.sid or "") for one, _ in listed]
        async with self.database.read() as session:
            missing = await reading_back.find_missing(session, webhooks.INBOUND, keys)
        found = [pair for key, pair in zip(keys, listed, strict=True) if key in missing]
        found.reverse()
        found.sort(key=lambda pair: pair[1])
        return found

    async def _form(self, one: MessageInstance) -> dict[str, str]:
        """A listed text as its webhook would have brought it; without the pictures if Twilio has them no more."""
        form = {
            "MessageSid": one.sid or "",
            "AccountSid": one.account_sid or "",
            "From": one.from_ or "",
            "To": one.to or "",
            "Body": one.body or "",
            "NumMedia": one.num_media or "0",
        }
        if form["NumMedia"] != "0":
            for place, media in enumerate(await self._pictures(one)):
                form[f"MediaUrl{place}"] = f"{self.client.api.base_url}{(media.uri or '').removesuffix('.json')}"
                form[f"MediaContentType{place}"] = media.content_type or ""
        return form

    async def _pictures(self, one: MessageInstance) -> list[MediaInstance]:
        try:
            pictures: list[MediaInstance] = await self.client.messages(one.sid).media.list_async()
        except TwilioException as error:
            if errors.http_status(error) != _NOT_FOUND:
                raise
            return []
        return pictures

    async def _follow(self, inbox: Inbox, *, now: datetime) -> int:
        """Bring up to date what became of the texts of the last day whose receipts did not come; how many changed."""
        async with self.database.read() as session:
            sent = await reading_back.list_on_its_way(session, inbox.id, since=now - _FOLLOWED_FOR)
        if not sent:
            return 0
        wanted = {message.sid: message for message in sent}
        changed = 0
        async for one in self._sent(inbox, since=min(message.left_at or now for message in sent)):
            message = wanted.pop(one.sid, None)
            if message is not None and one.status in set(MessageStatus) and one.status != message.status:
                await self._tell(message, one, now=now)
                changed += 1
            if not wanted:
                break
        return changed

    async def _sent(self, inbox: Inbox, *, since: datetime) -> AsyncIterator[MessageInstance]:
        """What has left from a number since then, the newest first."""
        async for one in await self.client.messages.stream_async(from_=inbox.number, page_size=_PAGE):
            created_at = _written_at(one)
            if created_at is not None and created_at < since - DISORDER:
                return
            yield one

    async def _tell(self, message: Message, one: MessageInstance, *, now: datetime) -> None:
        async with self.database.write() as session:
            await receipts.receive(
                session,
                message.workspace_id,
                message.id,
                message.attempt,
                sid=one.sid or "",
                status=str(one.status),
                failure=errors.refusal(one.error_code),
                now=now,
            )


def _begin(inbox: Inbox, *, now: datetime) -> datetime:
    """Where to begin: what is older than the inbox belongs to the time before the bridge."""
    if inbox.read_back_to is None:
        return inbox.created_at
    return max(inbox.created_at, reading_back.begin(inbox.read_back_to, now=now) - _OVERLAP)


def _written_at(one: MessageInstance) -> datetime | None:
    written_at = one.date_created or one.date_sent
    return written_at if isinstance(written_at, datetime) else None
