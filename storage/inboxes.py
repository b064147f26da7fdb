"""Inboxes: our numbers and their channels. Each brings the lanes that its effects keep pace in."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import BacklogAlert, Inbox, Lane, Membership
from storage.upsert import insert_new

_CHANNELS = ("C", "G")  # with which ids of channels begin


def channel_lane(workspace_id: int, channel_id: str) -> str:
    """The lane of what is posted in a Slack channel."""
    return f"slack:{workspace_id}:{channel_id}"


def channel_of(lane: str) -> str:
    """The id of the Slack channel that a lane paces."""
    return lane.rpartition(":")[2]


def escalation_channel(inbox: Inbox) -> str | None:
    """The channel that is told of a backlog that nobody looks after; None: nobody, or a person in the inbox's own."""
    return inbox.escalate_to if (inbox.escalate_to or "").startswith(_CHANNELS) else None


def number_lane(number: str) -> str:
    """The lane of what is sent from one of our numbers."""
    return f"sms:{number}"


async def ensure(
    session: AsyncSession, *, workspace_id: int, number: str, label: str, channel_id: str, now: datetime
) -> bool:
    """Connect a number to a channel unless it is connected already; True when it is new."""
    new = await insert_new(
        session, Inbox, workspace_id=workspace_id, number=number, label=label, channel_id=channel_id, created_at=now
    )
    inbox = (await session.exec(select(Inbox).where(col(Inbox.number) == number))).one()
    await insert_new(session, BacklogAlert, inbox_id=inbox.id, workspace_id=workspace_id, pinged_count=0)
    for key in (channel_lane(workspace_id, inbox.channel_id), number_lane(number)):
        await _ensure_lane(session, workspace_id, key)
    return new


async def ensure_channel_lane(session: AsyncSession, workspace_id: int, channel_id: str) -> None:
    """Have a lane for a channel that may be no inbox's."""
    await _ensure_lane(session, workspace_id, channel_lane(workspace_id, channel_id))


async def _ensure_lane(session: AsyncSession, workspace_id: int, key: str) -> None:
    await insert_new(session, Lane, key=key, workspace_id=workspace_id)


async def get(session: AsyncSession, workspace_id: int, inbox_id: int) -> Inbox:
    """One inbox of a workspace; raises NoResultFound for another's."""
    rows = select(Inbox).where(col(Inbox.workspace_id) == workspace_id, col(Inbox.id) == inbox_id)
    return (await session.exec(rows)).one()


async def list_(session: AsyncSession, workspace_id: int) -> Sequence[Inbox]:
    """Every inbox of a workspace."""
    return (
        await session.exec(select(Inbox).where(col(Inbox.workspace_id) == workspace_id).order_by(col(Inbox.id)))
    ).all()


async def list_of(session: AsyncSession, workspace_id: int, user_id: str) -> Sequence[Inbox]:
    """The inboxes whose channel this person is in: the ones they may see."""
    rows = (
        select(Inbox)
        .join(
            Membership,
            (col(Membership.workspace_id) == col(Inbox.workspace_id))
            & (col(Membership.channel_id) == col(Inbox.channel_id)),
        )
        .where(col(Inbox.workspace_id) == workspace_id, col(Membership.user_id) == user_id)
        .order_by(col(Inbox.id))
    )
    return (await session.exec(rows)).all()
