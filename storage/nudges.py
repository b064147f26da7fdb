"""Conversations that somebody owns and whose contact waits for too long."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Conversation, History, Inbox
from storage.states import Status
from storage.written import written


class Told(StrEnum):
    """Who is reminded, by the column that says when they were."""

    OWNER = "nudged_at"
    MANAGERS = "escalated_at"


def _is_due(
    inbox: Inbox, told: Told, *, until: datetime, since: datetime, without: Collection[str]
) -> ColumnElement[bool]:
    """Waiting since some time before `until`, in the order of an index, and not told of since it waits.

    Not while the owner has had it for less long than that, and not of these owners.
    """
    told_at = col(getattr(Conversation, told.value))
    given_later = core_select(col(History.id)).where(
        col(History.conversation_id) == col(Conversation.id),
        col(History.created_at) > until,
        col(History.after) == col(Conversation.assignee_id),
    )
    return and_(
        col(Conversation.workspace_id) == inbox.workspace_id,
        col(Conversation.inbox_id) == inbox.id,
        col(Conversation.status) == written(Status.OPEN),
        col(Conversation.assignee_id).is_not(None),
        col(Conversation.assignee_id).not_in(without),
        col(Conversation.waiting_since) <= until,
        col(Conversation.waiting_since) > since,
        or_(told_at.is_(None), told_at < col(Conversation.waiting_since)),
        ~given_later.exists(),
    )


async def is_any_due(
    session: AsyncSession, inbox: Inbox, told: Told, *, until: datetime, since: datetime, without: Collection[str]
) -> bool:
    """Whether there is one that waits since some time in between."""
    rows = select(Conversation.id).where(_is_due(inbox, told, until=until, since=since, without=without)).limit(1)
    return (await session.exec(rows)).first() is not None


async def lock_due(
    session: AsyncSession,
    inbox: Inbox,
    told: Told,
    *,
    until: datetime,
    since: datetime,
    without: Collection[str],
    limit: int,
) -> Sequence[Conversation]:
    """Those that wait longest, locked; one in which something happens at this moment is left for later."""
    rows = (
        select(Conversation)
        .where(_is_due(inbox, told, until=until, since=since, without=without))
        .order_by(col(Conversation.waiting_since))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(rows)).all()
