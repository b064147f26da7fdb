"""Budgets of API methods, per workspace: what Slack allows in a minute, and its Retry-After when it was too much."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Float, bindparam, case, literal_column, true, update
from sqlalchemy import select as core_select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import clock_of
from storage.models import RateLimit
from storage.upsert import insert_new, rows_changed

_NEVER = 1e12  # seconds since 1970
_CLOCK: BindParameter[float] = bindparam("clock", type_=Float)
_SPEND = (
    update(RateLimit)
    .where(
        col(RateLimit.workspace_id) == bindparam("of_workspace"),
        col(RateLimit.method) == bindparam("of_method"),
        col(RateLimit.blocked_until) <= _CLOCK,
        col(RateLimit.spent_until) <= bindparam("latest", type_=Float),
    )
    .values(
        spent_until=case((col(RateLimit.spent_until) > _CLOCK, col(RateLimit.spent_until)), else_=_CLOCK)
        + bindparam("interval", type_=Float)
    )
)


@cache
def _look(clock: str) -> Any:
    """A row for each budget, or one without any. Made once for each database."""
    always = core_select(literal_column(clock, Float).label("clock")).subquery()
    rows = core_select(always.c.clock, RateLimit).select_from(always).outerjoin(RateLimit, true())
    return rows.execution_options(populate_existing=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a method may be called: at most `per_minute` in any minute, `burst` of them at once."""

    per_minute: int
    burst: int

    @property
    def interval(self) -> float:
        """Seconds between calls once the burst is spent, so that no minute ever holds more than `per_minute`."""
        return 60.0 / (self.per_minute - self.burst)

    @property
    def leeway(self) -> float:
        """How many seconds ahead of the clock a budget may be spent: the burst."""
        return (self.burst - 1) * self.interval


async def look(session: AsyncSession) -> tuple[float, list[RateLimit]]:
    """The database's clock, and every budget as it stands, to see which kinds of work have to wait."""
    rows = (await session.exec(_look(clock_of(session)))).all()
    return rows[0][0], [budget for _, budget in rows if budget is not None]


def wait(budget: RateLimit, limit: Limit | None, *, clock: float) -> float:
    """Seconds until a method may be called again; none or fewer: now."""
    seconds = budget.blocked_until - clock
    return seconds if limit is None else max(seconds, budget.spent_until - clock - limit.leeway)


async def spend(session: AsyncSession, workspace_id: int, method: str, limit: Limit | None, *, clock: float) -> bool:
    """Spend one call of a method's budget; False when none is left, and then nothing is spent."""
    return await _spend(session, workspace_id, method, limit, clock) or (
        await _open(session, workspace_id, method) and await _spend(session, workspace_id, method, limit, clock)
    )


async def _spend(session: AsyncSession, workspace_id: int, method: str, limit: Limit | None, clock: float) -> bool:
    """One statement, which replicas that spend at the same moment take one after the other."""
    asked = {
        "of_workspace": workspace_id,
        "of_method": method,
        "clock": clock,
        "latest": clock + limit.leeway if limit else _NEVER,
        "interval": limit.interval if limit else 0.0,
    }
    return rows_changed(await (await session.connection()).execute(_SPEND, asked)) == 1


async def _open(session: AsyncSession, workspace_id: int, method: str) -> bool:
    return await insert_new(
        session, RateLimit, workspace_id=workspace_id, method=method, spent_until=0.0, blocked_until=0.0
    )


async def block(session: AsyncSession, workspace_id: int, method: str, *, until: float) -> None:
    """Obey a Retry-After: nobody calls the method for this workspace until then, on the database's clock."""
    budget = update(RateLimit).where(col(RateLimit.workspace_id) == workspace_id, col(RateLimit.method) == method)
    await session.exec(budget.values(blocked_until=until))
