"""Claim, and the assignee menu."""

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import actions, menu
from bot.blocks.place import Place
from bot.handlers.context import Body, Context
from bot.handlers.press import Press
from desk import assignment
from desk.access import Actor


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


async def list_choices(body: Body, ack: AsyncAck, place: Place, actor: Actor, desk: Context) -> None:
    """Who can be picked, as somebody types."""
    typed = str(body.get("value") or "")
    async with desk.database.read() as session:
        choices = await assignment.list_choices(
            session, actor, place.conversation_id or 0, matching=typed, now=desk.clock.now()
        )
    await ack(options=menu.options(choices))


def register(app: AsyncApp) -> None:
    """Attach the button and the menu."""
    app.action(actions.CLAIM)(claim)
    app.action(actions.ASSIGN)(assign)
    app.options(actions.ASSIGN)(list_choices)
