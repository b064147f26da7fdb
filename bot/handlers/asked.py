"""A slash command, and how it is answered: privately."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.post import Post
from bot.handlers.context import Body, Context
from desk.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A slash command as somebody typed it; Bolt hands it over as `asked`. `text` is what follows its name."""

    desk: Context
    actor: Actor
    command: str
    text: str
    channel_id: str
    trigger_id: str
    ack: AsyncAck
    respond: AsyncRespond
    client: AsyncWebClient

    @property
    def now(self) -> datetime:
        """When it is."""
        return self.desk.clock.now()

    @property
    def word(self) -> str:
        """What follows its name, in small letters."""
        return self.text.lower()

    async def answer(self, post: Post) -> None:
        """Answer privately, at once: within three seconds of the command."""
        await self.ack(text=post.text, blocks=list(post.blocks), response_type="ephemeral")

    async def tell(self, post: Post) -> None:
        """Tell privately what has taken longer: within half an hour of the command."""
        await self.respond(text=post.text, blocks=list(post.blocks), response_type="ephemeral", replace_original=False)

    async def open(self, view: dict[str, Any]) -> None:
        """Open a modal."""
        await self.client.views_open(trigger_id=self.trigger_id, view=view)


def asked(desk: Context, actor: Actor, body: Body, context: AsyncBoltContext) -> Asked:
    """The command that a form of Slack's tells of."""
    return Asked(
        desk=desk,
        actor=actor,
        command=str(body["command"]),
        text=str(body.get("text") or "").strip(),
        channel_id=str(body["channel_id"]),
        trigger_id=str(body.get("trigger_id") or ""),
        ack=context.ack,
        respond=context.respond or AsyncRespond(response_url=None),
        client=context.client,
    )
