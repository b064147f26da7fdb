"""How much each rep has to do, as counts: nobody's conversations are listed for another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func
from sqlalchemy import select as core_select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.conversations import IS_UNOWNED
from storage.models import Conversation, Inbox, Membership, Person
from storage.people import MAY_OWN
from storage.states import Status
from storage.written import written


@dataclass(frozen=True, slots=True)
class Load:
    """How many open conversations somebody owns, and in how many of these something is unread."""

    user_id: str
    open: int
    unread: int


async def list_(session: AsyncSession, workspace_id: int, inbox_ids: Sequence[int]) -> list[Load]:
    """The load of everybody who owns something open in these inboxes."""
    rows = (await (await session.connection()).execute(_owned(workspace_id, inbox_ids))).all()
    return [Load(owner, open_, unread) for owner, open_, unread in rows]


async def count_unowned(session: AsyncSession, workspace_id: int, inbox_ids: Sequence[int]) -> int:
    """How many open conversations of these inboxes nobody owns."""
    rows = core_select(func.count()).where(
        col(Conversation.workspace_id) == workspace_id,
        col(Conversation.inbox_id).in_(inbox_ids),
        IS_UNOWNED,
    )
    return int((await (await session.connection()).execute(rows)).scalar_one())


async def list_busiest(session: AsyncSession, inbox: Inbox, *, limit: int) -> tuple[list[tuple[str, int, int]], int]:
    """The busiest of those who may own work of an inbox: name, open and unread; and how many reps there are in all."""
    owned = _owned(inbox.workspace_id, [inbox.id]).subquery()
    number = func.coalesce(owned.c.open, 0)
    rows = (
        core_select(col(Person.name), number, func.coalesce(owned.c.unread, 0), func.count().over())
        .join(
            Membership,
            (col(Membership.workspace_id) == col(Person.workspace_id))
            & (col(Membership.user_id) == col(Person.user_id)),
        )
        .outerjoin(owned, owned.c.owner == col(Person.user_id))
        .where(
            col(Person.workspace_id) == inbox.workspace_id,
            col(Membership.channel_id) == inbox.channel_id,
            MAY_OWN,
        )
        .order_by(number.desc(), col(Person.sought), col(Person.user_id))
        .limit(limit)
    )
    found = (await (await session.connection()).execute(rows)).all()
    return [(name, open_, unread) for name, open_, unread, _ in found], found[0][3] if found else 0


def _owned(workspace_id: int, inbox_ids: Sequence[int]) -> Any:
    owner = col(Conversation.assignee_id)
    return (
        core_select(
            owner.label("owner"),
            func.count().label("open"),
            func.sum(case((col(Conversation.unread) > 0, 1), else_=0)).label("unread"),
        )
        .where(
            col(Conversation.workspace_id) == workspace_id,
            col(Conversation.inbox_id).in_(inbox_ids),
            col(Conversation.status) == written(Status.OPEN),
            owner.is_not(None),
        )
        .group_by(owner)
    )
