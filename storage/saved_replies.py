"""Saved replies: texts that an inbox's reps send often."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Inbox, SavedReply


async def lock(session: AsyncSession, inbox: Inbox) -> None:
    """Have nobody else change the saved replies of this inbox until the transaction ends."""
    await session.exec(select(Inbox.id).where(col(Inbox.id) == inbox.id).with_for_update())


async def find(session: AsyncSession, inbox: Inbox, reply_id: int) -> SavedReply | None:
    """One of an inbox, or None when it has none with this id."""
    rows = select(SavedReply).where(
        col(SavedReply.workspace_id) == inbox.workspace_id,
        col(SavedReply.inbox_id) == inbox.id,
        col(SavedReply.id) == reply_id,
    )
    return (await session.exec(rows)).one_or_none()


async def list_(session: AsyncSession, inbox: Inbox, *, characters: int) -> Sequence[tuple[int, str, str]]:
    """All of an inbox: their ids, names, and how they begin."""
    rows = select(SavedReply.id, SavedReply.name, func.substr(SavedReply.body, 1, characters)).where(
        col(SavedReply.workspace_id) == inbox.workspace_id, col(SavedReply.inbox_id) == inbox.id
    )
    return [(reply_id, name, begin) for reply_id, name, begin in (await session.exec(rows)).all()]
