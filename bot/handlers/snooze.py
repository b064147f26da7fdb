"""`Snooze`: until a time, or until the customer writes."""

from datetime import UTC, datetime

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions, more
from bot.blocks import snooze as blocks
from bot.handlers.form import Form
from bot.handlers.press import Press
from desk import details, lifecycle, snooze
from desk.errors import Unfit


async def ask(press: Press) -> None:
    """Ask until when, on top of what it was pressed in."""
    async with press.desk.database.read() as session:
        await snooze.require_snoozable(session, press.actor, press.conversation_id)
        moments, timezone = await snooze.list_moments(session, press.actor, now=press.now)
    await press.push(blocks.snooze(press.conversation_id, moments, timezone))


async def save(form: Form) -> None:
    """Snooze it, and show so in the modal below."""
    conversation_id, until = int(form.metadata), _until(form)
    async with form.desk.database.write() as session:
        await snooze.snooze(session, form.actor, conversation_id, until, now=form.now)
        await lifecycle.see(session, form.actor, conversation_id, now=form.now)
        shown = await details.read(session, form.actor, conversation_id)
    await form.show_below(more.more(shown))


def _until(form: Form) -> datetime | None:
    """The time that was chosen; None for the next text. A time of one's own goes first."""
    chosen = form.text(actions.SNOOZE_TIME_BLOCK) or form.text(actions.SNOOZE_BLOCK)
    if not chosen:
        raise Unfit({actions.SNOOZE_BLOCK: "Choose when it is to come back."})
    return None if chosen == actions.SNOOZE_TEXT else datetime.fromtimestamp(int(chosen), UTC)


def register(app: AsyncApp) -> None:
    """Attach the button and the modal."""
    app.action(actions.SNOOZE)(ask)
    app.view(actions.SNOOZE_MODAL)(save)
