"""The deliveries that may be taken next: the head of each stream, and of these one for each lane."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, bindparam, case, cast, func, or_
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Delivery, Lane
from storage.states import UNFINISHED, DeliveryState
from storage.written import written

HORIZON_SECONDS = 1.0


def is_unfinished(rows: Any) -> ColumnElement[bool]:
    """In so many words, as the partial indexes say it: for a parameter neither database would use them."""
    return col(rows.state).in_([written(state) for state in UNFINISHED])


async def list_(
    session: AsyncSession,
    spent: frozenset[tuple[int, str]],
    kinds: frozenset[str],
    looked_for: frozenset[str],
    *,
    clock: float,
    now: datetime,
    limit: int,
) -> Sequence[Any]:
    """What may be taken within a second: one row per lane, the oldest head of a stream, and drawings after them.

    Of these `kinds` only, and not what is `spent`, kinds of a workspace. What has to be looked for is in no lane, since
    a look needs no pace and may take long: of the kinds `looked_for`. Rows of id, kind, is_look, due_at and not_before.
    """
    at = {
        "clock": clock,
        "horizon": clock + HORIZON_SECONDS,
        "now": now,
        "soon": now + timedelta(seconds=HORIZON_SECONDS),
        "most": limit,
    }
    rows: Sequence[Any] = (await (await session.connection()).execute(_query(spent, kinds, looked_for), at)).all()
    return rows


@lru_cache(maxsize=64)
def _query(spent: frozenset[tuple[int, str]], kinds: frozenset[str], looked_for: frozenset[str]) -> Select[Any]:
    """Made once for each set of what may be taken, since building it takes longer than executing it."""
    other = aliased(Delivery)
    waits = col(Delivery.state) == written(DeliveryState.WAITING)
    lane = case((waits, col(Delivery.lane)), else_=None)
    head = (
        select(func.min(other.position))
        .where(col(other.stream) == col(Delivery.stream), is_unfinished(other))
        .correlate(Delivery)
        .scalar_subquery()
    )
    ready_at = func.coalesce(Lane.ready_at, 0.0)
    lease_until = func.coalesce(Lane.lease_until, 0.0)
    latest = case((ready_at > lease_until, ready_at), else_=lease_until)
    own = case(
        (col(Delivery.ready_at) > col(Delivery.lease_until), col(Delivery.ready_at)), else_=col(Delivery.lease_until)
    )
    due_at = case((own > latest, own), else_=latest)
    held = col(Delivery.not_before)
    place = func.row_number().over(
        partition_by=func.coalesce(lane, cast(col(Delivery.id), String)),
        order_by=(
            or_(own > bindparam("clock"), held.is_not(None) & (held > bindparam("now"))),
            col(Delivery.created_at),
            col(Delivery.position),
        ),
    )
    heads = (
        core_select(
            col(Delivery.id).label("id"),
            col(Delivery.kind).label("kind"),
            (~waits).label("is_look"),
            due_at.label("due_at"),
            held.label("not_before"),
            col(Delivery.created_at).label("created_at"),
            col(Delivery.lane).label("lane"),
            place.label("place"),
        )
        .outerjoin(Lane, col(Lane.key) == lane)
        .where(
            is_unfinished(Delivery),
            due_at <= bindparam("horizon"),
            or_(held.is_(None), held <= bindparam("soon")),
            or_(col(Delivery.stream).is_(None), col(Delivery.position) == head),
            or_(~waits, col(Delivery.kind).in_(sorted(kinds))),
            or_(waits, col(Delivery.kind).in_(sorted(looked_for))),
            *(
                ~(waits & (col(Delivery.workspace_id) == one) & (col(Delivery.kind) == kind))
                for one, kind in sorted(spent)
            ),
        )
        .subquery()
    )
    return (
        core_select(heads.c.id, heads.c.kind, heads.c.is_look, heads.c.due_at, heads.c.not_before)
        .where(heads.c.place == 1)
        .order_by(heads.c.lane.is_(None), heads.c.due_at, heads.c.created_at)
        .limit(bindparam("most", type_=Integer))
    )
