"""Saved replies, from a conversation's `More`: choose one and send it; save, change or delete them."""

from slack_bolt.async_app import AsyncApp

from bot import markup
from bot.blocks import actions
from bot.blocks import saved_replies as blocks
from bot.handlers.form import Form, filled, shown_at
from bot.handlers.press import Press
from bot.handlers.sought import Sought
from desk import saved_replies
from desk.errors import SavedReplyEmpty, TooLong


async def open_(press: Press) -> None:
    """Open them for a conversation, on top of what was pressed in."""
    async with press.desk.database.read() as session:
        contact = await saved_replies.read_contact(session, press.actor, press.conversation_id)
    view = blocks.saved_replies(press.conversation_id, contact)
    await (press.open(view) if press.view is None else press.push(view))


async def list_choices(sought: Sought) -> None:
    """Which can be chosen, as somebody types."""
    conversation_id = sought.place.conversation_id or 0
    async with sought.desk.database.read() as session:
        offers = await saved_replies.list_choices(session, sought.actor, conversation_id, matching=sought.typed)
    await sought.offer(blocks.options(offers))


async def choose(press: Press) -> None:
    """Show the text of one, with the contact's name in it."""
    async with press.desk.database.read() as session:
        contact = await saved_replies.read_contact(session, press.actor, press.conversation_id)
        saved = await saved_replies.read(session, press.actor, press.conversation_id, int(press.value))
    await press.update(blocks.saved_replies(press.conversation_id, contact, saved))


async def send(form: Form) -> None:
    """Send the text as it stands now."""
    conversation_id, _, block_id = blocks.parse(form.metadata)
    body = form.to_contact(block_id)
    async with form.desk.database.write() as session:
        await saved_replies.send(session, form.actor, conversation_id, body=body, cause=form.view["id"], now=form.now)
    await form.clear()


async def new(press: Press) -> None:
    """Ask under which name the text is to be saved."""
    view = press.view or {}
    conversation_id, _, block_id = blocks.parse(view["private_metadata"])
    typed = "".join(filled(view, block_id))
    await press.push(blocks.saving(conversation_id, None, body=typed))


async def edit(press: Press) -> None:
    """Ask what is to become of the one that was chosen."""
    conversation_id, reply_id, _ = blocks.parse((press.view or {})["private_metadata"])
    async with press.desk.database.read() as session:
        saved = await saved_replies.read(session, press.actor, conversation_id, reply_id or 0)
    await press.push(blocks.saving(conversation_id, saved.id, saved.name, saved.body))


async def save(form: Form) -> None:
    """Save it, and show it in the modal below."""
    conversation_id, reply_id = blocks.parse_saving(form.metadata)
    with shown_at(actions.SAVING_TEXT, SavedReplyEmpty, TooLong):
        async with form.desk.database.write() as session:
            saved = await saved_replies.save(
                session,
                form.actor,
                conversation_id,
                reply_id,
                name=markup.typed(form.text(actions.SAVING_NAME)),
                body=markup.typed(form.text(actions.SAVING_TEXT)),
                now=form.now,
            )
            contact = await saved_replies.read_contact(session, form.actor, conversation_id)
    await form.show_below(blocks.saved_replies(conversation_id, contact, saved))


async def delete(press: Press) -> None:
    """Forget the one that was chosen."""
    conversation_id, reply_id, _ = blocks.parse((press.view or {})["private_metadata"])
    async with press.desk.database.write() as session:
        await saved_replies.delete(session, press.actor, conversation_id, reply_id or 0)
        contact = await saved_replies.read_contact(session, press.actor, conversation_id)
    await press.update(blocks.saved_replies(conversation_id, contact))


def register(app: AsyncApp) -> None:
    """Attach the button in `More`, the modals, and what is pressed in them."""
    app.action(actions.SAVED_REPLIES)(open_)
    app.action(actions.SAVED_REPLY)(choose)
    app.options(actions.SAVED_REPLY)(list_choices)
    app.action(actions.SAVED_NEW)(new)
    app.action(actions.SAVED_EDIT)(edit)
    app.action(actions.SAVED_DELETE)(delete)
    app.view(actions.SAVED_MODAL)(send)
    app.view(actions.SAVING_MODAL)(save)
