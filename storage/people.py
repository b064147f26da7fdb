"""The directory: people, who is in which channel, and what channels are called."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, case, delete, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Channel, Membership, Person, Rep
from storage.upsert import insert, insert_new

IDS = ("U", "W")  # with which ids of people begin

# Who may own work, as far as it does not depend on the inbox: a colleague, and no guest.
MAY_OWN = ~(col(Person.is_bot) | col(Person.is_guest) | col(Person.is_stranger) | col(Person.is_deactivated))


async def store(session: AsyncSession, persons: Sequence[Person]) -> None:
    """Store people as Slack tells of them now."""
    row = insert(session, Person)
    told = {name: row.excluded[name] for name in Person.model_fields}
    stored = row.on_conflict_do_update(index_elements=["workspace_id", "user_id"], set_=told)
    await (await session.connection()).execute(stored, [person.model_dump() for person in persons])


async def find(session: AsyncSession, workspace_id: int, user_id: str) -> Person | None:
    """A person by Slack user id."""
    return await session.get(Person, (workspace_id, user_id))


async def names(session: AsyncSession, workspace_id: int, user_ids: Iterable[str]) -> dict[str, str]:
    """Names by user id, of those the directory knows."""
    rows = select(Person.user_id, Person.name).where(
        col(Person.workspace_id) == workspace_id, col(Person.user_id).in_(list(user_ids))
    )
    return dict((await session.exec(rows)).all())


async def join(session: AsyncSession, workspace_id: int, channel_id: str, user_id: str) -> None:
    """Note that a person is in a channel."""
    await insert_new(session, Membership, workspace_id=workspace_id, channel_id=channel_id, user_id=user_id)


async def leave(session: AsyncSession, workspace_id: int, channel_id: str, user_id: str) -> None:
    """Note that a person left a channel."""
    membership = await session.get(Membership, (workspace_id, channel_id, user_id))
    if membership is not None:
        await session.delete(membership)
        await session.flush()


async def list_members(session: AsyncSession, workspace_id: int, channel_id: str) -> set[str]:
    """Who is in a channel, by user id."""
    here = (col(Membership.workspace_id) == workspace_id, col(Membership.channel_id) == channel_id)
    return set((await session.exec(select(Membership.user_id).where(*here))).all())


async def add_members(session: AsyncSession, workspace_id: int, channel_id: str, user_ids: Sequence[str]) -> None:
    """Note that some are in a channel."""
    rows = [{"workspace_id": workspace_id, "channel_id": channel_id, "user_id": user_id} for user_id in user_ids]
    await (await session.connection()).execute(insert(session, Membership).on_conflict_do_nothing(), rows)


async def remove_members(session: AsyncSession, workspace_id: int, channel_id: str, user_ids: Sequence[str]) -> None:
    """Note that some are not in a channel any more."""
    here = (col(Membership.workspace_id) == workspace_id, col(Membership.channel_id) == channel_id)
    await session.exec(delete(Membership).where(*here, col(Membership.user_id).in_(user_ids)))


async def is_member(session: AsyncSession, workspace_id: int, channel_id: str, user_id: str) -> bool:
    """Whether a person is in a channel."""
    return await session.get(Membership, (workspace_id, channel_id, user_id)) is not None


async def list_reps(
    session: AsyncSession,
    workspace_id: int,
    channel_id: str,
    *,
    matching: str,
    first: str | None = None,
    sooner: Sequence[str] = (),
    now: datetime,
    limit: int,
) -> Sequence[Person]:
    """The channel's members who may own work, those with a name that contains `matching` (any case).

    By name: before all `first`, then those who are not away and of them the `sooner` before others.
    """
    is_away = and_(col(Rep.away_since).is_not(None), or_(col(Rep.away_until).is_(None), col(Rep.away_until) > now))
    rows = (
        select(Person)
        .join(
            Membership,
            (col(Membership.workspace_id) == col(Person.workspace_id))
            & (col(Membership.user_id) == col(Person.user_id)),
        )
        .outerjoin(Rep, (col(Rep.workspace_id) == col(Person.workspace_id)) & (col(Rep.user_id) == col(Person.user_id)))
        .where(
            col(Person.workspace_id) == workspace_id,
            col(Membership.channel_id) == channel_id,
            MAY_OWN,
            col(Person.sought).contains(matching.casefold(), autoescape=True),
        )
        .order_by(
            case((col(Person.user_id) == first, 0), else_=1),
            case((is_away, 1), else_=0),
            case((col(Person.user_id).in_(sooner), 0), else_=1),
            col(Person.sought),
            col(Person.user_id),
        )
        .limit(limit)
    )
    return (await session.exec(rows)).all()


async def store_channels(session: AsyncSession, workspace_id: int, channels: Sequence[tuple[str, str]]) -> None:
    """Store what channels are called now: ids and names."""
    row = insert(session, Channel)
    told = {"name": row.excluded.name}
    stored = row.on_conflict_do_update(index_elements=["workspace_id", "channel_id"], set_=told)
    rows = [{"workspace_id": workspace_id, "channel_id": channel_id, "name": name} for channel_id, name in channels]
    await (await session.connection()).execute(stored, rows)


async def channel_names(session: AsyncSession, workspace_id: int, channel_ids: Iterable[str]) -> dict[str, str]:
    """Channel names by id, of those the directory knows."""
    rows = select(Channel.channel_id, Channel.name).where(
        col(Channel.workspace_id) == workspace_id, col(Channel.channel_id).in_(list(channel_ids))
    )
    return dict((await session.exec(rows)).all())


async def timezone(session: AsyncSession, workspace_id: int, user_id: str) -> str:
    """Somebody's time zone, as Slack has told it; UTC of somebody whom we do not know."""
    person = await find(session, workspace_id, user_id)
    return person.timezone if person else "UTC"


async def most_common_timezone(session: AsyncSession, workspace_id: int, channel_id: str) -> str | None:
    """The time zone of most of a channel's members who may own work; None when there are none."""
    rows = (
        select(Person.timezone)
        .join(
            Membership,
            (col(Membership.workspace_id) == col(Person.workspace_id))
            & (col(Membership.user_id) == col(Person.user_id)),
        )
        .where(
            col(Person.workspace_id) == workspace_id,
            col(Membership.channel_id) == channel_id,
            MAY_OWN,
        )
        .group_by(col(Person.timezone))
        .order_by(func.count().desc(), col(Person.timezone))
        .limit(1)
    )
    return (await session.exec(rows)).first()
