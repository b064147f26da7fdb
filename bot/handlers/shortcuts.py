"""Message shortcuts: Assign, Close and Note, on any message of a conversation's thread."""

from dataclasses import replace

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions
from bot.blocks import shortcuts as blocks
from bot.handlers.form import Form
from bot.handlers.picked import Picked
from desk import assignment, details, lifecycle, notes
from desk.access import Actor
from desk.errors import CustomerWaits


async def pick_assign(picked: Picked) -> None:
    """Ask whom to give it to."""
    conversation_id = await picked.reach()
    async with picked.desk.database.read() as session:
        shown = await details.read(session, picked.actor, conversation_id)
    await picked.open(blocks.assign(shown))


async def assign(form: Form) -> None:
    """Make it theirs."""
    conversation_id = int(form.metadata)
    owner = form.text(blocks.assign_block(conversation_id))
    async with form.desk.database.write() as session:
        await assignment.assign(session, _by_shortcut(form), conversation_id, owner, now=form.now)


async def pick_close(picked: Picked) -> None:
    """Close it; asks once when the customer still waits."""
    conversation_id = await picked.reach()
    try:
        async with picked.desk.database.write() as session:
            await lifecycle.close(session, picked.actor, conversation_id, anyway=False, now=picked.now)
    except CustomerWaits:
        async with picked.desk.database.read() as session:
            contact, since = await lifecycle.read_waiting(session, picked.actor, conversation_id)
        await picked.open(blocks.close(conversation_id, contact, since))


async def close(form: Form) -> None:
    """Close it although the customer waits."""
    async with form.desk.database.write() as session:
        await lifecycle.close(session, _by_shortcut(form), int(form.metadata), anyway=True, now=form.now)


async def pick_note(picked: Picked) -> None:
    """Ask what to note."""
    conversation_id = await picked.reach()
    async with picked.desk.database.read() as session:
        shown = await details.read(session, picked.actor, conversation_id)
    await picked.open(blocks.note(shown))


async def note(form: Form) -> None:
    """Keep what was noted."""
    async with form.desk.database.write() as session:
        await notes.write(
            session,
            _by_shortcut(form),
            int(form.metadata),
            form.text(actions.NOTE_BLOCK),
            cause=form.view["id"],
            now=form.now,
        )


def _by_shortcut(form: Form) -> Actor:
    """Who submits what a shortcut has asked: for the history, it is the shortcut that they have used."""
    return replace(form.actor, source="shortcut")


def register(app: AsyncApp) -> None:
    """Attach the shortcuts and their modals."""
    app.message_shortcut(actions.ASSIGN_MESSAGE)(pick_assign)
    app.message_shortcut(actions.CLOSE_MESSAGE)(pick_close)
    app.message_shortcut(actions.NOTE_MESSAGE)(pick_note)
    app.view(actions.ASSIGN_MODAL)(assign)
    app.view(actions.CLOSE_MODAL)(close)
    app.view(actions.NOTE_MODAL)(note)
