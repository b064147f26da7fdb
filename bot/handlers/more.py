"""The card's `More`: labels, and the note about the contact."""

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import actions
from bot.blocks import more as blocks
from bot.blocks.place import Place
from bot.handlers.context import Body, Context
from bot.handlers.form import Form
from bot.handlers.press import Press
from desk import details
from desk.access import Actor


async def show(press: Press) -> None:
    """Open it for a conversation."""
    await press.see()
    async with press.desk.database.read() as session:
        shown = await details.read(session, press.actor, press.conversation_id)
    await press.open(blocks.more(shown))


async def list_labels(body: Body, ack: AsyncAck, place: Place, actor: Actor, desk: Context) -> None:
    """The labels that can be chosen, as somebody types."""
    typed = str(body.get("value") or "")
    async with desk.database.read() as session:
        known, new = await details.list_labels(session, actor, place.conversation_id or 0, typed=typed)
    await ack(options=blocks.label_options(known, new))


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
