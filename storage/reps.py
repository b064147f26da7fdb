"""What managers, or they themselves, have said of those who own work: new, how much they take, skills, away."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Rep
from storage.upsert import insert


async def find(session: AsyncSession, workspace_id: int, user_id: str) -> Rep:
    """What is said of somebody; one of whom nothing is said is nothing special. What is changed in it is not stored."""
    known = await session.get(Rep, (workspace_id, user_id))
    return known or Rep(workspace_id=workspace_id, user_id=user_id)


async def keep(session: AsyncSession, workspace_id: int, user_id: str, **said: Any) -> None:
    """Store what is said of somebody: `is_new`, `capacity`, `skills`, `away_since`, `away_until`."""
    row = insert(session, Rep).values(
        **{"is_new": False, "skills": []} | said, workspace_id=workspace_id, user_id=user_id
    )
    await session.exec(row.on_conflict_do_update(index_elements=["workspace_id", "user_id"], set_=said))


async def list_(session: AsyncSession, workspace_id: int, user_ids: Iterable[str]) -> dict[str, Rep]:
    """What is said of some, by user id; who is nothing special is left out."""
    rows = select(Rep).where(col(Rep.workspace_id) == workspace_id, col(Rep.user_id).in_(list(user_ids)))
    return {rep.user_id: rep for rep in (await session.exec(rows)).all()}


async def list_away(session: AsyncSession, workspace_id: int, *, now: datetime) -> Sequence[Rep]:
    """Those who are away now."""
    rows = select(Rep).where(
        col(Rep.workspace_id) == workspace_id,
        col(Rep.away_since).is_not(None),
        or_(col(Rep.away_until).is_(None), col(Rep.away_until) > now),
    )
    return (await session.exec(rows.order_by(col(Rep.user_id)))).all()


async def list_skilled(session: AsyncSession, workspace_id: int, skills: Iterable[str]) -> list[str]:
    """Who has one of these skills, in whatever case they are written."""
    wanted = {skill.casefold() for skill in skills}
    if not wanted:
        return []
    rows = select(Rep).where(col(Rep.workspace_id) == workspace_id)
    found = (await session.exec(rows)).all()
    return [rep.user_id for rep in found if wanted & {skill.casefold() for skill in rep.skills}]


async def is_new(session: AsyncSession, workspace_id: int, user_id: str) -> bool:
    """Whether somebody is marked as new."""
    return (await find(session, workspace_id, user_id)).is_new


def is_away(rep: Rep | None, now: datetime) -> bool:
    """Whether somebody has said that they are away, and until later than now."""
    return rep is not None and rep.away_since is not None and (rep.away_until is None or rep.away_until > now)
