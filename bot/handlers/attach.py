"""What happens to everything from Slack in one place: acknowledged, who acts and on what, why it was refused."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.blocks import modals, whispers
from bot.blocks.place import Place
from bot.handlers.asked import asked
from bot.handlers.context import Body, Context
from bot.handlers.form import form
from bot.handlers.picked import picked
from bot.handlers.press import press
from bot.handlers.sought import sought
from desk.access import Actor
from desk.errors import DeskError, OutOfDate, Unfit
from storage.database import NotFound

log = structlog.get_logger(__name__)


def attach(app: AsyncApp, desk: Context) -> None:
    """Acknowledge before any listener, resolve who acts and where, and give refusals one way out."""

    async def resolve(
        context: AsyncBoltContext,
        body: Body,
        ack: AsyncAck,
        next: Callable[[], Awaitable[Any]],  # noqa: A002 - Bolt passes the continuation by this name
    ) -> None:
        await ack()
        context["desk"] = desk
        if context.user_id is not None:
            await _resolve(desk, context, body)
        await next()

    async def refuse(error: Exception, context: AsyncBoltContext, body: Body) -> BoltResponse:
        return await _refuse(desk, error, context, body)

    app.middleware(resolve)
    app.error(refuse)


async def _resolve(desk: Context, context: AsyncBoltContext, body: Body) -> None:
    """Hand over who acts, where, and what they did: the `press`, the `form`, what was `asked`, `picked` or `sought`."""
    place = _place(body)
    actor = Actor(workspace_id=desk.workspace.id, user_id=context.user_id or "", source=_source(body, place))
    context["actor"], context["place"] = actor, place
    if body.get("type") == "block_actions":
        context["press"] = pressed = press(desk, actor, place, body, context)
        await pressed.require_card()
    elif body.get("type") == "view_submission":
        context["form"] = form(desk, actor, body, context)
    elif "command" in body:
        context["asked"] = asked(desk, actor, body, context)
    elif body.get("type") == "message_action":
        context["picked"] = picked(desk, actor, body, context)
    elif body.get("type") == "block_suggestion":
        context["sought"] = sought(desk, actor, place, body, context)


async def _refuse(desk: Context, error: Exception, context: AsyncBoltContext, body: Body) -> BoltResponse:
    if isinstance(error, Unfit):
        return await context.ack(response_action="errors", errors=error.problems)
    if isinstance(error, DeskError):
        answer = await _tell(context, body, str(error))
        pressed = context.get("press")
        # What is out of date on a card may be about something else, of which nothing is to be shown there.
        if pressed is not None and (pressed.place.queue is not None or not isinstance(error, OutOfDate)):
            await pressed.restore()
        return answer
    reference = uuid4().hex[:8]
    log.error("handler failed", reference=reference, type=body.get("type"), exc_info=error)
    if "event" in body:
        desk.tell_missed()
        return BoltResponse(status=500, body="")
    if isinstance(error, NotFound | ValueError):
        return await _tell(context, body, f"This is out of date. Please open it again. (Reference {reference})")
    return await _tell(context, body, f"Something went wrong on our side. (Reference {reference})")


def _place(body: Body) -> Place:
    """Where a press or a menu's question came from; nowhere when the block is not one of ours."""
    block = body["actions"][0] if body.get("actions") else body
    try:
        return Place.decode(str(block.get("block_id")))
    except ValueError:
        return Place()


def _source(body: Body, place: Place) -> str:
    """Where in Slack somebody did something, for the history."""
    kind = body.get("type")
    if "command" in body:
        return "command"
    if kind == "block_actions":
        if (body.get("view") or {}).get("type") == "home":
            return "home"
        return "list" if place.queue is not None else "card" if place.conversation_id is not None else "thread"
    return {"view_submission": "form", "message_action": "shortcut"}.get(str(kind), "")


async def _tell(context: AsyncBoltContext, body: Body, sentence: str) -> BoltResponse:
    """Say a sentence privately, in the way that this kind of request is answered."""
    post = whispers.refused(sentence)
    if "command" in body:
        return await context.ack(text=post.text, blocks=list(post.blocks), response_type="ephemeral")
    if body.get("type") == "view_submission":
        fields = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
        if not fields:
            return await context.ack(response_action="update", view=modals.told(post))
        return await context.ack(response_action="errors", errors={fields[0]: sentence})
    if body.get("type") == "block_suggestion":
        return await context.ack(options=[])
    if "picked" in context:
        await context["picked"].open(modals.told(post))
    if "press" in context:
        await context["press"].whisper(post)
    return BoltResponse(status=200, body="")
