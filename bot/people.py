"""Keeps the directory true: who is in each inbox's channel, and what people and channels are called."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import patience
from desk import outbox
from desk.clock import Clock
from desk.errand import Errand, Pause
from desk.errors import UnknownPerson
from storage import inboxes, people, raw_requests
from storage.database import Database, Session
from storage.models import Person, Workspace

log = structlog.get_logger(__name__)

_PAGE = 200
_AT_ONCE = 500  # rows in one transaction: SQLite's statements leave nobody else room meanwhile
_Row = TypeVar("_Row")
_NOBODY = ("user_not_found", "user_not_visible")


@dataclass(eq=False)
class Directory:
    """Reads Slack's lists into the `person`, `membership` and `channel` tables of one workspace.

    `reading` reads everything again: at start, and every night for what no event has told. `asking` asks about those
    who are sought. `on_news` is called when requests that waited for somebody to become known can be used, and
    `on_departures` when somebody may have gone who owned something.
    `outsiders` are those who had left the channel, by the time they were asked about, in which they wrote.
    `absent_from`: once it `was_read`, the channels of inboxes in which the bot is not.
    """

    client: AsyncWebClient
    database: Database
    clock: Clock
    workspace: Workspace
    outsiders: set[tuple[str, str]] = field(default_factory=set)
    on_news: list[Callable[[], None]] = field(default_factory=list)
    on_departures: list[Callable[[], None]] = field(default_factory=list)
    was_read: asyncio.Event = field(default_factory=asyncio.Event)
    absent_from: list[str] = field(default_factory=list)
    _moved: set[tuple[str, str]] = field(default_factory=set)
    _sought: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.reading = Errand("directory", self._read, at_once=True)
        self.asking = Errand("strangers", self._ask)

    async def is_empty(self) -> bool:
        """Whether it was never read: not even we ourselves are in it."""
        async with self.database.read() as session:
            return await people.find(session, self.workspace.id, self.workspace.bot_user_id) is None

    async def _read(self, pause: Pause) -> None:
        """Read everything. Raises whatever kept Slack or the database from it."""
        self._moved.clear()
        persons = [self._person(user) async for user in self._pages(pause, "users.list", "members")]
        channels = [
            (str(channel["id"]), str(channel["name"]))
            async for channel in self._pages(
                pause, "conversations.list", "channels", types="public_channel,private_channel", exclude_archived="true"
            )
        ]
        async with self.database.read() as session:
            connected = {inbox.channel_id for inbox in await inboxes.list_(session, self.workspace.id)}
        members = {channel_id: await self._members(pause, channel_id) for channel_id in sorted(connected)}
        for some in _in_pieces(persons):
            async with self.database.transaction() as session:
                await people.store(session, some)
        for named in _in_pieces(channels):
            async with self.database.transaction() as session:
                await people.store_channels(session, self.workspace.id, named)
        for channel_id, user_ids in members.items():
            await self._store_members(channel_id, user_ids)
        async with self.database.read() as session:
            self.absent_from = [channel_id for channel_id in members if not await self._is_in(session, channel_id)]
        log.info("directory read", people=len(persons), channels=len(channels), inboxes=len(members))
        self.was_read.set()
        self._tell_news()
        self._tell_departures()

    async def _is_in(self, session: Session, channel_id: str) -> bool:
        return await people.is_member(session, self.workspace.id, channel_id, self.workspace.bot_user_id)

    async def _members(self, pause: Pause, channel_id: str) -> list[str] | None:
        """Who is in a channel; None when Slack does not say, as of a private one in which we are not."""
        try:
            pages = self._pages(pause, "conversations.members", "members", channel=channel_id)
            return [str(user) async for user in pages]
        except SlackApiError as error:
            log.warning("channel not readable", channel=channel_id, error=error.response["error"])
            return None

    async def _pages(self, pause: Pause, method: str, key: str, **asked: Any) -> AsyncIterator[Any]:
        cursor = ""
        while True:
            answer = await patience.call(self.client, pause, method, limit=_PAGE, cursor=cursor, **asked)
            for item in answer[key]:
                yield item
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _store_members(self, channel_id: str, user_ids: list[str] | None) -> None:
        """Store who is in a channel, and have those of them heard who wrote before they were known.

        Nobody in it at all is no answer: everybody would lose what they own.
        """
        if not user_ids:
            return
        async with self.database.read() as session:
            known = await people.list_members(session, self.workspace.id, channel_id)
        moved = {user_id for user_id, channel in self._moved if channel == channel_id}  # since Slack was asked
        joined, left = sorted({*user_ids} - known - moved), sorted(known - {*user_ids} - moved)
        for some in _in_pieces(joined):
            async with self.database.transaction() as session:
                await people.add_members(session, self.workspace.id, channel_id, some)
        for some in _in_pieces(left):
            async with self.database.transaction() as session:
                await people.remove_members(session, self.workspace.id, channel_id, some)
                self._draw_homes(session, some)
        async with self.database.write() as session:
            await raw_requests.hurry(session, UnknownPerson.__name__)

    def _tell_news(self) -> None:
        for tell in self.on_news:
            tell()

    def _tell_departures(self) -> None:
        for tell in self.on_departures:
            tell()

    async def store(self, user: dict[str, Any]) -> None:
        """Store a person as an event tells of them."""
        person = self._person(user)
        is_gone = person.is_deactivated or person.is_guest or person.is_stranger
        async with self.database.write() as session:
            await people.store(session, [person])
            if is_gone:
                self._draw_homes(session, [person.user_id])
        if is_gone:
            self._tell_departures()

    def seek(self, user_id: str, channel_id: str) -> None:
        """Have Slack asked about somebody in a channel of whom no event has told us; once, however often it is said."""
        self._sought.add((user_id, channel_id))
        self.asking.ask()

    async def _ask(self, pause: Pause) -> None:
        """Ask about all who are sought; raises at the end what kept Slack from saying who somebody is."""
        failure: Exception | None = None
        for user_id, channel_id in sorted(self._sought):
            try:
                await self._learn(pause, user_id, channel_id)
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                failure = error
            else:
                self._sought.discard((user_id, channel_id))
        if failure is not None:
            raise failure

    async def _learn(self, pause: Pause, user_id: str, channel_id: str) -> None:
        try:
            answer = await patience.call(self.client, pause, "users.info", user=user_id)
        except SlackApiError as error:
            if error.response.get("error") not in _NOBODY:
                raise
            log.warning("nobody known by this id", user=user_id)
            return
        members = await self._members(pause, channel_id)
        if members is None or user_id in members:
            self.outsiders.discard((user_id, channel_id))
        else:
            self.outsiders.add((user_id, channel_id))
        async with self.database.write() as session:
            await people.store(session, [self._person(answer["user"])])
        await self._store_members(channel_id, members)
        self._tell_news()

    async def join(self, user_id: str, channel_id: str) -> None:
        """Somebody joined a channel; who they are is asked if nobody has told."""
        self.outsiders.discard((user_id, channel_id))
        self._moved.add((user_id, channel_id))
        async with self.database.write() as session:
            await people.join(session, self.workspace.id, channel_id, user_id)
            is_known = await people.find(session, self.workspace.id, user_id) is not None
        if not is_known:
            self.seek(user_id, channel_id)

    async def leave(self, user_id: str, channel_id: str) -> None:
        """Somebody left a channel."""
        self._moved.add((user_id, channel_id))
        async with self.database.write() as session:
            await people.leave(session, self.workspace.id, channel_id, user_id)
            self._draw_homes(session, [user_id])
        self._tell_departures()

    def _draw_homes(self, session: Session, user_ids: Sequence[str]) -> None:
        """Have nothing stand on the Homes of those who lost access that they may not see any more."""
        for user_id in user_ids:
            outbox.draw_home(session, self.workspace.id, user_id, now=self.clock.now())

    def _person(self, user: dict[str, Any]) -> Person:
        profile = user.get("profile") or {}
        given = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
        names = [str(name) for name in given if name] or [user["id"]]
        return Person(
            workspace_id=self.workspace.id,
            user_id=user["id"],
            name=names[0],
            sought=" ".join(dict.fromkeys(names)).casefold(),
            is_bot=bool(user.get("is_bot")) or user["id"] == "USLACKBOT",
            is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            is_stranger=bool(user.get("is_stranger"))
            or user.get("team_id", self.workspace.team_id) != self.workspace.team_id,
            is_deactivated=bool(user.get("deleted")),
            is_admin=bool(user.get("is_admin") or user.get("is_owner")),
            timezone=str(user.get("tz") or "UTC"),
        )


def _in_pieces(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
