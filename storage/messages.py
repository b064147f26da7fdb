"""Messages, and what their authors changed before or after they were taken in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, or_
from sqlalchemy import select as core_select
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Contact, Conversation, Delivery, Inbox, Message, ReplyChange, Thread
from storage.states import NO_ANSWER, DeliveryState, Direction, Kind, MessageStatus
from storage.upsert import insert

_BY_SID = select(Message).where(
    col(Message.workspace_id) == bindparam("workspace_id"), col(Message.sid) == bindparam("sid")
)
_KNOWN: Any = (
    core_select(Inbox, Contact, Message)
    .outerjoin(
        Contact,
        (col(Contact.workspace_id) == col(Inbox.workspace_id)) & (col(Contact.address) == bindparam("address")),
    )
    .outerjoin(Message, (col(Message.workspace_id) == col(Inbox.workspace_id)) & (col(Message.sid) == bindparam("sid")))
    .where(col(Inbox.number) == bindparam("number"))
)
_TO_POST: Any = (
    core_select(Message, Contact, Thread)
    .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
    .join(Contact, col(Contact.id) == col(Conversation.contact_id))
    .outerjoin(Thread, (col(Thread.conversation_id) == col(Conversation.id)) & col(Thread.is_current))
    .where(
        col(Message.workspace_id) == bindparam("workspace_id"), col(Message.id).in_(bindparam("ids", expanding=True))
    )
    .order_by(col(Message.position))
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a text: the inbox that it came to, whom it is from, and the text itself if it is stored."""

    inbox: Inbox
    contact: Contact | None
    message: Message | None


async def find_known(session: AsyncSession, *, number: str, address: str, sid: str) -> Known | None:
    """What is known of a text to one of our numbers, in one look; None when the number has no inbox."""
    about = {"number": number, "address": address, "sid": sid}
    known = (await session.exec(_KNOWN, params=about)).one_or_none()
    return None if known is None else Known(*known)


@cache
def _new(row: Any) -> Any:
    return row.returning(col(Message.id))


async def add(session: AsyncSession, conversation: Conversation, **values: Any) -> Message:
    """Store a message as the next of its locked conversation."""
    conversation.counter += 1
    message = Message(
        workspace_id=conversation.workspace_id,
        conversation_id=conversation.id,
        position=conversation.counter,
        **values,
    )
    new = _new(insert(session, Message))
    stored = await (await session.connection()).execute(new, message.model_dump(exclude={"id"}))
    message.id = stored.scalar_one()
    make_transient_to_detached(message)
    session.add(message)
    return message


async def get(session: AsyncSession, workspace_id: int, message_id: int) -> Message:
    """One message of a workspace; raises NotFound for another's. Its conversation's lock guards it."""
    rows = select(Message).where(col(Message.workspace_id) == workspace_id, col(Message.id) == message_id)
    return (await session.exec(rows)).one()


async def find(session: AsyncSession, workspace_id: int, message_id: int) -> Message | None:
    """The same, or None."""
    rows = select(Message).where(col(Message.workspace_id) == workspace_id, col(Message.id) == message_id)
    return (await session.exec(rows)).one_or_none()


async def load_reply(
    session: AsyncSession, workspace_id: int, message_id: int
) -> tuple[Message, Contact, Inbox, Conversation]:
    """A message with whom it goes to, what it is sent from, and its conversation."""
    rows = (
        select(Message, Contact, Inbox, Conversation)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
        .where(col(Message.workspace_id) == workspace_id, col(Message.id) == message_id)
    )
    message, contact, inbox, conversation = (await session.exec(rows)).one()
    return message, contact, inbox, conversation


async def list_inbound(session: AsyncSession, message_ids: Sequence[int]) -> Sequence[Message]:
    """Inbound messages by id, in the order in which they came."""
    rows = select(Message).where(col(Message.id).in_(message_ids)).order_by(col(Message.position))
    return (await session.exec(rows)).all()


async def load_to_post(
    session: AsyncSession, workspace_id: int, message_ids: Sequence[int]
) -> tuple[list[Message], Contact, Thread | None]:
    """Texts of one conversation in their order, whom they are from and where the conversation is drawn, in one look.

    Raises ValueError when there are none.
    """
    rows = (await session.exec(_TO_POST, params={"workspace_id": workspace_id, "ids": list(message_ids)})).all()
    (_, contact, thread), *_ = rows
    return [message for message, _, _ in rows], contact, thread


async def find_by_sid(session: AsyncSession, workspace_id: int, sid: str) -> Message | None:
    """The message that Twilio knows by this id."""
    about = {"workspace_id": workspace_id, "sid": sid}
    return (await session.exec(_BY_SID, params=about)).one_or_none()


async def find_by_ts(session: AsyncSession, workspace_id: int, channel_id: str, ts: str) -> Message | None:
    """What a rep wrote in Slack at this ts."""
    rows = select(Message).where(
        col(Message.workspace_id) == workspace_id, col(Message.channel_id) == channel_id, col(Message.ts) == ts
    )
    return (await session.exec(rows)).one_or_none()


async def list_reply_times(
    session: AsyncSession, conversation: Conversation, channel_id: str, *, after: float, before: float, limit: int
) -> list[float]:
    """When replies that were to be sent were written, by Slack's ts in seconds, the newest first.

    Slack's ts are of one length, so they are in order as they stand.
    """
    rows = select(Message.ts).where(
        col(Message.workspace_id) == conversation.workspace_id,
        col(Message.channel_id) == channel_id,
        col(Message.ts) > f"{after:.6f}",
        col(Message.ts) < f"{before:.6f}",
        col(Message.conversation_id) == conversation.id,
        col(Message.direction) == Direction.OUTBOUND,
        col(Message.status).not_in((MessageStatus.CANCELED, MessageStatus.STALE)),
    )
    found = (await session.exec(rows.order_by(col(Message.ts).desc()).limit(limit))).all()
    return [float(ts) for ts in found if ts is not None]


async def find_answer(
    session: AsyncSession, conversation: Conversation, channel_id: str, *, besides: str, after: float, before: float
) -> Message | None:
    """The newest reply of anybody else that was written between two times, by Slack's ts in seconds, and that stands.

    Slack's ts are of one length, so they are in order as they stand.
    """
    rows = select(Message).where(
        col(Message.workspace_id) == conversation.workspace_id,
        col(Message.channel_id) == channel_id,
        col(Message.ts) > f"{after:.6f}",
        col(Message.ts) < f"{before:.6f}",
        col(Message.conversation_id) == conversation.id,
        col(Message.direction) == Direction.OUTBOUND,
        col(Message.status).not_in(NO_ANSWER),
        col(Message.author_id) != besides,
    )
    return (await session.exec(rows.order_by(col(Message.ts).desc()).limit(1))).first()


async def has_written(session: AsyncSession, conversation: Conversation, author_id: str, *, since: datetime) -> bool:
    """Whether somebody has written a reply or a note in a conversation since then."""
    rows = select(Message.id).where(
        col(Message.conversation_id) == conversation.id,
        col(Message.author_id) == author_id,
        col(Message.created_at) > since,
    )
    return (await session.exec(rows.limit(1))).first() is not None


async def last_sent(session: AsyncSession, conversation: Conversation) -> str | None:
    """What a contact was last texted; None when nothing yet."""
    rows = (
        select(Message.body)
        .where(col(Message.conversation_id) == conversation.id, col(Message.direction) == Direction.OUTBOUND)
        .order_by(col(Message.position).desc())
    )
    return (await session.exec(rows.limit(1))).first()


async def list_texts_after(session: AsyncSession, conversation: Conversation, *, at: datetime) -> Sequence[str]:
    """What a contact has texted since then, the oldest first."""
    rows = (
        select(Message.body)
        .where(
            col(Message.conversation_id) == conversation.id,
            col(Message.direction) == Direction.INBOUND,
            col(Message.created_at) > at,
        )
        .order_by(col(Message.created_at), col(Message.position))
    )
    return (await session.exec(rows)).all()


async def keep_change(session: AsyncSession, change: ReplyChange) -> None:
    """Keep an edit or deletion unless a newer one is known; a deletion is final."""
    told = change.model_dump(include={"edited_ts", "text", "body", "is_note", "is_deleted"})
    row = insert(session, ReplyChange).values(**change.model_dump())
    newer = or_(
        row.excluded.is_deleted,
        ~col(ReplyChange.is_deleted) & (col(ReplyChange.edited_ts) < row.excluded.edited_ts),
    )
    await session.exec(
        row.on_conflict_do_update(index_elements=["workspace_id", "channel_id", "ts"], set_=told, where=newer)
    )


async def find_change(session: AsyncSession, workspace_id: int, channel_id: str, ts: str) -> ReplyChange | None:
    """The newest edit or the deletion of the Slack message at this ts."""
    return await session.get(ReplyChange, (workspace_id, channel_id, ts), populate_existing=True)


async def find_newer(session: AsyncSession, message: Message) -> ReplyChange | None:
    """What its author has made of a message beyond what it stands with: a deletion, or a newer edit."""
    change = await find_change(session, message.workspace_id, message.channel_id or "", message.ts or "")
    if change is None or change.is_deleted:
        return change
    return change if change.body is not None and change.edited_ts > (message.edited_ts or "") else None


async def has_twin(session: AsyncSession, message: Message) -> bool:
    """Whether another reply of the conversation, with the same words, may have left without our knowing its SID.

    Also one that has been sent again since.
    """
    lost = select(Delivery.message_id).where(
        col(Delivery.conversation_id) == message.conversation_id,
        col(Delivery.kind) == Kind.REPLY,
        col(Delivery.state) == DeliveryState.UNCERTAIN,
        col(Delivery.result_id).is_(None),
    )
    rows = select(Message.id).where(
        col(Message.conversation_id) == message.conversation_id,
        col(Message.direction) == Direction.OUTBOUND,
        col(Message.body) == message.body,
        col(Message.id) != message.id,
        or_(
            col(Message.sid).is_(None) & col(Message.status).in_((MessageStatus.UNCERTAIN, MessageStatus.SENT)),
            col(Message.id).in_(lost),
        ),
    )
    return (await session.exec(rows.limit(1))).first() is not None
