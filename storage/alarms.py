"""What managers were told is wrong and is not over: a row for each trouble, so that of several replicas one tells."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Alarm
from storage.upsert import insert_new, rows_changed


async def raise_(session: AsyncSession, workspace_id: int, what: str, reason: str | None, *, now: datetime) -> bool:
    """Note a trouble; True for the one replica that is to tell of it."""
    return await insert_new(session, Alarm, workspace_id=workspace_id, what=what, reason=reason, raised_at=now)


async def clear(session: AsyncSession, alarm: Alarm) -> bool:
    """Note that a trouble is over; True for the one replica that is to tell of it."""
    mine = (col(Alarm.workspace_id) == alarm.workspace_id, col(Alarm.what) == alarm.what)
    return rows_changed(await session.exec(delete(Alarm).where(*mine))) == 1


async def list_(session: AsyncSession, workspace_id: int) -> Sequence[Alarm]:
    """What is wrong in a workspace, the oldest first."""
    rows = select(Alarm).where(col(Alarm.workspace_id) == workspace_id)
    return (await session.exec(rows.order_by(col(Alarm.raised_at), col(Alarm.what)))).all()
