"""`/sms new`: text somebody by their number."""

import asyncio

from slack_bolt.async_app import AsyncApp

from bot import markup
from bot.blocks import actions
from bot.blocks import new as blocks
from bot.handlers.asked import Asked
from bot.handlers.form import Form, shown_at
from desk import starting
from desk.errors import MeantAsNote, NothingToSend, TooLong

_LOOKS, _LOOK_SECONDS = 10, 0.1  # Slack waits three seconds for the answer to a modal


async def new(asked: Asked) -> None:
    """`/sms new [number]`: ask for number, inbox and text; the inbox of the channel that one is in is chosen."""
    async with asked.desk.database.read() as session:
        inboxes = await starting.list_inboxes(session, asked.actor)
    here = [inbox.id for inbox in inboxes if inbox.channel_id == asked.channel_id or len(inboxes) == 1]
    names = [(inbox.id, inbox.label) for inbox in inboxes]
    await asked.open(blocks.new(names, here[0] if here else None, asked.text))


async def send(form: Form) -> None:
    """Text the number that was typed, and say where its thread is."""
    with shown_at(actions.NEW_TEXT, MeantAsNote, NothingToSend, TooLong):
        async with form.desk.database.write() as session:
            begun = await starting.begin(
                session,
                form.actor,
                int(form.text(actions.NEW_INBOX)),
                form.text(actions.NEW_NUMBER),
                read_number=form.desk.read_number,
                name=markup.typed(form.text(actions.NEW_NAME)),
                body=form.to_contact(actions.NEW_TEXT),
                cause=form.view["id"],
                now=form.now,
            )
    thread = await _find_thread(form, begun.conversation_id)
    await form.show(blocks.begun(begun.conversation_id, begun.contact, begun.channel_id, thread, begun.unowned))


async def _find_thread(form: Form, conversation_id: int) -> tuple[str, tuple[str, str]] | None:
    """Where the thread is; a new one mostly is there after moments."""
    for _ in range(_LOOKS):
        async with form.desk.database.read() as session:
            found = await starting.find_url(session, form.actor, conversation_id)
        if found is not None:
            return found
        await asyncio.sleep(_LOOK_SECONDS)
    return None


def register(app: AsyncApp) -> None:
    """Attach the modal."""
    app.view(actions.NEW_MODAL)(send)
