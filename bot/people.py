"""Keeps the directory true: who is in each inbox's channel, and what people and channels are called."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from storage import inboxes, people
from storage.database import Database
from storage.models import Person, Workspace

log = structlog.get_logger(__name__)

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Directory:
    """Reads Slack's lists into the `person`, `membership` and `channel` tables of one workspace."""

    client: AsyncWebClient
    database: Database
    workspace: Workspace
    outsiders: set[tuple[str, str]] = field(default_factory=set)

    async def sync(self) -> None:
        """Read everything again: at start, and every night for what no event has told."""
        persons = [self._person(user) async for user in self._pages("users.list", "members")]
        channels = [
            (str(channel["id"]), str(channel["name"]))
            async for channel in self._pages(
                "conversations.list", "channels", types="public_channel,private_channel", exclude_archived="true"
            )
        ]
        async with self.database.read() as session:
            connected = {inbox.channel_id for inbox in await inboxes.list_(session, self.workspace.id)}
        members = {channel_id: await self._members(channel_id) for channel_id in connected}
        async with self.database.write() as session:
            for person in persons:
                await people.store(session, person)
            for channel_id, name in channels:
                await people.store_channel(session, self.workspace.id, channel_id, name)
            for channel_id, user_ids in members.items():
                if user_ids is not None:
                    await people.replace_members(session, self.workspace.id, channel_id, user_ids)
        log.info("directory read", people=len(persons), channels=len(channels), inboxes=len(members))

    async def _members(self, channel_id: str) -> list[str] | None:
        try:
            return [str(user) async for user in self._pages("conversations.members", "members", channel=channel_id)]
        except SlackApiError as error:
            log.warning("channel not readable", channel=channel_id, error=error.response["error"])
            return None

    async def _pages(self, method: str, key: str, **arguments: Any) -> AsyncIterator[Any]:
        cursor = ""
        while True:
            answer = await self.client.api_call(method, params={"limit": _PAGE, "cursor": cursor, **arguments})
            for item in answer[key]:
                yield item
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def store(self, user: dict[str, Any]) -> None:
        """Store a person as an event tells of them."""
        async with self.database.write() as session:
            await people.store(session, self._person(user))

    async def ensure(self, user_id: str, channel_id: str) -> None:
        """Ask Slack about somebody who wrote in a channel that no event has told us of; raises SlackApiError.

        Who has left again since they wrote is one of the `outsiders` from then on.
        """
        answer = await self.client.users_info(user=user_id)
        members = await self._members(channel_id)
        async with self.database.write() as session:
            await people.store(session, self._person(answer["user"]))
            if members is not None:
                await people.replace_members(session, self.workspace.id, channel_id, members)
        if members is None or user_id in members:
            self.outsiders.discard((user_id, channel_id))
        else:
            self.outsiders.add((user_id, channel_id))

    async def join(self, user_id: str, channel_id: str) -> None:
        """Somebody joined a channel."""
        async with self.database.read() as session:
            known = await people.find(session, self.workspace.id, user_id)
        if known is None:
            await self.ensure(user_id, channel_id)
            return
        self.outsiders.discard((user_id, channel_id))
        async with self.database.write() as session:
            await people.join(session, self.workspace.id, channel_id, user_id)

    async def leave(self, user_id: str, channel_id: str) -> None:
        """Somebody left a channel."""
        async with self.database.write() as session:
            await people.leave(session, self.workspace.id, channel_id, user_id)

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
        )
