"""Slash commands and the buttons of the queues that they show: private answers, for their reader alone."""

from dataclasses import replace

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import actions, whispers
from bot.blocks.place import Place
from bot.blocks.post import Post
from bot.handlers.context import Body, Context, Press
from desk.access import Actor
from desk.values import Filter, Queue

_MINE = {"": Filter.ALL, "all": Filter.ALL, "open": Filter.OPEN, "unread": Filter.UNREAD, "closed": Filter.CLOSED}
_UNASSIGNED = {"": Filter.OPEN, "open": Filter.OPEN, "closed": Filter.CLOSED}


async def mine(command: Body, ack: AsyncAck, actor: Actor, desk: Context) -> None:
    """`/mine [open|unread|closed]`: one's own queue."""
    await ack(**await _list(command, actor, desk, Queue.MINE, _MINE))


async def unassigned(command: Body, ack: AsyncAck, actor: Actor, desk: Context) -> None:
    """`/unassigned [closed]`: the queue of those nobody owns."""
    await ack(**await _list(command, actor, desk, Queue.UNASSIGNED, _UNASSIGNED))


async def sms(command: Body, ack: AsyncAck, actor: Actor, desk: Context) -> None:
    """`/sms inbox | health | help`: everything else."""
    match _word(command):
        case "inbox":
            await ack(**await _list({**command, "text": ""}, actor, desk, Queue.INBOX, {"": Filter.ALL}))
        case "health":
            await ack(**_private(await desk.draw_health(actor)))
        case "" | "help":
            await ack(**_private(whispers.help_()))
        case word:
            await ack(**_private(whispers.usage(command["command"], f"“{word}” is not something /sms knows.")))


async def _list(command: Body, actor: Actor, desk: Context, queue: Queue, filters: dict[str, Filter]) -> Body:
    word = _word(command)
    if word not in filters:
        return _private(whispers.usage(command["command"], f"“{word}” is not a list that we have."))
    place = Place(queue=queue, filter=filters[word])
    return _private(await desk.draw_queue(actor, place, channel_id=command["channel_id"]))


def _word(command: Body) -> str:
    return str(command.get("text") or "").strip().lower()


def _private(post: Post) -> Body:
    return {"text": post.text, "blocks": list(post.blocks), "response_type": "ephemeral"}


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


async def open_queue(press: Press) -> None:
    """The alert's button: the unassigned queue of its inbox, for whoever presses."""
    place = Place(queue=Queue.UNASSIGNED, inbox_id=int(press.value))
    await press.whisper(await press.desk.draw_queue(press.actor, place, channel_id=press.channel_id))


def register(app: AsyncApp) -> None:
    """Attach the commands and the buttons of queues."""
    app.command("/mine")(mine)
    app.command("/unassigned")(unassigned)
    app.command("/sms")(sms)
    app.action(actions.FILTER)(show_filter)
    app.action(actions.PAGE)(show_page)
    app.action(actions.REFRESH)(refresh)
    app.action(actions.OPEN_THREAD)(open_thread)
    app.action(actions.OPEN_QUEUE)(open_queue)
