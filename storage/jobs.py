"""Scheduled jobs: claimed in the database, so that each runs once however many replicas there are."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Job
from storage.upsert import insert_new, rows_changed


async def claim(session: AsyncSession, name: str, *, every: timedelta, now: datetime) -> bool:
    """True for the one replica that is to run the job now; `every` is how often it may run.

    Also when it last ran far ahead of now, by a clock that was wrong.
    """
    await insert_new(session, Job, name=name, ran_at=datetime.fromtimestamp(0, UTC))
    result = await session.exec(
        update(Job)
        .where(col(Job.name) == name, or_(col(Job.ran_at) <= now - every * 0.9, col(Job.ran_at) > now + every))
        .values(ran_at=now)
    )
    return rows_changed(result) == 1
