"""What somebody has to hand off, and to whom it can go. An owner's conversations are listed for that owner alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Contact, Conversation, Inbox, Membership, Person
from storage.people import MAY_OWN
from storage.states import Status
from storage.written import written

_OPEN, _SNOOZED = written(Status.OPEN), written(Status.SNOOZED)
_LONGEST_WAITING = (
    case((col(Conversation.status) == _OPEN, 0), else_=1),
    col(Conversation.waiting_since).asc().nulls_last(),
    col(Conversation.last_activity_at).asc(),
    col(Conversation.id).asc(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much somebody owns in some inboxes: open, of these unread, and snoozed."""

    open: int
    unread: int
    snoozed: int


async def count(session: AsyncSession, workspace_id: int, owner_id: str, inbox_ids: Sequence[int]) -> Counts:
    """How much somebody owns."""
    is_open = col(Conversation.status) == _OPEN
    rows = select(
        func.count().filter(is_open),
        func.count().filter(is_open & (col(Conversation.unread) > 0)),
        func.count().filter(~is_open),
    ).where(*_owned(workspace_id, owner_id, inbox_ids, with_snoozed=True))
    open_, unread, snoozed = (await session.exec(rows)).one()
    return Counts(open=open_, unread=unread, snoozed=snoozed)


async def list_ids(
    session: AsyncSession, workspace_id: int, owner_id: str, inbox_ids: Sequence[int], *, most: int | None = None
) -> Sequence[int]:
    """The `most` open conversations of an owner that wait longest; without a number all, and those that are snoozed."""
    rows = (
        select(Conversation.id)
        .where(*_owned(workspace_id, owner_id, inbox_ids, with_snoozed=most is None))
        .order_by(*_LONGEST_WAITING)
    )
    return (await session.exec(rows if most is None else rows.limit(most))).all()


async def list_in(
    session: AsyncSession, workspace_id: int, conversation_ids: Sequence[int], inbox_ids: Sequence[int]
) -> Sequence[int]:
    """Those of some conversations that are in these inboxes, whoever owns them, longest waiting first."""
    rows = (
        select(Conversation.id)
        .where(
            col(Conversation.workspace_id) == workspace_id,
            col(Conversation.id).in_(conversation_ids),
            col(Conversation.inbox_id).in_(inbox_ids),
        )
        .order_by(*_LONGEST_WAITING)
    )
    return (await session.exec(rows)).all()


async def list_open(
    session: AsyncSession, workspace_id: int, owner_id: str, inbox_ids: Sequence[int], *, limit: int
) -> list[tuple[Conversation, Contact, Inbox]]:
    """An owner's open conversations, longest waiting first."""
    rows = (
        select(Conversation, Contact, Inbox)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
        .where(*_owned(workspace_id, owner_id, inbox_ids, with_snoozed=False))
        .order_by(*_LONGEST_WAITING)
        .limit(limit)
    )
    return [(conversation, contact, inbox) for conversation, contact, inbox in (await session.exec(rows)).all()]


def _owned(
    workspace_id: int, owner_id: str, inbox_ids: Sequence[int], *, with_snoozed: bool
) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Conversation.workspace_id) == workspace_id,
        col(Conversation.assignee_id) == owner_id,
        col(Conversation.status).in_([_OPEN, _SNOOZED] if with_snoozed else [_OPEN]),
        col(Conversation.inbox_id).in_(inbox_ids),
    )


async def list_inboxes(
    session: AsyncSession, workspace_id: int, owner_id: str, inbox_ids: Sequence[int]
) -> Sequence[Inbox]:
    """Those of some inboxes in which somebody owns open or snoozed conversations."""
    owned = select(Conversation.inbox_id).where(*_owned(workspace_id, owner_id, inbox_ids, with_snoozed=True))
    return (await session.exec(select(Inbox).where(col(Inbox.id).in_(owned)).order_by(col(Inbox.id)))).all()


async def list_reps(
    session: AsyncSession, workspace_id: int, channel_ids: Sequence[str], *, matching: str, limit: int
) -> list[tuple[Person, int]]:
    """Who may own work in any of these channels, by name, and in how many; those with a name that matches."""
    where = (
        select(Membership.user_id, func.count().label("channels"))
        .where(col(Membership.workspace_id) == workspace_id, col(Membership.channel_id).in_(channel_ids))
        .group_by(col(Membership.user_id))
        .subquery()
    )
    rows = (
        select(Person, where.c.channels)
        .join(where, where.c.user_id == col(Person.user_id))
        .where(
            col(Person.workspace_id) == workspace_id,
            MAY_OWN,
            col(Person.sought).contains(matching.casefold(), autoescape=True),
        )
        .order_by(col(Person.sought), col(Person.user_id))
        .limit(limit)
    )
    return [(person, channels) for person, channels in (await session.exec(rows)).all()]
