"""Giving out what nobody owns: `Distribute`, on the ping, under `/unassigned` and on Home. For managers."""

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions, menu, transfers
from bot.blocks import distribution as blocks
from bot.handlers.form import Form
from bot.handlers.press import Press
from bot.handlers.sought import Sought
from desk import distribution
from desk import transfers as desk_transfers
from desk.values import CHOICES


async def open_(press: Press) -> None:
    """Show what there is to give out in the inbox of the button."""
    async with press.desk.database.read() as session:
        offers = await distribution.read(session, press.actor, int(press.value), now=press.now)
    await press.open(blocks.distribution(offers))


async def choose_way(press: Press) -> None:
    """Show the one or the other way to do it."""
    _, inbox_id = blocks.way_and_inbox(press.metadata)
    async with press.desk.database.read() as session:
        offers = await distribution.read(session, press.actor, inbox_id, now=press.now)
    await press.update(blocks.distribution(offers, press.value))


async def list_choices(sought: Sought) -> None:
    """Who can be picked, as a manager types."""
    _, inbox_id = blocks.way_and_inbox(sought.metadata)
    about = sought.place.conversation_id
    async with sought.desk.database.read() as session:
        choices = await distribution.list_choices(
            session, sought.actor, inbox_id, about, matching=sought.typed, limit=CHOICES, now=sought.now
        )
    await sought.offer(menu.options(choices))


async def distribute(form: Form) -> None:
    """Begin, and show how far it is; a form that does not have the chosen way yet is shown with it first."""
    way, inbox_id = blocks.way_and_inbox(form.metadata)
    chosen = form.text(blocks.WAY)
    if chosen and chosen != way:
        async with form.desk.database.read() as session:
            offers = await distribution.read(session, form.actor, inbox_id, now=form.now)
        await form.show(blocks.distribution(offers, chosen))
        return
    view_id = str(form.view["id"])
    async with form.desk.database.write() as session:
        if way == blocks.EVENLY:
            number, among = int(form.text(blocks.NUMBER) or 0), form.choices(blocks.AMONG)
            transfer = await distribution.give_evenly(
                session, form.actor, inbox_id, number=number, among=among, view_id=view_id, now=form.now
            )
        else:
            given = blocks.given(form.view)
            transfer = await distribution.give_by_hand(
                session, form.actor, inbox_id, given, view_id=view_id, now=form.now
            )
        receipt = await desk_transfers.read(session, transfer)
    await form.show(transfers.progress(receipt))
    form.desk.tell_begun()


def register(app: AsyncApp) -> None:
    """Attach the button, the modal and its menus."""
    app.action(actions.DISTRIBUTE)(open_)
    app.action(actions.DISTRIBUTE_WAY)(choose_way)
    app.options(actions.DISTRIBUTE_AMONG)(list_choices)
    app.options(actions.DISTRIBUTE_TO)(list_choices)
    app.view(actions.DISTRIBUTE_MODAL)(distribute)
