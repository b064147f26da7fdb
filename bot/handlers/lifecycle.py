"""Close, Reopen, and the card's `…` menu: Release, Mark read, Mark unread, History, Name, More."""

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions, modals, whispers
from bot.handlers import more as details
from bot.handlers.form import Form
from bot.handlers.press import Press
from desk import assignment, lifecycle
from desk.errors import CustomerWaits


async def close(press: Press) -> None:
    """Close it; asks once when the customer still waits."""
    try:
        await _close(press, anyway=False)
    except CustomerWaits:
        await press.see()
        async with press.desk.database.read() as session:
            contact, since = await lifecycle.read_waiting(session, press.actor, press.conversation_id)
        await press.whisper(whispers.close_anyway(press.conversation_id, contact, since))


async def close_anyway(press: Press) -> None:
    """Close it although the customer waits."""
    await _close(press, anyway=True)
    await press.respond(delete_original=True)


async def _close(press: Press, *, anyway: bool) -> None:
    await press.change(
        lambda session: lifecycle.close(session, press.actor, press.conversation_id, anyway=anyway, now=press.now)
    )


async def reopen(press: Press) -> None:
    """Open it again."""
    await press.change(lambda session: lifecycle.reopen(session, press.actor, press.conversation_id, now=press.now))


async def more(press: Press) -> None:
    """Whatever was chosen in the card's `…` menu."""
    actor, conversation_id = press.actor, press.conversation_id
    match press.value:
        case actions.RELEASE:
            await press.change(lambda session: assignment.release(session, actor, conversation_id, now=press.now))
        case actions.MARK_READ:
            async with press.desk.database.write() as session:
                await lifecycle.mark_read(session, actor, conversation_id, now=press.now)
        case actions.MARK_UNREAD:
            async with press.desk.database.write() as session:
                await lifecycle.mark_unread(session, actor, conversation_id, now=press.now)
        case actions.HISTORY:
            await press.see()
            async with press.desk.database.read() as session:
                contact, changes = await lifecycle.read_history(session, actor, conversation_id)
            await press.whisper(whispers.history(changes, contact))
        case actions.RENAME:
            await press.see()
            async with press.desk.database.read() as session:
                name = await lifecycle.read_name(session, actor, conversation_id)
            await press.open(modals.rename(conversation_id, name))
        case actions.DETAILS:
            await details.show(press)


async def rename(form: Form) -> None:
    """Give the contact the name that was typed."""
    async with form.desk.database.write() as session:
        await lifecycle.rename(session, form.actor, int(form.metadata), form.text(actions.NAME_BLOCK), now=form.now)


def register(app: AsyncApp) -> None:
    """Attach the card's buttons and menu."""
    app.action(actions.CLOSE)(close)
    app.action(actions.CLOSE_ANYWAY)(close_anyway)
    app.action(actions.REOPEN)(reopen)
    app.action(actions.MORE)(more)
    app.view(actions.RENAME_MODAL)(rename)
