"""`/sms handoff`, and the same from Home: conversations go to a colleague together, or wait for a new owner."""

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions, handoff, menu, transfers
from bot.handlers.asked import Asked
from bot.handlers.form import Form
from bot.handlers.press import Press
from bot.handlers.sought import Sought
from desk import handoffs
from desk import transfers as desk_transfers


async def ask(asked: Asked) -> None:
    """`/sms handoff [@somebody]`: for a manager it is whose, for everybody else to whom."""
    await open_(asked, named=asked.text)


async def open_(trigger: Press | Asked, *, named: str = "") -> None:
    """Open the modal about one's own conversations, or about those of somebody who was named."""
    actor = trigger.actor
    async with trigger.desk.database.read() as session:
        load, to = await handoffs.start(session, actor, named)
    await trigger.open(handoff.handoff(load, to))


async def open_own(press: Press) -> None:
    """The same from Home."""
    await open_(press)


async def show_whose(press: Press) -> None:
    """A manager has picked somebody: show how much they have."""
    async with press.desk.database.read() as session:
        load = await handoffs.read(session, press.actor, press.value)
    await press.update(handoff.handoff(load))


async def list_owners(sought: Sought) -> None:
    """Whose can be picked, as a manager types."""
    async with sought.desk.database.read() as session:
        choices = await handoffs.list_owners(session, sought.actor, matching=sought.typed)
    await sought.offer(menu.options(choices))


async def list_choices(sought: Sought) -> None:
    """Who can be picked, as somebody types."""
    actor, owner = sought.actor, sought.metadata
    async with sought.desk.database.read() as session:
        choices = await handoffs.list_choices(session, actor, owner, matching=sought.typed, now=sought.now)
    await sought.offer(menu.options(choices))


async def list_own(sought: Sought) -> None:
    """Which of their own can be picked, as somebody types."""
    async with sought.desk.database.read() as session:
        waiters = await handoffs.list_own(session, sought.actor, matching=sought.typed)
    await sought.offer(handoff.conversations(waiters, sought.now))


async def hand_off(form: Form) -> None:
    """Begin, and show how far it is; a form that is not about whom was picked yet is shown about them first."""
    picked = form.text(actions.HANDOFF_WHOSE)
    if picked and picked != form.metadata:
        async with form.desk.database.read() as session:
            load = await handoffs.read(session, form.actor, picked)
        await form.show(handoff.handoff(load))
        return
    to, most = form.text(actions.HANDOFF_TO), form.text(actions.HANDOFF_MOST)
    async with form.desk.database.write() as session:
        transfer = await handoffs.begin(
            session,
            form.actor,
            form.metadata,
            to=None if to == handoffs.NOBODY else to,
            chosen=[int(chosen) for chosen in form.choices(actions.HANDOFF_ONLY)],
            most=int(most) if most else None,
            note=form.text(actions.HANDOFF_NOTE),
            view_id=str(form.view["id"]),
            now=form.now,
        )
        receipt = await desk_transfers.read(session, transfer)
    await form.show(transfers.progress(receipt))
    form.desk.tell_begun()


def register(app: AsyncApp) -> None:
    """Attach the modal and its menus."""
    app.action(actions.HAND_OFF)(open_own)
    app.action(actions.HANDOFF_WHOSE)(show_whose)
    app.options(actions.HANDOFF_WHOSE)(list_owners)
    app.options(actions.HANDOFF_TO)(list_choices)
    app.options(actions.HANDOFF_ONLY)(list_own)
    app.view(actions.HANDOFF_MODAL)(hand_off)
