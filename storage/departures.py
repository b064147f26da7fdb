"""Who owns open conversations and can no longer own them, as the directory has it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Conversation, Inbox, Membership, Person
from storage.people import MAY_OWN
from storage.states import Status
from storage.written import written

_ACTIVE = [written(status) for status in (Status.OPEN, Status.SNOOZED)]


async def list_(session: AsyncSession, workspace_id: int, bot_user_id: str) -> Sequence[tuple[int, str]]:
    """The open and snoozed conversations whose owner cannot own them, with that owner; longest waiting first.

    Only in channels in which the bot itself is, and only of people whom the directory knows.
    """
    rows = (
        select(Conversation.id, Conversation.assignee_id)
        .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
        .join(
            Person,
            (col(Person.workspace_id) == col(Conversation.workspace_id))
            & (col(Person.user_id) == col(Conversation.assignee_id)),
        )
        .where(
            col(Conversation.workspace_id) == workspace_id,
            col(Conversation.status).in_(_ACTIVE),
            col(Conversation.assignee_id).is_not(None),
            _is_in_channel(bot_user_id),
            or_(~_is_in_channel(col(Conversation.assignee_id)), ~MAY_OWN),
        )
        .order_by(col(Conversation.waiting_since).asc().nulls_last(), col(Conversation.id))
    )
    return [(conversation_id, str(owner)) for conversation_id, owner in (await session.exec(rows)).all()]


def _is_in_channel(user_id: Any) -> ColumnElement[bool]:
    return (
        select(Membership.user_id)
        .where(
            col(Membership.workspace_id) == col(Inbox.workspace_id),
            col(Membership.channel_id) == col(Inbox.channel_id),
            col(Membership.user_id) == user_id,
        )
        .exists()
    )
