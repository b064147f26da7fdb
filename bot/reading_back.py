"""Reads Slack's threads, for what its events did not bring: replies, edits and deletions while nobody listened.

What is found goes through the same door as the events. Slack lets an app outside its Marketplace read one page of 15
messages a minute, so threads in which nothing was written since are told from their roots, and the rest takes its time.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import metadata, patience
from bot.handlers import replies
from bot.handlers.context import Body, Context
from bot.looking import ROOT_GONE
from desk import outbox
from desk.errand import Errand, Pause, Stopped
from desk.errors import NotYet
from storage import deliveries, inboxes, jobs, reading_back, workspaces
from storage.reading_back import Known, Place

log = structlog.get_logger(__name__)

MARK_SECONDS = 60.0

_ACTIVE = timedelta(days=14)
_OVERLAP = timedelta(minutes=2)  # Slack's clock and ours differ
_EVERY = timedelta(minutes=20)  # soon enough that what was missed is not too old to be sent by itself
_CERTAIN = timedelta(minutes=10)  # Slack sends an event again for six minutes; after that it has come or never will
_PAGE = 200
_ROOT_PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)  # for the cards of texts that are only being read back themselves
_CHANNEL_AWAY = ("channel_not_found", "not_in_channel", "is_archived", "missing_scope")

Step = Callable[[int, int], None]


@dataclass(slots=True)
class Found:
    """How much had been missed, and how often the same was posted twice."""

    replies: int = 0
    edits: int = 0
    deletions: int = 0
    doubles: int = 0


@dataclass(slots=True)
class _Roots:
    """The roots in a channel back to `oldest`: each one's newest reply, and those below which nobody wrote for long."""

    oldest: str
    newest_reply: dict[str, str] = field(default_factory=dict)
    ours: dict[str, list[UUID]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


def nobody_watches(done: int, total: int) -> None:
    """Nobody watches how far it is."""
    del done, total


@dataclass(eq=False)
class ThreadReader:
    """Reads back the threads of one workspace, one call at a time.

    `is_listening` says whether events can reach us; None: nobody can say, as over HTTP, so the threads are read every
    now and then whatever has come.
    """

    client: AsyncWebClient
    desk: Context
    is_listening: Callable[[], Awaitable[bool]] | None = None
    _is_behind: bool = True
    _has_missed: bool = False
    _is_reading: bool = False

    def __post_init__(self) -> None:
        self.errand = Errand("threads", self._catch_up)

    def miss(self) -> None:
        """An event came that could not be stored: read what it may have told."""
        self._is_behind = self._has_missed = True
        self.errand.ask()

    async def _catch_up(self, pause: Pause) -> None:
        """Read what was written since the time up to which all events have come, unless another replica is faster.

        Raises whatever kept Slack or the database from it.
        """
        self._is_behind = self._is_reading = True
        self._has_missed = False
        try:
            begun = self.desk.clock.now()
            await self.read(pause, up_to=begun)
            async with self.desk.database.write() as session:
                await reading_back.workspace_is_read(session, self.desk.workspace.id, begun)
            self._is_behind = self._has_missed
        finally:
            self._is_reading = False

    async def keep_up(self) -> None:
        """Note up to when all events have certainly come, or read again; after a time of silence, read that first."""
        if self.is_listening is None:
            async with self.desk.database.write() as session:
                is_due = await jobs.claim(session, "threads", every=_EVERY, now=self.desk.clock.now())
            if is_due:
                self.errand.ask()
        elif not await self._is_reachable(self.is_listening):
            self._is_behind = True
        elif not self._is_behind:
            async with self.desk.database.write() as session:
                up_to = self.desk.clock.now() - _CERTAIN
                await reading_back.workspace_is_read(session, self.desk.workspace.id, up_to)
        elif not self._is_reading:
            self.errand.ask()

    async def _is_reachable(self, is_listening: Callable[[], Awaitable[bool]]) -> bool:
        try:
            await self.client.auth_test()
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("slack not reachable", error=type(error).__name__)
            return False
        return await is_listening()

    async def read(
        self, pause: Pause, *, since: datetime | None = None, up_to: datetime | None = None, step: Step = nobody_watches
    ) -> Found:
        """Read the threads of all conversations that are alive, those with the newest activity first.

        `since`: by hand, otherwise since the last time. `up_to`: enough once another replica has read as far. `step`
        is told how many of how many threads are done.
        """
        return await _Reading(self.client, self.desk, pause, step, up_to).run(since)


@dataclass(eq=False)
class _Reading:
    client: AsyncWebClient
    desk: Context
    pause: Pause
    step: Step
    up_to: datetime | None
    found: Found = field(default_factory=Found)
    posted: dict[UUID, str] = field(default_factory=dict)
    failed: Exception | None = None

    async def run(self, since: datetime | None) -> Found:
        now = self.desk.clock.now()
        begin = since or await self._mark() - _OVERLAP
        active_since = min(now - _ACTIVE, begin)
        places = await self._places(active_since)
        strangers: dict[tuple[str, str], list[UUID]] = {}
        to_read: list[Place] = []
        for channel_id in await self._channels(places):
            here = [place for place in places if place.channel_id == channel_id]
            with self._apart(channel=channel_id):
                try:
                    roots = await self._roots(channel_id, here, begin=begin, active_since=active_since)
                except SlackApiError as error:
                    if error.response.get("error") not in _CHANNEL_AWAY:
                        raise
                    log.warning("channel not readable", channel=channel_id, error=error.response.get("error"))
                    continue
                to_read += [place for place in here if _is_worth_reading(place, roots, _ts(begin))]
                known = {place.root_ts for place in here}
                strangers |= {
                    (channel_id, ts): ids
                    for ts, ids in roots.ours.items()
                    if ts not in known and roots.newest_reply[ts] > _ts(begin)
                }
        to_read.sort(key=places.index)
        await self._read_places(to_read, begin)
        if self.up_to is not None:
            await self._read_strangers(strangers, active_since, begin)
        if self.found != Found():
            log.info(
                "read back from slack",
                replies=self.found.replies,
                edits=self.found.edits,
                deletions=self.found.deletions,
                doubles=self.found.doubles,
            )
        if self.failed is not None:
            raise self.failed
        return self.found

    @contextmanager
    def _apart(self, **where: str) -> Iterator[None]:
        """Have the rest read although this part raises, which fails the reading in the end; not when Slack is away."""
        try:
            yield
        except (Stopped, aiohttp.ClientError, TimeoutError):
            raise
        except Exception as error:
            log.exception("not read back", error=type(error).__name__, **where)
            self.failed = error

    async def _mark(self) -> datetime:
        """Up to when everything has come; what is older than the workspace belongs to the time before the bridge."""
        async with self.desk.database.read() as session:
            workspace = await workspaces.get_by_id(session, self.desk.workspace.id)
        return workspace.read_back_to or workspace.created_at

    async def _places(self, active_since: datetime) -> list[Place]:
        async with self.desk.database.read() as session:
            return await reading_back.list_places(session, self.desk.workspace.id, active_since=active_since)

    async def _channels(self, places: list[Place]) -> list[str]:
        async with self.desk.database.read() as session:
            connected = await inboxes.list_(session, self.desk.workspace.id)
        return sorted({inbox.channel_id for inbox in connected} | {place.channel_id for place in places})

    async def _roots(self, channel_id: str, here: list[Place], *, begin: datetime, active_since: datetime) -> _Roots:
        """What the channel's history says about its threads."""
        young = (place.root_ts for place in here if place.root_ts >= _ts(active_since))
        roots = _Roots(min([_ts(begin), *young]))
        asked = {"channel": channel_id, "oldest": roots.oldest, "inclusive": True}
        async for message in self._pages("conversations.history", **asked):
            ts = str(message["ts"])
            if message.get("thread_ts", ts) != ts:
                continue
            roots.newest_reply[ts] = str(message.get("latest_reply") or "")
            if message.get("subtype") == "tombstone":
                roots.deleted.add(ts)
            elif shown := self._shown(message):
                roots.ours[ts] = shown
                await self._see(channel_id, message)
        return roots

    async def _read_places(self, places: list[Place], begin: datetime) -> None:
        for done, place in enumerate(places):
            self.step(done, len(places))
            if self.up_to is not None and await self._mark() >= self.up_to:
                return  # another replica was faster
            with self._apart(channel=place.channel_id, thread=place.root_ts):
                await self._read(place, begin)
        self.step(len(places), len(places))

    async def _read_strangers(
        self, roots: dict[tuple[str, str], list[UUID]], active_since: datetime, begin: datetime
    ) -> None:
        """Read threads whose card a database that was lost has posted, as soon as ours has recognised it.

        While one may still be recognised, the reading is not done: the mark stays before what was written there.
        """
        for seconds in _ROOT_PAUSES:
            if not roots:
                return
            await self.pause(seconds)
            strange = [root for root, ids in roots.items() if not await self._may_become_ours(*root, ids)]
            for place in await self._places(active_since):
                if roots.pop((place.channel_id, place.root_ts), None) is not None:
                    with self._apart(channel=place.channel_id, thread=place.root_ts):
                        await self._read(place, begin)
            for root in strange:
                roots.pop(root, None)
        if roots:
            self.failed = NotYet()

    async def _may_become_ours(self, channel_id: str, root_ts: str, ids: list[UUID]) -> bool:
        async with self.desk.database.read() as session:
            unread = await reading_back.may_become_ours(session, self.desk.workspace.id, channel_id, root_ts)
            return unread or await reading_back.is_looked_for(session, ids)

    async def _read(self, place: Place, begin: datetime) -> None:
        """Read one thread from then on, or from the oldest message on that can still be changed."""
        after_ts = min(_ts(begin), _before(place.unsent_ts or _ts(begin)))
        async with self.desk.database.read() as session:
            known = await reading_back.list_known(session, self.desk.workspace.id, place, after_ts=after_ts)
        seen: set[str] = set()
        asked = {"channel": place.channel_id, "ts": place.root_ts, "oldest": after_ts}
        try:
            async for message in self._pages("conversations.replies", **asked):
                seen.add(str(message["ts"]))
                await self._take(place, message, known)
        except SlackApiError as error:
            if error.response.get("error") not in ROOT_GONE:
                raise
            await self._tell_deleted(place, place.root_ts)
        for ts, one in sorted(known.items()):
            if ts not in seen and one.can_be_taken_back and await self._is_gone(place.channel_id, ts):
                self.found.deletions += 1
                await self._tell_deleted(place, ts)

    async def _take(self, place: Place, message: Body, known: dict[str, Known]) -> None:
        """Tell the same handler that is told of events what one message says that we did not know."""
        ts = str(message["ts"])
        if ts == place.root_ts:
            if message.get("subtype") == "tombstone":
                await self._tell_deleted(place, ts)
            return
        if self._shown(message):
            await self._see(place.channel_id, message)
            return
        event = {**message, "type": "message", "channel": place.channel_id}
        edited_ts = str((message.get("edited") or {}).get("ts") or "")
        if ts not in known:
            if replies.is_written(event) and await self._is_new(event):
                self.found.replies += 1
                await self._tell(event, "")
        elif edited_ts > known[ts].edited_ts:
            self.found.edits += 1
            change = {"type": "message", "subtype": "message_changed", "channel": place.channel_id, "message": message}
            await self._tell(change, f"{ts}:{edited_ts}")

    async def _is_new(self, event: Body) -> bool:
        key = replies.message_key(event, self.desk)
        async with self.desk.database.read() as session:
            return bool(await reading_back.find_missing(session, replies.MESSAGE, [key]))

    async def _is_gone(self, channel_id: str, ts: str) -> bool:
        """Whether a message is nowhere any more: a conversation may have several threads."""
        asked = {"channel": channel_id, "ts": ts, "oldest": ts, "latest": ts, "inclusive": True}
        try:
            async for message in self._pages("conversations.replies", **asked):
                if message["ts"] == ts:
                    return False
        except SlackApiError as error:
            if error.response.get("error") not in ROOT_GONE:
                raise
        return True

    async def _tell_deleted(self, place: Place, ts: str) -> None:
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "channel": place.channel_id,
            "deleted_ts": ts,
            "previous_message": {"thread_ts": place.root_ts},
        }
        await self._tell(event, f"{ts}:deleted")

    async def _tell(self, event: Body, what: str) -> None:
        event_id = f"read:{self.desk.workspace.team_id}:{event['channel']}:{what}"
        await replies.message(event, {"event": event, "event_id": event_id, "recovered": True}, self.desk)

    async def _see(self, channel_id: str, message: Body) -> None:
        """Have a post of ours deleted that stands there twice: the newer one, unless that is the one we know."""
        for delivery_id in self._shown(message):
            other = self.posted.setdefault(delivery_id, str(message["ts"]))
            if other == message["ts"]:
                continue
            async with self.desk.database.write() as session:
                delivery = await deliveries.find(session, delivery_id)
                if delivery is None or delivery.result_id not in {other, message["ts"]}:
                    continue
                extra = other if delivery.result_id == message["ts"] else str(message["ts"])
                await outbox.delete_post(session, delivery, extra, now=self.desk.clock.now())
            self.posted[delivery_id] = delivery.result_id or other
            self.found.doubles += 1
            log.warning("posted twice", channel=channel_id, delivery=str(delivery_id))

    def _shown(self, message: Body) -> list[UUID]:
        return metadata.deliveries(message, self.desk.workspace.bot_user_id)

    async def _pages(self, method: str, **asked: Any) -> AsyncIterator[Body]:
        cursor = ""
        while True:
            answer = await patience.call(
                self.client, self.pause, method, cursor=cursor, limit=_PAGE, include_all_metadata=True, **asked
            )
            for message in answer["messages"]:
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return


def _is_worth_reading(place: Place, roots: _Roots, begin_ts: str) -> bool:
    """Whether anything may have happened in a thread that we do not know: not if its root says that nobody wrote."""
    is_quiet = place.root_ts in roots.newest_reply and roots.newest_reply[place.root_ts] <= begin_ts
    return not is_quiet or place.unsent_ts is not None or place.root_ts in roots.deleted


def _ts(at: datetime) -> str:
    return f"{at.astimezone(UTC).timestamp():.6f}"


def _before(ts: str) -> str:
    return f"{float(ts) - 0.000_01:.6f}"
