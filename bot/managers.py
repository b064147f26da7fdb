"""Who the managers are: those whom the settings name, members of user groups, and those who were picked in Slack."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import patience
from desk.alarms import Told
from desk.errand import Errand, Pause
from storage import managers
from storage.database import Database, Session
from storage.models import Workspace

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Managers:
    """Keeps the `manager` table true. `ids` are the users and user groups in MANAGERS.

    `reading` asks Slack who is in the groups: at start, when an event says that it changed, and every night.
    """

    client: AsyncWebClient
    database: Database
    workspace: Workspace
    ids: Sequence[str]
    reading: Errand = field(init=False)

    def __post_init__(self) -> None:
        self.reading = Errand("managers", self._read, at_once=True)

    @property
    def groups(self) -> list[str]:
        """The user groups in MANAGERS."""
        return [id_ for id_ in self.ids if _is_group(id_)]

    async def settle(self) -> None:
        """Store whom the settings name."""
        people = [id_ for id_ in self.ids if not _is_group(id_)]
        async with self.database.transaction() as session:
            await managers.keep(session, self.workspace.id, managers.SETTINGS, people)
            await managers.forget_groups(session, self.workspace.id, besides=self.groups)

    async def told(self, session: Session) -> Told:
        """Everybody who is told of a trouble; groups whose members Slack does not tell (that takes a paid plan)."""
        people = await managers.list_(session, self.workspace.id)
        unknown = [id_ for id_ in self.groups if not await managers.list_(session, self.workspace.id, source=id_)]
        return Told(people=people, groups=unknown)

    async def mentions(self, session: Session) -> list[str]:
        """Whom a message to the managers mentions: as the settings name them, and those who were picked."""
        picked = await managers.list_(session, self.workspace.id, source=managers.PICKED)
        return [*self.ids, *(user_id for user_id in picked if user_id not in self.ids)]

    async def _read(self, pause: Pause) -> None:
        for group in self.groups:
            try:
                answer = await patience.call(self.client, pause, "usergroups.users.list", usergroup=group)
            except SlackApiError as error:
                log.warning("user group not readable", group=group, error=error.response["error"])
                continue
            async with self.database.transaction() as session:
                await managers.keep(session, self.workspace.id, group, [str(user) for user in answer["users"]])


def _is_group(id_: str) -> bool:
    return id_.startswith("S")
