"""Away and back: `/sms away`, `/sms back`, the same from Home, and taking over what waits for somebody who is away."""

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions, modals
from bot.blocks import presence as blocks
from bot.handlers.asked import Asked
from bot.handlers.form import Form
from bot.handlers.press import Press
from desk import assignment, presence


async def away(asked: Asked) -> None:
    """`/sms away [until …]`: offer me last, and what waits for me to the others."""
    async with asked.desk.database.write() as session:
        said = await presence.go_away(session, asked.actor, asked.text, now=asked.now)
    await asked.answer(blocks.away(said))


async def back(asked: Asked) -> None:
    """`/sms back`: I am here again."""
    async with asked.desk.database.write() as session:
        await presence.come_back(session, asked.actor, now=asked.now)
    await asked.answer(blocks.back())


async def ask_until(press: Press) -> None:
    """Ask until when somebody is away."""
    await press.open(modals.away())


async def go_away(form: Form) -> None:
    """Be away until then."""
    async with form.desk.database.write() as session:
        await presence.go_away(session, form.actor, form.text(actions.AWAY_BLOCK), now=form.now)


async def come_back(press: Press) -> None:
    """Be here again."""
    async with press.desk.database.write() as session:
        await presence.come_back(session, press.actor, now=press.now)


async def take_over(press: Press) -> None:
    """Make mine what its owner, who is away, cannot answer."""
    await press.change(
        lambda session: assignment.take_over(session, press.actor, press.conversation_id, press.value, now=press.now)
    )


def register(app: AsyncApp) -> None:
    """Attach the buttons and the modal."""
    app.action(actions.AWAY)(ask_until)
    app.action(actions.BACK)(come_back)
    app.action(actions.TAKE_OVER)(take_over)
    app.view(actions.AWAY_MODAL)(go_away)
