"""Looks in Slack for a delivery whose answer was lost, by our id in the metadata of what was posted.

What only a database that was lost can have posted is looked for in many threads at once, when a process starts. Slack
lets an app outside its Marketplace read one thread a minute, but a page of the channel tells of 15 whether anybody has
written there since.
"""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import metadata
from desk import alerts
from desk.delivery import Absent, Found, Sight
from storage import conversations, reading_back, workspaces
from storage.database import Database
from storage.models import Delivery
from storage.states import Kind

ROOT_GONE = ("thread_not_found", "message_not_found")

_MARGIN = 600.0  # seconds by which Slack's clock and the database's may differ; nobody watches over that one
_MARGIN_OUTSIDE = 60.0  # by which Slack's clock and others may that told when something came which was not tried yet
_PAGE = 100
_FRESH_SECONDS = 600.0


@dataclass(slots=True)
class Roots:
    """When somebody last wrote in threads, as their roots have said in the last minutes.

    It serves to look for what was posted before this process has started, so it need not be newer.
    """

    _newest: dict[tuple[str, str], float] = field(default_factory=dict)
    _read_channels: set[str] = field(default_factory=set)
    _until: float = 0.0

    async def newest(self, client: AsyncWebClient, channel_id: str, root_ts: str) -> float:
        """Seconds since 1970; infinite when the channel does not show the root. Raises what Slack raises."""
        if time.monotonic() >= self._until:
            self._newest.clear()
            self._read_channels.clear()
            self._until = time.monotonic() + _FRESH_SECONDS
        if channel_id not in self._read_channels:
            await self._read(client, channel_id)
            self._read_channels.add(channel_id)
        if (channel_id, root_ts) not in self._newest:
            await self._read(client, channel_id, latest=root_ts, inclusive=True)
        return self._newest.setdefault((channel_id, root_ts), float("inf"))

    async def _read(self, client: AsyncWebClient, channel_id: str, **up_to: Any) -> None:
        """One page, the newest first: of the channel, or from one root on."""
        for message in (await client.conversations_history(channel=channel_id, limit=_PAGE, **up_to))["messages"]:
            if message.get("thread_ts", message["ts"]) == message["ts"]:  # else a reply that the channel shows, too
                self._newest[channel_id, message["ts"]] = float(message.get("latest_reply") or message["ts"])


@dataclass(frozen=True, slots=True)
class Looking:
    """One look for one delivery, wherever it may have been posted."""

    client: AsyncWebClient
    database: Database
    roots: Roots
    delivery: Delivery

    async def look(self) -> Sight:
        """Whether it was posted since its attempt began. Raises what Slack or the way to it raise."""
        async with self.database.read() as session:
            bot_user_id = (await workspaces.get_by_id(session, self.delivery.workspace_id)).bot_user_id
        seen = set[UUID]()
        for channel_id, root_ts in await self._places():
            if root_ts is not None and await self._is_quiet(channel_id, root_ts):
                continue
            async for message in self._posted(channel_id, root_ts):
                shown = metadata.deliveries(message, bot_user_id)
                if self.delivery.id in shown:
                    return Found(message["ts"])
                seen.update(shown)
        if self.delivery.attempt == 0:  # only a database that was lost can have posted it, and what else it has not
            async with self.database.write() as session:
                await reading_back.never_happened(session, self.delivery, seen=seen)
        return Absent()

    @property
    def _oldest(self) -> float:
        return (self.delivery.started_at or 0.0) - (_MARGIN if self.delivery.attempt else _MARGIN_OUTSIDE)

    async def _is_quiet(self, channel_id: str, root_ts: str) -> bool:
        """Whether a lost database can have posted nothing in a thread, since nobody has written there."""
        return self.delivery.attempt == 0 and await self.roots.newest(self.client, channel_id, root_ts) < self._oldest

    async def _places(self) -> list[tuple[str, str | None]]:
        """Channels (with None) and threads in which it may have been posted."""
        delivery = self.delivery
        async with self.database.read() as session:
            if delivery.conversation_id is None:
                channel_id, below = await alerts.where(session, delivery)
                return [(channel_id, below)] if below is None else [(channel_id, below), (channel_id, None)]
            threads = await conversations.list_threads(session, delivery.conversation_id)
        if delivery.kind == Kind.CARD:
            return [(thread.channel_id, None) for thread in threads if thread.id == delivery.payload["thread_id"]]
        return [(thread.channel_id, thread.root_ts) for thread in reversed(threads) if thread.root_ts]

    async def _posted(self, channel_id: str, root_ts: str | None) -> AsyncIterator[dict[str, Any]]:
        asked: dict[str, Any] = {
            "channel": channel_id,
            "oldest": f"{self._oldest:.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        while True:
            try:
                if root_ts is None:
                    answer = await self.client.conversations_history(**asked)
                else:
                    answer = await self.client.conversations_replies(ts=root_ts, **asked)
            except SlackApiError as error:
                if error.response.get("error") in ROOT_GONE:
                    return  # its root was deleted, so nothing stands there
                raise
            for message in answer["messages"]:
                yield message
            asked["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not asked["cursor"]:
                return
