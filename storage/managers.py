"""Who the managers are, and why: named in the settings, members of a user group, or picked in Slack."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Manager, Person
from storage.upsert import insert_new

SETTINGS = "settings"
PICKED = "picked"


async def keep(session: AsyncSession, workspace_id: int, source: str, user_ids: Iterable[str]) -> None:
    """Have exactly these be managers for this reason."""
    told = set(user_ids)
    of_source = (col(Manager.workspace_id) == workspace_id, col(Manager.source) == source)
    await session.exec(delete(Manager).where(*of_source, col(Manager.user_id).not_in(told)))
    for user_id in sorted(told):
        await insert_new(session, Manager, workspace_id=workspace_id, user_id=user_id, source=source)


async def pick(session: AsyncSession, workspace_id: int, user_id: str, *, is_manager: bool) -> None:
    """Have somebody be picked as a manager, or not any more; the others stay as they are."""
    if is_manager:
        await insert_new(session, Manager, workspace_id=workspace_id, user_id=user_id, source=PICKED)
        return
    picked = (col(Manager.workspace_id) == workspace_id, col(Manager.source) == PICKED)
    await session.exec(delete(Manager).where(*picked, col(Manager.user_id) == user_id))


async def forget_groups(session: AsyncSession, workspace_id: int, *, besides: Sequence[str]) -> None:
    """Have nobody be a manager for being in a user group that the settings do not name any more."""
    kept = (SETTINGS, PICKED, *besides)
    await session.exec(
        delete(Manager).where(col(Manager.workspace_id) == workspace_id, col(Manager.source).not_in(kept))
    )


async def list_(session: AsyncSession, workspace_id: int, *, source: str | None = None) -> list[str]:
    """Their user ids, for whatever reason or for one, without those who left the workspace."""
    rows = (
        select(Manager.user_id)
        .outerjoin(
            Person,
            (col(Person.workspace_id) == col(Manager.workspace_id)) & (col(Person.user_id) == col(Manager.user_id)),
        )
        .where(col(Manager.workspace_id) == workspace_id, col(Person.is_deactivated).is_not(True))
        .order_by(col(Manager.user_id))
        .distinct()
    )
    if source is not None:
        rows = rows.where(col(Manager.source) == source)
    return list((await session.exec(rows)).all())


async def list_acting(session: AsyncSession, workspace_id: int) -> list[str]:
    """The same, and where there is none, the workspace's admins."""
    admins = select(Person.user_id).where(
        col(Person.workspace_id) == workspace_id, col(Person.is_admin), col(Person.is_deactivated).is_(False)
    )
    return await list_(session, workspace_id) or list((await session.exec(admins)).all())


async def is_one(session: AsyncSession, workspace_id: int, user_id: str) -> bool:
    """Whether somebody is one of these."""
    return user_id in await list_acting(session, workspace_id)
