"""The card's `More`: labels, and the note about the contact."""

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions
from bot.blocks import more as blocks
from bot.handlers.form import Form
from bot.handlers.press import Press
from bot.handlers.sought import Sought
from desk import details


async def show(press: Press) -> None:
    """Open it for a conversation."""
    await press.see()
    async with press.desk.database.read() as session:
        shown = await details.read(session, press.actor, press.conversation_id)
    await press.open(blocks.more(shown))


async def list_labels(sought: Sought) -> None:
    """The labels that can be chosen, as somebody types."""
    conversation_id = sought.place.conversation_id or 0
    async with sought.desk.database.read() as session:
        known, new = await details.list_labels(session, sought.actor, conversation_id, typed=sought.typed)
    await sought.offer(blocks.label_options(known, new))


async def save(form: Form) -> None:
    """Keep what was changed."""
    conversation_id, shown = blocks.parse_metadata(form.metadata)
    async with form.desk.database.write() as session:
        await details.change(
            session,
            form.actor,
            conversation_id,
            shown=shown,
            chosen=form.choices(blocks.labels_block(conversation_id)),
            about=form.text(actions.ABOUT_BLOCK),
            now=form.now,
        )


def register(app: AsyncApp) -> None:
    """Attach the menu of labels and the modal."""
    app.options(actions.LABELS)(list_labels)
    app.view(actions.MORE_MODAL)(save)
