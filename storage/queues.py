"""Lists of conversations with what a queue shows of them, and how many a queue holds.

A page and a count take as long in a large workspace as in a small one: each queue is read along indexes that have its
order, one person's along the owner, any other along each inbox by itself, and only the first rows of these paths are
merged. Nothing is counted beyond `COUNTED_TO`. Statements are built once for each shape of a scope.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    union_all,
)
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.conversations import IS_UNOWNED
from storage.models import Contact, Conversation, Inbox, Thread
from storage.states import Status
from storage.written import written

COUNTED_TO = 1_000

_SHAPES = 256
_ORDERED_BY = (
    col(Conversation.id),
    col(Conversation.unread),
    col(Conversation.waiting_since),
    col(Conversation.unassigned_since),
    col(Conversation.last_activity_at),
    col(Conversation.closed_at),
    col(Conversation.snoozed_until),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many conversations a queue holds, none beyond `COUNTED_TO + 1`; `unread` ones are among an owner's open."""

    unread: int
    open: int
    snoozed: int
    closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which conversations a queue is about. `owner_id` narrows to one owner, `unowned` to none."""

    workspace_id: int
    inbox_ids: tuple[int, ...]
    owner_id: str | None = None
    unowned: bool = False

    @property
    def shape(self) -> "_Shape":
        """What its statements depend on."""
        return _Shape(inboxes=len(self.inbox_ids), owned=self.owner_id is not None, unowned=self.unowned)

    @property
    def values(self) -> dict[str, Any]:
        """What its statements are given."""
        inboxes = {f"inbox_{place}": inbox_id for place, inbox_id in enumerate(self.inbox_ids)}
        return {"workspace": self.workspace_id, "owner": self.owner_id, **inboxes}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    inboxes: int
    owned: bool
    unowned: bool

    def paths(self, status: Status, *, only_unread: bool = False) -> list[ColumnElement[bool]]:
        """A condition for each index, or part of one, that is read; constants are written out, so as to match it."""
        here = and_(
            col(Conversation.workspace_id) == bindparam("workspace"),
            col(Conversation.status) == written(status),
            *([col(Conversation.unread) > 0] if only_unread else []),
        )
        inboxes: list[BindParameter[int]] = [bindparam(f"inbox_{place}") for place in range(self.inboxes)]
        owner = col(Conversation.assignee_id)
        if self.owned:
            return [here & (owner == bindparam("owner")) & col(Conversation.inbox_id).in_(inboxes)]
        if status is Status.SNOOZED:  # which has an owner
            return [] if self.unowned else [here & (col(Conversation.inbox_id) == inbox) for inbox in inboxes]
        owners = [owner.is_(None)] if self.unowned else [owner.is_(None), owner.is_not(None)]
        return [here & (col(Conversation.inbox_id) == inbox) & which for inbox in inboxes for which in owners]

    def order(self, status: Status, rows: Any) -> list[ColumnElement[Any]]:
        """Closed ones by closing time, snoozed ones by when they awake.

        Open ones by waiting, unassigned and last activity, an owner's unread first.
        """
        if status is Status.CLOSED:
            return [rows.closed_at.desc(), rows.id.desc()]
        if status is Status.SNOOZED:
            return [rows.snoozed_until.asc().nulls_last(), rows.id.asc()]
        return [
            *([case((rows.unread > 0, 0), else_=1)] if self.owned else []),
            rows.waiting_since.asc().nulls_last(),
            rows.unassigned_since.asc().nulls_last(),
            rows.last_activity_at.desc(),
            rows.id.asc(),
        ]


async def count(session: AsyncSession, scope: Scope) -> Counts:
    """Count a queue by filter; unread ones only for an owner, who alone has a read mark."""
    connection = await session.connection()
    unread, open_, snoozed, closed = (await connection.execute(_counts(scope.shape), scope.values)).one()
    return Counts(unread=unread, open=open_, snoozed=snoozed, closed=closed)


@lru_cache(_SHAPES)
def _counts(shape: _Shape) -> Any:
    unread = _count(shape.paths(Status.OPEN, only_unread=True)) if shape.owned else written(0)
    return core_select(unread, *(_count(shape.paths(each)) for each in (Status.OPEN, Status.SNOOZED, Status.CLOSED)))


def _count(paths: Sequence[ColumnElement[bool]]) -> ScalarSelect[int] | ColumnElement[int]:
    if not paths:
        return written(0)
    rows = union_all(*(core_select(col(Conversation.id)).where(path) for path in paths)).subquery()
    counted = core_select(rows.c.id).limit(written(COUNTED_TO + 1)).subquery()
    return core_select(func.count()).select_from(counted).scalar_subquery()


async def list_(
    session: AsyncSession, scope: Scope, status: Status, *, only_unread: bool, offset: int, limit: int
) -> Sequence[tuple[Conversation, Contact, Inbox, Thread | None]]:
    """Some of those with a status, in their order; there are none that are snoozed without an owner."""
    if status is Status.SNOOZED and scope.unowned:
        return []
    rows = _page(scope.shape, status, only_unread=only_unread, offset=offset, limit=limit)
    found = (await session.exec(rows, params=scope.values)).all()
    return [(conversation, contact, inbox, thread) for conversation, contact, inbox, thread in found]


@lru_cache(_SHAPES)
def _page(shape: _Shape, status: Status, *, only_unread: bool, offset: int, limit: int) -> Any:
    paths = [
        core_select(*_ORDERED_BY)
        .where(path)
        .order_by(*shape.order(status, Conversation))
        .limit(written(offset + limit))
        .subquery()
        for path in shape.paths(status, only_unread=only_unread)
    ]
    first = union_all(*(core_select(path) for path in paths)).subquery()
    page = core_select(first.c.id).order_by(*shape.order(status, first.c)).offset(written(offset)).limit(written(limit))
    shown = page.subquery()
    return (
        select(Conversation, Contact, Inbox, Thread)
        .join(shown, shown.c.id == col(Conversation.id))
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
        .outerjoin(Thread, (col(Thread.conversation_id) == col(Conversation.id)) & col(Thread.is_current))
        .order_by(*shape.order(status, Conversation))
    )


async def backlogs(session: AsyncSession, workspace_id: int) -> dict[int, tuple[int, datetime | None]]:
    """By inbox: how many open conversations nobody owns, and since when the oldest waits. None: it is left out."""
    rows = (
        select(Conversation.inbox_id, func.count(), func.min(col(Conversation.waiting_since)))
        .where(col(Conversation.workspace_id) == workspace_id, IS_UNOWNED)
        .group_by(col(Conversation.inbox_id))
    )
    return {inbox_id: (total, oldest) for inbox_id, total, oldest in (await session.exec(rows)).all()}


async def backlog(session: AsyncSession, workspace_id: int, inbox_id: int) -> tuple[int, datetime | None]:
    """The same of one inbox."""
    rows = select(func.count(), func.min(col(Conversation.waiting_since))).where(
        col(Conversation.workspace_id) == workspace_id, col(Conversation.inbox_id) == inbox_id, IS_UNOWNED
    )
    total, oldest = (await session.exec(rows)).one()
    return total, oldest
