"""Webhooks as they came: stored first, used in their order, kept until they could be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, String, bindparam, cast, func, or_, update
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import RawRequest
from storage.upsert import insert

BLOCKING_ATTEMPTS = 6  # with their back-off, half a minute in which what comes after a failed request waits for it
_FAIR_AMONG = 1000
_TURNS = 7_468_726_561_641  # any constant: the advisory lock of those who use several requests in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A webhook: unique by its sender's `key`. Those of one `stream` are used in the order in which they came."""

    source: str
    key: str
    body: dict[str, Any]
    stream: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A webhook as it is stored."""

    id: int
    source: str
    stream: str | None
    body: dict[str, Any]
    received_at: datetime
    attempts: int
    is_used: bool


# Made once, since building a statement costs more than executing it.
_WAITING = select(RawRequest.stream).where(
    col(RawRequest.processed_at).is_(None),
    col(RawRequest.attempts) < BLOCKING_ATTEMPTS,
    col(RawRequest.stream).in_(bindparam("streams", expanding=True)),
    col(RawRequest.key).not_in(bindparam("keys", expanding=True)),
)
_EARLIER = (
    select(RawRequest.id)
    .where(
        col(RawRequest.stream) == bindparam("stream"),
        col(RawRequest.id) < bindparam("id"),
        col(RawRequest.processed_at).is_(None),
        col(RawRequest.attempts) < BLOCKING_ATTEMPTS,
        col(RawRequest.id).not_in(bindparam("besides", expanding=True)),
    )
    .limit(1)
)
_STORED = (
    col(RawRequest.id),
    col(RawRequest.source),
    col(RawRequest.stream),
    col(RawRequest.body),
    col(RawRequest.received_at),
    col(RawRequest.attempts),
    col(RawRequest.processed_at).is_not(None).label("is_used"),
)
_IS_DUE = col(RawRequest.processed_at).is_(None) & or_(
    col(RawRequest.retry_at).is_(None), col(RawRequest.retry_at) <= bindparam("now")
)


def _due() -> Any:
    earlier = aliased(RawRequest)
    waits = (
        select(earlier.id)
        .where(
            col(earlier.stream) == col(RawRequest.stream),
            col(earlier.id) < col(RawRequest.id),
            col(earlier.processed_at).is_(None),
            col(earlier.attempts) < BLOCKING_ATTEMPTS,
            col(earlier.retry_at) > bindparam("now"),
        )
        .exists()
    )
    oldest = (
        select(RawRequest.id, RawRequest.stream)
        .where(_IS_DUE, ~waits)
        .order_by(col(RawRequest.id))
        .limit(_FAIR_AMONG)
        .subquery()
    )
    whose = func.coalesce(oldest.c.stream, cast(oldest.c.id, String))
    turn = func.row_number().over(partition_by=whose, order_by=oldest.c.id)
    turns = core_select(oldest.c.id, turn.label("turn")).subquery()
    return (
        core_select(*_STORED)
        .join(turns, turns.c.id == col(RawRequest.id))
        .where(_IS_DUE)
        .order_by(turns.c.turn, col(RawRequest.id))
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=RawRequest)
    )


_DUE = _due()
_USED = (
    update(RawRequest)
    .where(col(RawRequest.id).in_(bindparam("ids", expanding=True)))
    .values(processed_at=bindparam("now"), attempts=col(RawRequest.attempts) + 1, error=None)
)


@cache
def _store(new: Any) -> Any:
    return new.on_conflict_do_nothing().returning(col(RawRequest.id), col(RawRequest.source), col(RawRequest.key))


async def store(session: AsyncSession, requests: Sequence[Request], *, now: datetime) -> dict[tuple[str, str], int]:
    """Store requests in one statement; the ids of those that are new, by source and key."""
    values = [
        {
            "source": one.source,
            "key": one.key,
            "stream": one.stream,
            "body": one.body,
            "received_at": now,
            "attempts": 0,
        }
        for one in {(one.source, one.key): one for one in requests}.values()
    ]
    stored = await (await session.connection()).execute(_store(insert(session, RawRequest)), values)
    return {(source, key): id_ for id_, source, key in stored.all()}


async def load(
    session: AsyncSession, requests: Sequence[Request], new: Mapping[tuple[str, str], int], *, now: datetime
) -> list[Stored]:
    """Requests that were just stored, in order; a repeat gets the first one's row, locked."""
    return [
        Stored(
            id=new[one.source, one.key],
            source=one.source,
            stream=one.stream,
            body=one.body,
            received_at=now,
            attempts=0,
            is_used=False,
        )
        if (one.source, one.key) in new
        else await _lock(session, one.source, one.key)
        for one in requests
    ]


async def _lock(session: AsyncSession, source: str, key: str) -> Stored:
    rows = core_select(*_STORED).where(col(RawRequest.source) == source, col(RawRequest.key) == key)
    found = await (await session.connection()).execute(rows.with_for_update())
    return Stored(**found.mappings().one())


async def blocked(session: AsyncSession, requests: Sequence[Request]) -> set[str]:
    """Those of the streams of these requests in which an earlier one still waits to be used."""
    streams = [one.stream for one in requests if one.stream]
    if not streams:
        return set()
    about = {"streams": streams, "keys": [one.key for one in requests]}
    return {stream for stream in (await session.exec(_WAITING, params=about)).all() if stream}


class Overtaking(Exception):
    """An earlier request of the same stream is still to be used."""


async def require_turn(session: AsyncSession, row: Stored, *, besides: Sequence[int]) -> None:
    """Raise Overtaking when an earlier request of its stream waits, apart from some that this transaction uses.

    Ask it with what the stream is about locked: what another replica could not use in the meantime is seen then.
    """
    if row.stream is None or session.get_bind().dialect.name != "postgresql":
        return
    about = {"stream": row.stream, "id": row.id, "besides": list(besides)}
    if (await session.exec(_EARLIER, params=about)).first() is not None:
        raise Overtaking


async def list_due(session: AsyncSession, *, now: datetime, limit: int) -> list[Stored]:
    """Requests to be used now, locked: the first of each stream in the order in which they came, then the second.

    Those without a stream wait for none. Not those that somebody is at, nor those behind one of their stream that has
    to wait.
    """
    rows = await (await session.connection()).execute(_DUE, {"now": now, "most": limit})
    return [Stored(**row) for row in rows.mappings().all()]


async def used(session: AsyncSession, ids: Sequence[int], *, now: datetime) -> None:
    """Write down that the use cases of these requests have run through."""
    if ids:
        await (await session.connection()).execute(_USED, {"ids": ids, "now": now})


async def forget(session: AsyncSession, request_id: int) -> None:
    """Keep a request's id and nothing of what it says."""
    await session.exec(update(RawRequest).where(col(RawRequest.id) == request_id).values(body={}))


async def put_off(session: AsyncSession, request_id: int, *, error: str, retry_at: datetime) -> None:
    """Keep a request whose use case could not run, to be tried again."""
    rows = update(RawRequest).where(col(RawRequest.id) == request_id)
    await session.exec(rows.values(attempts=col(RawRequest.attempts) + 1, error=error, retry_at=retry_at))


async def hurry(session: AsyncSession, error: str) -> None:
    """Have the requests that waited for this reason tried again at once, because it is gone."""
    waiting = select(RawRequest.id).where(col(RawRequest.processed_at).is_(None), col(RawRequest.error) == error)
    idle = waiting.with_for_update(skip_locked=True)  # whoever holds one may wait for what we hold
    await session.exec(update(RawRequest).where(col(RawRequest.id).in_(idle)).values(retry_at=None))


async def is_our_turn(session: AsyncSession) -> bool:
    """Whether no other replica is at it: two that lock the same conversations in another order would deadlock."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    connection = await session.connection()
    return bool((await connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({_TURNS})")).scalar_one())
