"""A message that somebody has picked a shortcut on, and the conversation that it belongs to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.handlers.context import Body, Context
from desk import access, lifecycle
from desk.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A message with a shortcut that somebody has picked on it; Bolt hands it over as `picked`."""

    desk: Context
    actor: Actor
    channel_id: str
    ts: str
    thread_ts: str | None
    trigger_id: str
    client: AsyncWebClient

    @property
    def now(self) -> datetime:
        """When it is."""
        return self.desk.clock.now()

    async def reach(self) -> int:
        """The conversation of the message, which counts as looked at. Raises NoConversation, and who may not."""
        async with self.desk.database.write() as session:
            conversation_id = await access.find_at(session, self.actor, self.channel_id, self.ts, self.thread_ts)
            await lifecycle.see(session, self.actor, conversation_id, now=self.now)
        return conversation_id

    async def open(self, view: dict[str, Any]) -> None:
        """Open a modal: a message has no other place where one person alone is sure to see an answer."""
        await self.client.views_open(trigger_id=self.trigger_id, view=view)


def picked(desk: Context, actor: Actor, body: Body, context: AsyncBoltContext) -> Picked:
    """The message that a `message_action` payload tells of."""
    message = body["message"]
    return Picked(
        desk=desk,
        actor=actor,
        channel_id=str(body["channel"]["id"]),
        ts=str(message["ts"]),
        thread_ts=message.get("thread_ts"),
        trigger_id=str(body.get("trigger_id") or ""),
        client=context.client,
    )
