"""Webhooks as they came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import RawRequest
from storage.upsert import insert_new

_TURNS = 7_468_726_561_641  # any constant: the advisory lock of those who store several requests at once


async def store(session: AsyncSession, *, source: str, key: str, body: dict[str, Any], now: datetime) -> RawRequest:
    """Store a request once; a repeat gives the first one's row, locked."""
    await insert_new(session, RawRequest, source=source, key=key, body=body, received_at=now, attempts=0)
    rows = select(RawRequest).where(col(RawRequest.source) == source, col(RawRequest.key) == key)
    return (await session.exec(rows.with_for_update())).one()


async def take_turns(session: AsyncSession) -> None:
    """Wait for the other replicas' groups: two that lock the same conversations in another order would deadlock."""
    if session.get_bind().dialect.name == "postgresql":
        await (await session.connection()).exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURNS})")


async def list_unprocessed(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[RawRequest]:
    """Requests whose use case has not run through and may be tried again now, oldest first."""
    rows = select(RawRequest).where(
        col(RawRequest.processed_at).is_(None),
        or_(col(RawRequest.retry_at).is_(None), col(RawRequest.retry_at) <= now),
    )
    return (await session.exec(rows.order_by(col(RawRequest.id)).limit(limit))).all()


async def hurry(session: AsyncSession, error: str) -> None:
    """Have the requests that waited for this reason tried again at once, because it is gone."""
    waiting = select(RawRequest.id).where(col(RawRequest.processed_at).is_(None), col(RawRequest.error) == error)
    idle = waiting.with_for_update(skip_locked=True)  # whoever holds one may wait for what we hold
    await session.exec(update(RawRequest).where(col(RawRequest.id).in_(idle)).values(retry_at=None))


async def lock(session: AsyncSession, request_id: int) -> RawRequest | None:
    """One request, if it is still unprocessed and nobody else is at it."""
    rows = select(RawRequest).where(col(RawRequest.id) == request_id, col(RawRequest.processed_at).is_(None))
    return (await session.exec(rows.with_for_update(skip_locked=True))).one_or_none()
