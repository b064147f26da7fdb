"""A menu that somebody searches as they type, and what it offers them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncBoltContext

from bot.blocks.place import Place
from bot.handlers.context import Body, Context
from desk.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What somebody has typed in a menu; Bolt hands it over as `sought`. `place` says what its block is about.

    `metadata` is what we gave the modal to remember that it is in.
    """

    desk: Context
    actor: Actor
    place: Place
    typed: str
    metadata: str
    ack: AsyncAck

    @property
    def now(self) -> datetime:
        """When it is."""
        return self.desk.clock.now()

    async def offer(self, options: list[dict[str, Any]]) -> None:
        """Show these entries."""
        await self.ack(options=options)


def sought(desk: Context, actor: Actor, place: Place, body: Body, context: AsyncBoltContext) -> Sought:
    """What a `block_suggestion` payload asks for."""
    return Sought(
        desk=desk,
        actor=actor,
        place=place,
        typed=str(body.get("value") or ""),
        metadata=str((body.get("view") or {}).get("private_metadata") or ""),
        ack=context.ack,
    )
