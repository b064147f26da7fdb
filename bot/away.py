"""Channels that Slack does not show us, as the bot is not in them, and from when on each is read once it does."""

from datetime import datetime, timedelta

from storage import inboxes, reading_back
from storage.database import Database
from storage.models import Workspace

REFUSALS = ("channel_not_found", "not_in_channel", "is_archived", "missing_scope")
UNNOTICED = timedelta(days=14)  # while only events are listened to, nothing may tell for so long that the bot is away


async def note_return(database: Database, workspace: Workspace, channel_id: str, *, now: datetime) -> bool:
    """The bot has joined a channel; True when it is an inbox's, which has to be read from when the bot was away."""
    async with database.write() as session:
        if channel_id not in {inbox.channel_id for inbox in await inboxes.list_(session, workspace.id)}:
            return False
        since = max(now - UNNOTICED, workspace.created_at)
        await reading_back.channel_is_away(session, workspace.id, channel_id, since)
    return True


async def list_(database: Database, workspace: Workspace) -> dict[str, datetime]:
    """From when on channels still have to be read, by their ids."""
    async with database.read() as session:
        return await reading_back.list_away(session, workspace.id)


async def note(database: Database, workspace: Workspace, channel_id: str, *, since: datetime) -> None:
    """A channel cannot be read; it has to be from then on, or from the time that was noted before."""
    async with database.write() as session:
        since = max(since, workspace.created_at)
        await reading_back.channel_is_away(session, workspace.id, channel_id, since)


async def forget(database: Database, workspace: Workspace, read: dict[str, datetime]) -> None:
    """These channels are read, each from this time on that was noted."""
    async with database.write() as session:
        for channel_id, since in read.items():
            await reading_back.channel_is_read(session, workspace.id, channel_id, since)
