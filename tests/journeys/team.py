"""What managers have set, and who owns what, in few words, for the journeys about ownership."""

from typing import Any

from storage import conversations, reps
from storage.models import Conversation
from tests.conftest import World
from tests.journeys.screen import words


async def mark_new(world: World, user: str) -> None:
    """Have somebody be new."""
    async with world.bridge.database.write() as session:
        await reps.keep(session, world.bridge.workspace.id, user, is_new=True)


def owner(card: Any) -> str:
    """Who owns a conversation, as its card says."""
    facts = words(card.blocks).splitlines()
    return next((fact.removeprefix("Owner: ") for fact in facts if fact.startswith("Owner: ")), "")


async def change(world: World, card: Any, **columns: Any) -> Conversation:
    """The row behind a card, with some columns changed without asking what a press would."""
    async with world.bridge.database.write() as session:
        thread = await conversations.find_thread(session, world.bridge.workspace.id, card.channel, card.ts)
        assert thread is not None
        row = await conversations.lock(session, world.bridge.workspace.id, thread.conversation_id)
        for name, value in columns.items():
            setattr(row, name, value)
    return row
