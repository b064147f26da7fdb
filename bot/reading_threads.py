"""One reading of Slack's threads: which have to be read, and what stands there that no event has told.

The roots in a channel's history tell in which threads nobody wrote since. Threads in which a reply waits to leave after
what may be missing are read first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import away
from bot.handlers import replies
from bot.handlers.context import Body, Context
from bot.looking import ROOT_GONE
from bot.own_posts import OwnPosts
from bot.pages import Pages
from desk.errand import Pause, Stopped
from desk.errors import NotYet
from desk.gaps import Gap, Gaps, Thread
from storage import deliveries, inboxes, reading_back, workspaces
from storage.reading_back import Known, Place

log = structlog.get_logger(__name__)

_ACTIVE = timedelta(days=90)
_ACTIVE_WHEN_LIMITED = timedelta(days=14)
_OVERLAP = timedelta(minutes=6)  # Slack's clock and ours differ, by five before its requests would be refused
_CHANGED_FOR = timedelta(days=2)  # after which nobody has a reply that did not leave sent again, or changes it
_ROOT_PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)  # for the cards of texts that are only being read back themselves

Step = Callable[[str, int, int], None]


@dataclass(slots=True)
class Found:
    """How much had been missed, how often the same was posted twice, and why which channels could not be read."""

    replies: int = 0
    edits: int = 0
    deletions: int = 0
    doubles: int = 0
    away: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Roots:
    """The roots in a channel: each one's newest reply, our deliveries that they show, and which are deleted."""

    newest_reply: dict[str, str] = field(default_factory=dict)
    ours: dict[str, list[UUID]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


def nobody_watches(what: str, done: int, total: int) -> None:
    """Nobody watches how far it is."""
    del what, done, total


@dataclass(eq=False)
class Reading:
    """One reading. `up_to`: enough once another replica has read as far; None when it is done by hand.

    It closes the newest of `gaps`: a thread's, as soon as the thread is read or its root says that there is nothing to
    read. In one that opens meanwhile it closes what it reads from then on.
    `unnoticed`: for so long before its begin the bot may have been away from a channel that cannot be read. `step` is
    told how many of how many channels are looked through, and then threads.
    """

    client: AsyncWebClient
    desk: Context
    pause: Pause
    gaps: Gaps
    step: Step
    up_to: datetime | None
    unnoticed: timedelta = timedelta()
    found: Found = field(default_factory=Found)
    _places: dict[Thread, Place] = field(default_factory=dict)
    _begun_at: datetime = field(init=False)
    _begin: datetime = field(init=False)
    _away_since: dict[str, datetime] = field(default_factory=dict)
    _own: OwnPosts = field(init=False)
    _gap: Gap = field(init=False)
    _begun: dict[Thread, Gap] = field(default_factory=dict)
    _pages: Pages = field(init=False)
    _failed: Exception | None = None

    def __post_init__(self) -> None:
        self._own = OwnPosts(self.desk)
        self._pages = Pages(self.client, self.pause)
        self._gap = Gap() if self.gaps.newest.is_over else self.gaps.newest

    async def run(self, since: datetime | None) -> Found:
        """Read from then on, or since the last time. Raises what has failed, after everything else was read."""
        self._begun_at = self.desk.clock.now()
        self._begin = since or await self._mark() - _OVERLAP
        if self.up_to is not None:
            self._away_since = await away.list_(self.desk.database, self.desk.workspace)
        self._places = await self._list_places()
        to_read, strangers = await self._read_roots()
        if self._failed is None:
            self._gap.unread = {_thread(place) for place in to_read} | set(strangers)
        await self._let_go()
        is_all_read = await self._read_places(to_read)
        if self.up_to is not None:
            await self._read_strangers(strangers)
        self.found.doubles = self._own.doubles
        if self.found != Found():
            log.info("read back from slack", **{**asdict(self.found), "away": len(self.found.away)})
        if self._failed is not None:
            raise self._failed
        if is_all_read:
            seen = {channel: since for channel, since in self._away_since.items() if channel not in self.found.away}
            await away.forget(self.desk.database, self.desk.workspace, seen)
        self._gap.is_over = True
        await self._let_go()
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
            self._failed = error

    async def _mark(self) -> datetime:
        """Up to when everything has come; what is older than the workspace belongs to the time before the bridge."""
        async with self.desk.database.read() as session:
            workspace = await workspaces.get_by_id(session, self.desk.workspace.id)
        return reading_back.begin(workspace.read_back_to or workspace.created_at, now=self.desk.clock.now())

    async def _list_places(self) -> dict[Thread, Place]:
        async with self.desk.database.read() as session:
            earliest = min([self._begun_at - _ACTIVE, self._begin, *self._away_since.values()])
            unsent = min(self._begun_at - _CHANGED_FOR, self._begin, *self._away_since.values())
            places = await reading_back.list_places(
                session, self.desk.workspace.id, active_since=earliest, unsent_since=unsent
            )
        return {_thread(place): place for place in places}

    def _begin_in(self, channel_id: str) -> datetime:
        """From when on a channel is read: earlier than the others if it could not be."""
        return min(self._begin, self._away_since.get(channel_id, self._begin))

    async def _channels(self) -> list[str]:
        async with self.desk.database.read() as session:
            connected = await inboxes.list_(session, self.desk.workspace.id)
        return sorted({inbox.channel_id for inbox in connected} | {channel_id for channel_id, _ in self._places})

    async def _read_roots(self) -> tuple[list[Place], dict[Thread, list[UUID]]]:
        """The threads to read, and those with a card that only a lost database knows, by what their roots say."""
        to_read: list[tuple[bool, Place]] = []
        strangers: dict[Thread, list[UUID]] = {}
        channels = await self._channels()
        for done, channel_id in enumerate(channels):
            self.step("channels", done, len(channels))
            here = {place.root_ts: place for place in self._places.values() if place.channel_id == channel_id}
            with self._apart(channel=channel_id):
                try:
                    roots = await self._roots(channel_id, here)
                except SlackApiError as error:
                    if error.response.get("error") not in away.REFUSALS:
                        raise
                    await self._leave_out(channel_id, str(error.response["error"]))
                    continue
                ago = _ACTIVE_WHEN_LIMITED if self._pages.is_limited else _ACTIVE
                active = self._active(channel_id, here, ago)
                to_read += [
                    (self._has_news(place, roots), place)
                    for place in here.values()
                    if place.root_ts in active and self._is_worth_reading(place, roots)
                ]
                strangers |= {
                    (channel_id, ts): ids
                    for ts, ids in roots.ours.items()
                    if ts not in here and roots.newest_reply[ts] > _ts(self._begin_in(channel_id))
                }
        self.step("channels", len(channels), len(channels))
        to_read.sort(key=lambda pair: (pair[0], pair[1].active_at), reverse=True)
        return [place for _, place in to_read], strangers

    async def _leave_out(self, channel_id: str, refusal: str) -> None:
        """Keep in mind that a channel cannot be read."""
        log.warning("channel not readable", channel=channel_id, error=refusal)
        self.found.away[channel_id] = refusal
        if self.up_to is not None:
            since = self._begin - self.unnoticed
            await away.note(self.desk.database, self.desk.workspace, channel_id, since=since)

    async def _roots(self, channel_id: str, here: dict[str, Place]) -> _Roots:
        """What the channel's history says about its threads; it comes from the newest on."""
        roots = _Roots()
        begin = _ts(self._begin_in(channel_id))
        wide, narrow = (self._active(channel_id, here, ago) for ago in (_ACTIVE, _ACTIVE_WHEN_LIMITED))
        oldest, oldest_when_limited = (min([begin, *active]) for active in (wide, narrow))
        asked = {"channel": channel_id, "oldest": oldest, "inclusive": True}
        fruitless = 0  # messages before our begin that tell of no thread: a page of them costs a call and saves none
        async for message in self._pages.read("conversations.history", **asked):
            await self._read_awaited()
            ts = str(message["ts"])
            is_limited = self._pages.is_limited
            fruitless = 0 if ts >= begin or ts in (narrow if is_limited else wide) else fruitless + 1
            if ts < (oldest_when_limited if is_limited else oldest) or fruitless >= self._pages.size:
                break
            if message.get("thread_ts", ts) != ts:
                continue
            roots.newest_reply[ts] = str(message.get("latest_reply") or "")
            if message.get("subtype") == "tombstone":
                roots.deleted.add(ts)
            elif shown := self._own.shown(message):
                roots.ours[ts] = shown
                await self._own.see(channel_id, message)
            if ts in here:
                await self._own.see_card(here[ts], message)
                if not self._is_worth_reading(here[ts], roots):
                    await self._close((channel_id, ts))
        return roots

    def _active(self, channel_id: str, here: dict[str, Place], ago: timedelta) -> set[str]:
        """The roots of the threads in which something has happened since then."""
        since = min(self._begun_at - ago, self._begin_in(channel_id))
        return {root_ts for root_ts, place in here.items() if place.active_at >= since}

    def _has_news(self, place: Place, roots: _Roots) -> bool:
        """Whether its root says that somebody wrote."""
        return roots.newest_reply.get(place.root_ts, "") > _ts(self._begin_in(place.channel_id))

    def _is_worth_reading(self, place: Place, roots: _Roots) -> bool:
        """Whether a thread may have what we do not know: not if its root says that nobody wrote."""
        is_quiet = place.root_ts in roots.newest_reply and not self._has_news(place, roots)
        return not is_quiet or place.unsent_ts is not None or place.root_ts in roots.deleted

    async def _read_places(self, places: list[Place]) -> bool:
        """Read these threads; False when another replica was faster."""
        for done, place in enumerate(places):
            self.step("threads", done, len(places))
            if self.up_to is not None and await self._mark() >= self.up_to:
                return False
            await self._read_awaited()
            await self._read_once(place)
        self.step("threads", len(places), len(places))
        return True

    async def _read_awaited(self) -> None:
        """Read the threads in which a reply waits for that."""
        newest = self.gaps.newest
        waiting = self._gap.waiting | newest.waiting
        for thread in {thread for thread in waiting if self._may_lack(thread)} & self._places.keys():
            if self._begun.get(thread) is not newest:
                await self._read_now(self._places[thread])

    async def _read_once(self, place: Place) -> None:
        if _thread(place) not in self._begun:
            await self._read_now(place)

    async def _read_now(self, place: Place) -> None:
        thread, newest = _thread(place), self.gaps.newest
        self._begun[thread] = newest
        with self._apart(channel=place.channel_id, thread=place.root_ts):
            await self._read(place)
            newest.read.add(thread)
            await self._close(thread)

    async def _close(self, thread: Thread) -> None:
        """Nothing is missing in a thread any more, so what waited for that may go."""
        self._gap.read.add(thread)
        if thread in self._gap.waiting | self.gaps.newest.waiting:
            await self._let_go()

    def _may_lack(self, thread: Thread) -> bool:
        return self._gap.may_lack(thread) or self.gaps.newest.may_lack(thread)

    async def _let_go(self) -> None:
        """Have the replies go that waited for a thread which is read; those of other replicas if they came before."""
        if self.up_to is None:
            return
        async with self.desk.database.read() as session:
            held = await deliveries.list_held_back(session, self.desk.workspace.id, now=self.desk.clock.now())
        others = {one.thread for one in held if one.since <= self._begun_at}
        waiting = self._gap.waiting | self.gaps.newest.waiting | others
        read = {thread for thread in waiting if not self._may_lack(thread)}
        self._gap.waiting -= read
        self.gaps.newest.waiting -= read
        for thread in read:
            await replies.thread_is_read(thread, self.desk)

    async def _read_strangers(self, roots: dict[Thread, list[UUID]]) -> None:
        """Read threads whose card a database that was lost has posted, as soon as ours has recognised it.

        While one may still be recognised, the reading is not done: the mark stays before what was written there.
        """
        for seconds in _ROOT_PAUSES:
            if not roots:
                return
            await self.pause(seconds)
            strange = [root for root, ids in roots.items() if not await self._may_become_ours(*root, ids)]
            for thread, place in (await self._list_places()).items():
                if roots.pop(thread, None) is not None:
                    await self._read_once(place)
            for root in strange:
                roots.pop(root, None)
        if roots:
            self._failed = NotYet()

    async def _may_become_ours(self, channel_id: str, root_ts: str, ids: list[UUID]) -> bool:
        async with self.desk.database.read() as session:
            unread = await reading_back.may_become_ours(session, self.desk.workspace.id, channel_id, root_ts)
            return unread or await reading_back.is_looked_for(session, ids)

    async def _read(self, place: Place) -> None:
        """Read one thread, at least from the oldest message on that can still be changed."""
        begin_ts = _ts(self._begin_in(place.channel_id))
        after_ts = min(begin_ts, _before(place.unsent_ts or begin_ts))
        async with self.desk.database.read() as session:
            known = await reading_back.list_known(session, self.desk.workspace.id, place, after_ts=after_ts)
        seen: set[str] = set()
        asked = {"channel": place.channel_id, "ts": place.root_ts, "oldest": after_ts}
        try:
            async for message in self._pages.read("conversations.replies", **asked):
                seen.add(str(message["ts"]))
                await self._take(place, message, known)
        except SlackApiError as error:
            if error.response.get("error") not in ROOT_GONE:
                raise
            await self._tell_deleted(place, place.root_ts)
        for ts, one in sorted(known.items()):
            if ts not in seen and one.can_be_taken_back and not await self._pages.has(place.channel_id, ts):
                self.found.deletions += 1
                await self._tell_deleted(place, ts)

    async def _take(self, place: Place, message: Body, known: dict[str, Known]) -> None:
        """Tell the same handler that is told of events what one message says that we did not know."""
        ts = str(message["ts"])
        if ts == place.root_ts:
            if message.get("subtype") == "tombstone":
                await self._tell_deleted(place, ts)
            else:
                await self._own.see_card(place, message)
            return
        if self._own.shown(message):
            await self._own.see(place.channel_id, message)
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


def _thread(place: Place) -> Thread:
    return place.channel_id, place.root_ts


def _ts(at: datetime) -> str:
    return f"{at.astimezone(UTC).timestamp():.6f}"


def _before(ts: str) -> str:
    return f"{float(ts) - 0.000_01:.6f}"
