"""Slash commands and the buttons of the queues that they show: private answers, for their reader alone."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from slack_bolt.async_app import AsyncApp

from bot.blocks import actions, whispers
from bot.blocks.place import Place
from bot.handlers import find, handoff, history, inbox_settings, new, people_settings, presence, statistics
from bot.handlers.asked import Asked
from bot.handlers.press import Press
from desk.values import Filter, Queue

_MINE = {
    "": Filter.ALL,
    "all": Filter.ALL,
    "open": Filter.OPEN,
    "unread": Filter.UNREAD,
    "snoozed": Filter.SNOOZED,
    "closed": Filter.CLOSED,
}
_UNASSIGNED = {"": Filter.OPEN, "open": Filter.OPEN, "closed": Filter.CLOSED}


async def mine(asked: Asked) -> None:
    """`/mine [open|unread|snoozed|closed]`: one's own queue."""
    await _list(asked, Queue.MINE, _MINE)


async def unassigned(asked: Asked) -> None:
    """`/unassigned [closed]`: the queue of those nobody owns."""
    await _list(asked, Queue.UNASSIGNED, _UNASSIGNED)


async def _inbox(asked: Asked) -> None:
    await _list(asked, Queue.INBOX, {"": Filter.ALL})


async def _list(asked: Asked, queue: Queue, filters: dict[str, Filter]) -> None:
    if asked.word not in filters:
        await asked.answer(whispers.usage(asked.command, f"“{asked.word}” is not a list that we have."))
        return
    place = Place(queue=queue, filter=filters[asked.word])
    await asked.answer(await asked.desk.draw_queue(asked.actor, place, channel_id=asked.channel_id))


async def _health(asked: Asked) -> None:
    await asked.answer(await asked.desk.draw_health(asked.actor))


async def _help(asked: Asked) -> None:
    await asked.answer(whispers.help_())


# What `/sms` knows by its first word; what follows that is the `text` that each is asked with.
SUBCOMMANDS: dict[str, Callable[[Asked], Awaitable[None]]] = {
    "": _help,
    "alerts": inbox_settings.ask_alerts,
    "away": presence.away,
    "back": presence.back,
    "find": find.find,
    "handoff": handoff.ask,
    "health": _health,
    "help": _help,
    "history": history.export_all,
    "inbox": _inbox,
    "new": new.new,
    "people": people_settings.ask,
    "settings": inbox_settings.ask_settings,
    "stats": statistics.stats,
}


async def sms(asked: Asked) -> None:
    """`/sms help` and its kin: everything else."""
    word, _, rest = asked.text.partition(" ")
    answer = SUBCOMMANDS.get(word.lower())
    if answer is None:
        await asked.answer(whispers.usage(asked.command, f"“{asked.text}” is not something /sms knows."))
    else:
        await answer(replace(asked, text=rest.strip()))


async def show_filter(press: Press) -> None:
    """Show another part of the queue."""
    await press.redraw(replace(press.place, filter=actions.filter_of(press.action_id), page=0))


async def show_page(press: Press) -> None:
    """Show another page of the queue."""
    await press.redraw(replace(press.place, page=actions.page_of(press.action_id)))


async def refresh(press: Press) -> None:
    """Show the queue as it is now."""
    await press.redraw()


async def open_thread(press: Press) -> None:
    """The link opens the thread by itself; for the owner it also marks it read."""
    await press.see()
    await press.redraw()


def register(app: AsyncApp) -> None:
    """Attach the commands and the buttons of queues."""
    app.command("/mine")(mine)
    app.command("/unassigned")(unassigned)
    app.command("/sms")(sms)
    app.action(actions.FILTER)(show_filter)
    app.action(actions.PAGE)(show_page)
    app.action(actions.REFRESH)(refresh)
    app.action(actions.OPEN_THREAD)(open_thread)
