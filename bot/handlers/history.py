"""History as a file, in one's direct messages: of one conversation, and for managers of all in their inboxes."""

from collections.abc import AsyncIterator, Sequence
from os import SEEK_END

from slack_bolt.async_app import AsyncApp

from bot import files, sheets
from bot.blocks import actions, whispers
from bot.blocks import history as blocks
from bot.blocks.post import Post
from bot.files import File
from bot.handlers.asked import Asked
from bot.handlers.press import Press
from desk import exports
from desk.exports import Entry

_WHAT = "the history"
_DAYS = {"": 7, "7d": 7, "30d": 30, "all": None}


async def export(press: Press) -> None:
    """The button below a conversation's history."""
    press.desk.later.start(press.whisper, _export(press))


async def _export(press: Press) -> Post:
    async with press.desk.later.turn, press.desk.database.read() as session:
        contact, pieces = await exports.read_conversation(session, press.actor, press.conversation_id)
        says = blocks.caption(contact)
        file = await _written(pieces, name=f"history-{press.now:%Y-%m-%d}.csv", says=says)
    with file.content:
        await files.send(press.client, press.actor.user_id, file)
    return whispers.file_sent(_WHAT)


async def export_all(asked: Asked) -> None:
    """`/sms history [7d|30d|all]`: of all conversations, for managers."""
    if asked.word not in _DAYS:
        await asked.answer(whispers.usage(blocks.USAGE, f"“{asked.text}” is not a time that we can look back."))
        return
    await asked.desk.later.answer(asked.answer, asked.tell, _export_all(asked, _DAYS[asked.word]))


async def _export_all(asked: Asked, days: int | None) -> Post:
    async with asked.desk.later.turn, asked.desk.database.read() as session:
        pieces = await exports.read_inboxes(session, asked.actor, channel_id=asked.channel_id, days=days, now=asked.now)
        file = await _written(pieces, name=f"history-{asked.now:%Y-%m-%d}.csv", says=blocks.caption_all(days))
    with file.content:
        await files.send(asked.client, asked.actor.user_id, file)
    return whispers.file_sent(_WHAT)


async def _written(pieces: AsyncIterator[Sequence[Entry]], *, name: str, says: str) -> File:
    content = await sheets.write(pieces)
    size = content.seek(0, SEEK_END)
    content.seek(0)
    return File(name=name, what=_WHAT, says=says, size=size, content=content)


def register(app: AsyncApp) -> None:
    """Attach the button."""
    app.action(actions.EXPORT)(export)
