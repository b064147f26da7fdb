"""Lists of conversations with what a queue shows of them, and the counts of the backlog."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Contact, Conversation, Inbox, Status, Thread

_IS_OPEN = col(Conversation.status) == Status.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many conversations a queue holds, by filter; unread ones are among the open ones."""

    every: int
    unread: int
    open: int
    closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which conversations a queue is about. `owner_id` narrows to one owner, `unowned` to none."""

    workspace_id: int
    inbox_ids: tuple[int, ...]
    owner_id: str | None = None
    unowned: bool = False

    @property
    def condition(self) -> ColumnElement[bool]:
        """The rows of this scope, in any status."""
        parts = [
            col(Conversation.workspace_id) == self.workspace_id,
            col(Conversation.inbox_id).in_(self.inbox_ids),
        ]
        if self.owner_id is not None:
            parts.append(col(Conversation.assignee_id) == self.owner_id)
        if self.unowned:
            parts.append(col(Conversation.assignee_id).is_(None))
        return and_(*parts)


async def count(session: AsyncSession, scope: Scope) -> Counts:
    """Count a queue by filter."""
    unread = _IS_OPEN & (col(Conversation.unread) > 0)
    rows = select(
        func.count(),
        func.coalesce(func.sum(case((unread, 1), else_=0)), 0),
        func.coalesce(func.sum(case((_IS_OPEN, 1), else_=0)), 0),
    ).where(scope.condition)
    every, unread_count, open_count = (await session.exec(rows)).one()
    return Counts(every=every, unread=unread_count, open=open_count, closed=every - open_count)


async def list_(
    session: AsyncSession,
    scope: Scope,
    *,
    status: Status | None,
    only_unread: bool,
    offset: int,
    limit: int,
) -> Sequence[tuple[Conversation, Contact, Inbox, Thread | None]]:
    """One page: unread before open before closed; then by waiting, unassigned and last activity, or by closing time."""
    rows = (
        select(Conversation, Contact, Inbox, Thread)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
        .outerjoin(Thread, (col(Thread.conversation_id) == col(Conversation.id)) & col(Thread.is_current))
        .where(scope.condition)
    )
    if status is not None:
        rows = rows.where(col(Conversation.status) == status)
    if only_unread:
        rows = rows.where(_IS_OPEN, col(Conversation.unread) > 0)
    if scope.owner_id is not None:
        rows = rows.order_by(case((~_IS_OPEN, 2), (col(Conversation.unread) > 0, 0), else_=1))
    elif status is None:
        rows = rows.order_by(case((_IS_OPEN, 0), else_=1))
    rows = rows.order_by(
        col(Conversation.closed_at).desc().nulls_first(),
        col(Conversation.waiting_since).asc().nulls_last(),
        col(Conversation.unassigned_since).asc().nulls_last(),
        col(Conversation.last_activity_at).desc(),
        col(Conversation.id),
    )
    found = (await session.exec(rows.offset(offset).limit(limit))).all()
    return [(conversation, contact, inbox, thread) for conversation, contact, inbox, thread in found]


async def backlog(session: AsyncSession, workspace_id: int, inbox_id: int) -> tuple[int, datetime | None]:
    """How many open conversations of an inbox nobody owns, and since when the oldest of them waits."""
    rows = select(func.count(), func.min(col(Conversation.waiting_since))).where(
        col(Conversation.workspace_id) == workspace_id,
        col(Conversation.inbox_id) == inbox_id,
        _IS_OPEN,
        col(Conversation.assignee_id).is_(None),
    )
    total, oldest = (await session.exec(rows)).one()
    return total, oldest
