"""How much each rep has to do, as counts: nobody's conversations are listed for another."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, literal_column
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Conversation
from storage.states import Status


@dataclass(frozen=True, slots=True)
class Load:
    """How many open conversations somebody owns, and in how many of these something is unread."""

    user_id: str
    open: int
    unread: int


async def list_(session: AsyncSession, workspace_id: int, inbox_ids: Sequence[int]) -> list[Load]:
    """The load of everybody who owns something open in these inboxes."""
    owner = col(Conversation.assignee_id)
    rows = (
        select(owner, func.count(), func.sum(case((col(Conversation.unread) > 0, 1), else_=0)))
        .where(
            col(Conversation.workspace_id) == workspace_id,
            col(Conversation.inbox_id).in_(inbox_ids),
            col(Conversation.status) == literal_column(f"'{Status.OPEN}'"),
            owner.is_not(None),
        )
        .group_by(owner)
    )
    return [Load(str(user_id), open_, unread) for user_id, open_, unread in (await session.exec(rows)).all()]
