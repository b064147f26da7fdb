"""Slack workspaces."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Workspace
from storage.upsert import insert


async def ensure(
    session: AsyncSession, *, team_id: str, name: str, url: str, bot_user_id: str, now: datetime
) -> Workspace:
    """Store the workspace as Slack tells it now."""
    told = {"name": name, "url": url, "bot_user_id": bot_user_id}
    row = insert(session, Workspace).values(team_id=team_id, created_at=now, **told)
    await session.exec(row.on_conflict_do_update(index_elements=["team_id"], set_=told))
    return await get(session, team_id)


async def get(session: AsyncSession, team_id: str) -> Workspace:
    """The workspace with this Slack team id."""
    return (await session.exec(select(Workspace).where(col(Workspace.team_id) == team_id))).one()


async def find_only(session: AsyncSession) -> Workspace | None:
    """The workspace, if there is exactly one."""
    found = (await session.exec(select(Workspace).limit(2))).all()
    return found[0] if len(found) == 1 else None


async def get_by_id(session: AsyncSession, workspace_id: int) -> Workspace:
    """The workspace with our own id."""
    return await session.get_one(Workspace, workspace_id)
