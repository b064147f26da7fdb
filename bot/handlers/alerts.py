"""The buttons of a backlog's alert."""

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions
from bot.blocks.place import Place
from bot.handlers.press import Press
from desk import alerts
from desk.values import Queue


async def open_queue(press: Press) -> None:
    """The unassigned queue of the alert's inbox, for whoever presses."""
    place = Place(queue=Queue.UNASSIGNED, inbox_id=int(press.value))
    await press.whisper(await press.desk.draw_queue(press.actor, place, channel_id=press.channel_id))
    async with press.desk.database.write() as session:
        await alerts.heed(session, press.actor, int(press.value))


async def take_on(press: Press) -> None:
    """Show that somebody is on it."""
    async with press.desk.database.write() as session:
        await alerts.take_on(session, press.actor, int(press.value), now=press.now)


async def snooze(press: Press) -> None:
    """Keep it quiet for a while."""
    async with press.desk.database.write() as session:
        await alerts.snooze(session, press.actor, press.place.inbox_id or 0, press.value, now=press.now)


def register(app: AsyncApp) -> None:
    """Attach the buttons and the menu."""
    app.action(actions.OPEN_QUEUE)(open_queue)
    app.action(actions.ON_IT)(take_on)
    app.action(actions.SNOOZE_ALERT)(snooze)
