"""A press on a button or a choice in a menu: on a card, in a private answer, on Home, or in a modal."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks import actions, modals, whispers
from bot.blocks.place import Place
from bot.blocks.post import Post
from bot.handlers.context import Body, Context
from desk import access, alerts, home, lifecycle
from desk.access import Actor
from desk.errors import DeskError
from desk.values import Filter
from storage.database import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A press on a button or a choice in a menu; Bolt hands it over as `press`.

    `value` is the button's value or the chosen option's; `place` says what the block was about, and `ts` is the root of
    the thread that it is in, if everybody sees it; `view` is the modal or the Home that it is on, as Slack has it.
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
    client: AsyncWebClient
    view: Body | None

    @property
    def now(self) -> datetime:
        """When it is."""
        return self.desk.clock.now()

    @property
    def metadata(self) -> str:
        """What we gave the modal to remember that was pressed in."""
        return str((self.view or {}).get("private_metadata") or "")

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

    async def open(self, view: dict[str, Any]) -> None:
        """Open a modal."""
        await self.client.views_open(trigger_id=self.trigger_id, view=view)

    async def push(self, view: dict[str, Any]) -> None:
        """Open a modal on top of the one that was pressed in."""
        await self.client.views_push(trigger_id=self.trigger_id, view=view)

    async def update(self, view: dict[str, Any]) -> None:
        """Show another modal in place of the one that was pressed in."""
        await self.client.views_update(view_id=(self.view or {})["id"], view=view)

    @property
    def is_on_home(self) -> bool:
        """Whether it was pressed on the App Home."""
        return self.view is not None and self.view.get("type") == "home"

    async def whisper(self, post: Post) -> None:
        """Answer privately, and leave what was pressed as it is: on Home, or over a modal, in a modal."""
        if self.view is None:
            await self.respond(
                text=post.text, blocks=list(post.blocks), response_type="ephemeral", replace_original=False
            )
        else:
            await (self.open if self.is_on_home else self.push)(modals.told(post))

    async def redraw(self, place: Place | None = None) -> None:
        """Draw the queue again that was pressed in; a card is redrawn by its own delivery."""
        place = place or self.place
        if place.queue is None:
            return
        if self.is_on_home:
            async with self.desk.database.write() as session:
                await home.show(session, self.actor, which=place.filter or Filter.ALL, page=place.page, now=self.now)
        else:
            await self.replace(await self.desk.draw_queue(self.actor, place, channel_id=self.channel_id))

    async def restore(self) -> None:
        """After a refusal: show what is true, since a menu goes on showing what was chosen in it."""
        try:
            await self.redraw()
        except DeskError as error:
            await self.replace(whispers.refused(str(error)))
        if self.action_id == actions.SNOOZE_ALERT:
            async with self.desk.database.write() as session:
                await alerts.restore(session, self.actor.workspace_id, self.place.inbox_id or 0, now=self.now)
        if self.place.queue is None and self.action_id == actions.ASSIGN:
            async with self.desk.database.write() as session:
                await lifecycle.redraw(session, self.actor.workspace_id, self.conversation_id, now=self.now)

    async def replace(self, post: Post) -> None:
        """Draw something else in place of the private answer, or the modal, that was pressed in."""
        if self.view is None:
            await self.respond(text=post.text, blocks=list(post.blocks), replace_original=True)
        else:
            await self.update(modals.told(post))


def press(desk: Context, actor: Actor, place: Place, body: Body, context: AsyncBoltContext) -> Press:
    """The press that a `block_actions` payload tells of."""
    action, message = body["actions"][0], body.get("message") or {}
    return Press(
        desk=desk,
        actor=actor,
        place=place,
        channel_id=(body.get("channel") or {}).get("id"),
        ts=message.get("thread_ts") or message.get("ts"),
        action_id=str(action.get("action_id")),
        value=str((action.get("selected_option") or action).get("value") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        respond=context.respond or AsyncRespond(response_url=None),
        client=context.client,
        view=body.get("view"),
    )
