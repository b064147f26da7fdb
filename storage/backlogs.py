"""What was last said about each inbox's backlog, how large it was when, and who has how much to do."""

from datetime import datetime

from sqlalchemy import delete, func, or_
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import BacklogAlert, BacklogSample, Inbox
from storage.upsert import insert_new


async def lock(session: AsyncSession, inbox_id: int) -> BacklogAlert:
    """The last word about an inbox's backlog, locked: of several replicas one speaks."""
    return await session.get_one(BacklogAlert, inbox_id, with_for_update=True, populate_existing=True)


async def lock_all(session: AsyncSession, workspace_id: int) -> dict[int, BacklogAlert]:
    """The same of every inbox of a workspace, by inbox."""
    rows = select(BacklogAlert).where(col(BacklogAlert.workspace_id) == workspace_id)
    locked = rows.order_by(col(BacklogAlert.inbox_id)).with_for_update()
    return {alert.inbox_id: alert for alert in (await session.exec(locked)).all()}


async def get(session: AsyncSession, inbox_id: int) -> BacklogAlert:
    """The same, only to look at."""
    return await session.get_one(BacklogAlert, inbox_id)


async def find_at(session: AsyncSession, workspace_id: int, channel_id: str, ts: str) -> BacklogAlert | None:
    """The alert that stands at this ts, locked."""
    rows = select(BacklogAlert).where(
        col(BacklogAlert.workspace_id) == workspace_id,
        col(BacklogAlert.channel_id) == channel_id,
        col(BacklogAlert.ts) == ts,
    )
    return (await session.exec(rows.with_for_update())).one_or_none()


async def add_sample(session: AsyncSession, inbox: Inbox, count: int, *, at: datetime, keep_since: datetime) -> None:
    """Write down how large a backlog is from now on, and forget what it was before `keep_since`."""
    await insert_new(session, BacklogSample, inbox_id=inbox.id, workspace_id=inbox.workspace_id, at=at, count=count)
    of_inbox = col(BacklogSample.inbox_id) == inbox.id
    last = core_select(func.max(BacklogSample.at)).where(of_inbox, col(BacklogSample.at) <= keep_since)
    await session.exec(delete(BacklogSample).where(of_inbox, col(BacklogSample.at) < last.scalar_subquery()))


async def list_samples(session: AsyncSession, inbox: Inbox, *, since: datetime) -> list[tuple[datetime, int]]:
    """How large a backlog was, from each time to the next, beginning with what it was at `since` if that is known."""
    of_inbox = col(BacklogSample.inbox_id) == inbox.id
    last = core_select(func.max(BacklogSample.at)).where(of_inbox, col(BacklogSample.at) <= since)
    rows = (
        select(BacklogSample.at, BacklogSample.count)
        .where(of_inbox, or_(col(BacklogSample.at) >= since, col(BacklogSample.at) == last.scalar_subquery()))
        .order_by(col(BacklogSample.at))
    )
    return list((await session.exec(rows)).all())
