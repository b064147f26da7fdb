"""Who has opened the App Home, and which part of their queue it shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Home, Inbox, Membership, Person
from storage.people import MAY_OWN
from storage.upsert import insert


async def find(session: AsyncSession, workspace_id: int, user_id: str) -> Home | None:
    """Somebody's Home, if they have ever opened it."""
    return await session.get(Home, (workspace_id, user_id))


async def keep(session: AsyncSession, workspace_id: int, user_id: str, *, now: datetime, **shown: Any) -> None:
    """Note that somebody looks at their Home, and what they have chosen to see there: `filter`, `page`."""
    new = {"filter": "all", "page": 0, "shown": "", **shown, "opened_at": now}
    row = insert(session, Home).values(workspace_id=workspace_id, user_id=user_id, **new)
    told = {"opened_at": now, **shown}
    await session.exec(row.on_conflict_do_update(index_elements=["workspace_id", "user_id"], set_=told))


async def list_watched(
    session: AsyncSession, workspace_id: int, *, since: datetime
) -> Sequence[tuple[Home, int | None]]:
    """The Homes that were opened since then, each with every inbox that its reader may see; with None for none."""
    seen = (
        select(Membership.user_id, col(Inbox.id).label("inbox_id"))
        .join(
            Inbox,
            (col(Inbox.workspace_id) == col(Membership.workspace_id))
            & (col(Inbox.channel_id) == col(Membership.channel_id)),
        )
        .join(
            Person,
            (col(Person.workspace_id) == col(Membership.workspace_id))
            & (col(Person.user_id) == col(Membership.user_id)),
        )
        .where(col(Membership.workspace_id) == workspace_id, MAY_OWN)
        .subquery()
    )
    rows = (
        select(Home, seen.c.inbox_id)
        .join(seen, seen.c.user_id == col(Home.user_id), isouter=True)
        .where(col(Home.workspace_id) == workspace_id, col(Home.opened_at) >= since)
        .order_by(col(Home.user_id), seen.c.inbox_id)
    )
    return [(home, inbox_id) for home, inbox_id in (await session.exec(rows)).all()]
