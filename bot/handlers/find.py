"""`/sms find`: look for a name, a number, a label or words."""

from slack_bolt.async_app import AsyncApp

from bot import markup
from bot.blocks import actions, found, whispers
from bot.handlers.asked import Asked
from bot.handlers.press import Press
from desk import find as desk


async def find(asked: Asked) -> None:
    """`/sms find …`: the conversations that match, for their reader alone."""
    query = markup.storable(asked.text)
    if not query.strip():
        await asked.answer(
            whispers.usage(
                "/sms find name, number or words", "Say what to look for: a name, a number, a label or words."
            )
        )
        return
    async with asked.desk.database.read() as session:
        seen = await desk.find(session, asked.actor, query, now=asked.now)
    await asked.answer(found.found(seen))


async def further(press: Press) -> None:
    """Go on where the time was up."""
    query, before = found.parse_further(press.value)
    async with press.desk.database.read() as session:
        seen = await desk.find(session, press.actor, query, now=press.now, before=before)
    await press.whisper(found.found(seen))


def register(app: AsyncApp) -> None:
    """Attach the button."""
    app.action(actions.FIND_FURTHER)(further)
