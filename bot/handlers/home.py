"""The App Home is opened; what is pressed on it is handled where the same is handled elsewhere."""

from slack_bolt.async_app import AsyncApp

from bot.handlers.context import Body, Context
from desk import home
from desk.access import Actor


async def opened(event: Body, actor: Actor, desk: Context) -> None:
    """Draw it for who opens it."""
    if event.get("tab") == "home":
        async with desk.database.write() as session:
            await home.opened(session, actor, now=desk.clock.now())


def register(app: AsyncApp) -> None:
    """Attach the event."""
    app.event("app_home_opened")(opened)
