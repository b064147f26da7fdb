"""What every handler is given, acknowledged and told in one place: who acts, on what, and why it was refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_bolt.response import BoltResponse

from bot.blocks import actions, queue, whispers
from bot.blocks import health as health_blocks
from bot.blocks.place import Place
from bot.blocks.post import Post
from bot.managers import Managers
from bot.people import Directory
from desk import access, health, lifecycle, queues
from desk.access import Actor
from desk.clock import Clock
from desk.errors import DeskError, OutOfDate
from desk.intake import Intake
from desk.values import Filter, Queue
from storage.database import Database, NotFound, Session
from storage.models import Workspace

log = structlog.get_logger(__name__)

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What handlers work with; Bolt hands it over as `desk`. `missed` is told of events that could not be stored."""

    database: Database
    clock: Clock
    intake: Intake
    directory: Directory
    workspace: Workspace
    managers: Managers
    missed: list[Callable[[], None]] = field(default_factory=list)

    async def draw_health(self, actor: Actor) -> Post:
        """What is wrong, as far as it concerns this reader."""
        is_manager = await self.managers.include(actor.user_id)
        async with self.database.read() as session:
            return health_blocks.health(await health.read(session, actor, is_manager=is_manager, now=self.clock.now()))

    async def draw_queue(self, actor: Actor, place: Place, *, channel_id: str | None) -> Post:
        """The page of a queue that `place` names, as it stands for this reader in this channel."""
        which = place.queue or Queue.MINE
        async with self.database.read() as session:
            page = await queues.read(
                session,
                actor,
                which,
                place.filter or (Filter.OPEN if which is Queue.UNASSIGNED else Filter.ALL),
                channel_id=channel_id,
                inbox_id=place.inbox_id,
                page=place.page,
                size=queue.PAGE_SIZE,
                now=self.clock.now(),
            )
        return queue.queue(page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A press on a button or a choice in a menu; Bolt hands it over as `press`.

    `value` is the button's value or the chosen option's; `place` says what the block was about, and `ts` which post it
    is in, if it is one that everybody sees.
    """

    desk: Context
    actor: Actor
    place: Place
    channel_id: str | None
    ts: str | None
    action_id: str
    value: str
    trigger_id: str
    respond: AsyncRespond

    @property
    def now(self) -> datetime:
        """When it is."""
        return self.desk.clock.now()

    @property
    def conversation_id(self) -> int:
        """The conversation that was pressed on; raises ValueError when the block names none."""
        if self.place.conversation_id is None:
            raise ValueError("this block belongs to no conversation")
        return self.place.conversation_id

    async def require_card(self) -> None:
        """Raise OutOfDate when its card, or its row's, is not, or not yet, known as this conversation's."""
        channel_id, ts = self.place.thread or (self.channel_id, self.ts)
        if self.place.conversation_id is not None and channel_id is not None and ts is not None:
            async with self.desk.database.read() as session:
                await access.require_card(
                    session, self.actor.workspace_id, self.place.conversation_id, channel_id=channel_id, ts=ts
                )

    async def change(self, change: Callable[[Session], Awaitable[None]]) -> None:
        """Make one change to the conversation; whatever its owner does there also marks it read."""
        async with self.desk.database.write() as session:
            await change(session)
            await lifecycle.see(session, self.actor, self.conversation_id, now=self.now)

    async def see(self) -> None:
        """Note that its owner has looked at the conversation."""
        async with self.desk.database.write() as session:
            await lifecycle.see(session, self.actor, self.conversation_id, now=self.now)

    async def whisper(self, post: Post) -> None:
        """Answer privately, and leave what was pressed as it is."""
        await self.respond(text=post.text, blocks=list(post.blocks), response_type="ephemeral", replace_original=False)

    async def redraw(self, place: Place | None = None) -> None:
        """Draw the queue again that was pressed in; a card is redrawn by its own delivery."""
        place = place or self.place
        if place.queue is not None:
            post = await self.desk.draw_queue(self.actor, place, channel_id=self.channel_id)
            await self._replace(post)

    async def restore(self) -> None:
        """After a refusal: show what is true, since a menu goes on showing what was chosen in it."""
        try:
            await self.redraw()
        except DeskError as error:
            await self._replace(whispers.refused(str(error)))
        if self.place.queue is None and self.action_id == actions.ASSIGN:
            async with self.desk.database.write() as session:
                await lifecycle.redraw(session, self.actor.workspace_id, self.conversation_id, now=self.now)

    async def _replace(self, post: Post) -> None:
        await self.respond(text=post.text, blocks=list(post.blocks), replace_original=True)


def attach(app: AsyncApp, desk: Context) -> None:
    """Acknowledge before any listener, resolve who acts and where, and give refusals one way out."""

    async def resolve(
        context: AsyncBoltContext,
        body: Body,
        ack: AsyncAck,
        respond: AsyncRespond,
        next: Callable[[], Awaitable[Any]],  # noqa: A002 - Bolt passes the continuation by this name
    ) -> None:
        await ack()
        context["desk"] = desk
        if context.user_id is not None:
            actor = Actor(workspace_id=desk.workspace.id, user_id=context.user_id)
            context["actor"] = actor
            context["place"] = _place(body)
            if body.get("type") == "block_actions":
                context["press"] = press = _press(desk, actor, body, respond)
                await press.require_card()
        await next()

    async def refuse(error: Exception, context: AsyncBoltContext, body: Body) -> BoltResponse:
        if isinstance(error, DeskError):
            answer = await _tell(context, body, str(error))
            press = context.get("press")
            # What is out of date on a card may be about something else, of which nothing is to be shown there.
            if press is not None and (press.place.queue is not None or not isinstance(error, OutOfDate)):
                await press.restore()
            return answer
        reference = uuid4().hex[:8]
        log.error("handler failed", reference=reference, type=body.get("type"), exc_info=error)
        if "event" in body:
            for tell in desk.missed:
                tell()
            return BoltResponse(status=500, body="")
        if isinstance(error, NotFound | ValueError):
            return await _tell(context, body, f"This is out of date. Please open it again. (Reference {reference})")
        return await _tell(context, body, f"Something went wrong on our side. (Reference {reference})")

    app.middleware(resolve)
    app.error(refuse)


def _place(body: Body) -> Place:
    """Where a press or a menu's question came from; nowhere when the block is not one of ours."""
    block = body["actions"][0] if body.get("actions") else body
    try:
        return Place.decode(str(block.get("block_id")))
    except ValueError:
        return Place()


def _press(desk: Context, actor: Actor, body: Body, respond: AsyncRespond) -> Press:
    action = body["actions"][0]
    return Press(
        desk=desk,
        actor=actor,
        place=_place(body),
        channel_id=(body.get("channel") or {}).get("id"),
        ts=(body.get("message") or {}).get("ts"),
        action_id=str(action.get("action_id")),
        value=str((action.get("selected_option") or action).get("value") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        respond=respond,
    )


async def _tell(context: AsyncBoltContext, body: Body, sentence: str) -> BoltResponse:
    """Say a sentence privately, in the way that this kind of request is answered."""
    post = whispers.refused(sentence)
    if "command" in body:
        return await context.ack(text=post.text, blocks=list(post.blocks), response_type="ephemeral")
    if body.get("type") == "view_submission":
        fields = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
        return await context.ack(response_action="errors", errors={fields[0]: sentence})
    if body.get("type") == "block_suggestion":
        return await context.ack(options=[])
    if "press" in context:
        await context["press"].whisper(post)
    return BoltResponse(status=200, body="")
