"""Claim, and the assignee menu."""

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions, menu
from bot.handlers.press import Press
from bot.handlers.sought import Sought
from desk import assignment


async def claim(press: Press) -> None:
    """Make it mine."""
    await press.change(lambda session: assignment.claim(session, press.actor, press.conversation_id, now=press.now))
    await press.redraw()


async def assign(press: Press) -> None:
    """Make it theirs."""
    await press.change(
        lambda session: assignment.assign(session, press.actor, press.conversation_id, press.value, now=press.now)
    )
    await press.redraw()


async def list_choices(sought: Sought) -> None:
    """Who can be picked, as somebody types."""
    async with sought.desk.database.read() as session:
        choices = await assignment.list_choices(
            session, sought.actor, sought.place.conversation_id or 0, matching=sought.typed, now=sought.now
        )
    await sought.offer(menu.options(choices))


def register(app: AsyncApp) -> None:
    """Attach the button and the menu."""
    app.action(actions.CLAIM)(claim)
    app.action(actions.ASSIGN)(assign)
    app.options(actions.ASSIGN)(list_choices)
