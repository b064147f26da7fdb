"""Who the managers are: people by id, and the members of user groups, as Slack tells them when it is asked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from desk.alarms import Told

log = structlog.get_logger(__name__)

_PATIENCE_SECONDS = 1.5  # a command has to be answered within three


@dataclass(frozen=True, slots=True)
class Managers:
    """The ids of users and user groups in MANAGERS."""

    client: AsyncWebClient
    ids: Sequence[str]

    async def read(self) -> Told:
        """Everybody who is told of a trouble; groups whose members Slack does not tell (that takes a paid plan)."""
        people = [id_ for id_ in self.ids if not _is_group(id_)]
        groups = []
        for group in filter(_is_group, self.ids):
            members = await self._members(group)
            people += members
            if not members:
                groups.append(group)
        return Told(people=list(dict.fromkeys(people)), groups=groups)

    async def include(self, user_id: str) -> bool:
        """Whether somebody is a manager."""
        return user_id in self.ids or user_id in (await self.read()).people

    async def _members(self, group: str) -> list[str]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                answer = await self.client.usergroups_users_list(usergroup=group)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("user group not readable", group=group, error=type(error).__name__)
            return []
        return [str(user) for user in answer["users"]]


def _is_group(id_: str) -> bool:
    return id_.startswith("S")
