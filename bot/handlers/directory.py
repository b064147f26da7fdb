"""People come, go and change: the directory hears of it."""

from slack_bolt.async_app import AsyncApp

from bot import away
from bot.handlers.context import Body, Context


async def joined(event: Body, desk: Context) -> None:
    """Somebody joined a channel; what was written while it was the bot itself who was not there is read back."""
    user_id, channel_id = event["user"], event["channel"]
    await desk.directory.join(user_id, channel_id)
    is_ours = user_id == desk.workspace.bot_user_id
    if is_ours and await away.note_return(desk.database, desk.workspace, channel_id, now=desk.clock.now()):
        desk.tell_missed()


async def left(event: Body, desk: Context) -> None:
    """Somebody left a channel."""
    await desk.directory.leave(event["user"], event["channel"])


async def changed(event: Body, desk: Context) -> None:
    """Somebody's name, account or role changed."""
    await desk.directory.store(event["user"])


async def group_changed(desk: Context) -> None:
    """Somebody joined or left a user group, which may be the managers'."""
    desk.managers.reading.ask()


def register(app: AsyncApp) -> None:
    """Attach the events."""
    app.event("member_joined_channel")(joined)
    app.event("member_left_channel")(left)
    app.event("user_change")(changed)
    app.event("subteam_members_changed")(group_changed)
