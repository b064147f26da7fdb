"""Conversations, their contacts and their threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, update
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.inboxes import channel_lane
from storage.models import (
    Contact,
    Conversation,
    ConversationLabel,
    Delivery,
    Inbox,
    Message,
    Person,
    Thread,
    Workspace,
)
from storage.states import NO_ANSWER, Direction, Status
from storage.upsert import insert_new
from storage.written import written

IS_UNOWNED = (col(Conversation.status) == written(Status.OPEN)) & col(Conversation.assignee_id).is_(None)

# What every text asks; made once, since building a statement costs as much as executing it.
_CONTACT = select(Contact).where(
    col(Contact.workspace_id) == bindparam("workspace_id"), col(Contact.address) == bindparam("address")
)
_ONE = (
    select(Conversation)
    .where(col(Conversation.inbox_id) == bindparam("inbox_id"), col(Conversation.contact_id) == bindparam("contact_id"))
    .with_for_update()
)
_BY_ID = select(Conversation).where(
    col(Conversation.workspace_id) == bindparam("workspace_id"), col(Conversation.id) == bindparam("id")
)
_LOCKED = _BY_ID.with_for_update().execution_options(populate_existing=True)
_CURRENT = select(Thread).where(col(Thread.conversation_id) == bindparam("conversation_id"), col(Thread.is_current))
_AFTER = (
    col(Message.conversation_id) == bindparam("conversation_id"),
    col(Message.position) > bindparam("position"),
)
_ANSWER = (  # by a person: what the bridge sends by itself answers nothing
    select(Message.position)
    .where(
        *_AFTER,
        col(Message.direction) == Direction.OUTBOUND,
        col(Message.status).not_in(NO_ANSWER),
        col(Message.author_id).is_not(None),
    )
    .order_by(col(Message.position).desc())
    .limit(1)
)
_INBOUND = select(func.count()).where(*_AFTER, col(Message.direction) == Direction.INBOUND)
_SETTLED = core_select(func.coalesce(_ANSWER.scalar_subquery(), bindparam("position")).label("position")).subquery()
_UNANSWERED: Any = (
    core_select(_SETTLED.c.position, func.count(col(Message.id)), func.min(Message.created_at))
    .select_from(_SETTLED)
    .outerjoin(
        Message,
        (col(Message.conversation_id) == bindparam("conversation_id"))
        & (col(Message.position) > _SETTLED.c.position)
        & (col(Message.direction) == Direction.INBOUND),
    )
    .group_by(_SETTLED.c.position)
)

_DRAWN: Any = (
    core_select(Conversation, Contact, Inbox, Workspace, Message, Person, col(ConversationLabel.name))
    .join(Contact, col(Contact.id) == col(Conversation.contact_id))
    .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
    .join(Workspace, col(Workspace.id) == col(Conversation.workspace_id))
    .outerjoin(Message, col(Message.id) == bindparam("opening_id"))
    .outerjoin(
        Person,
        (col(Person.workspace_id) == col(Conversation.workspace_id))
        & (col(Person.user_id) == col(Conversation.assignee_id)),
    )
    .outerjoin(ConversationLabel, col(ConversationLabel.conversation_id) == col(Conversation.id))
    .where(
        col(Conversation.workspace_id) == bindparam("workspace_id"),
        col(Conversation.id) == bindparam("conversation_id"),
    )
    .order_by(col(ConversationLabel.name))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a card shows, apart from the other threads. `opening` is the text that its thread began with."""

    conversation: Conversation
    contact: Contact
    inbox: Inbox
    workspace: Workspace
    opening: Message | None
    owner_name: str | None
    labels: tuple[str, ...]


async def load_drawn(session: AsyncSession, thread: Thread) -> Drawn:
    """What the card of a thread shows, in one look."""
    which = {
        "workspace_id": thread.workspace_id,
        "conversation_id": thread.conversation_id,
        "opening_id": thread.opening_id,
    }
    rows = (await session.exec(_DRAWN, params=which)).all()  # one for each label
    conversation, contact, inbox, workspace, opening, owner, _ = rows[0]
    return Drawn(
        conversation=conversation,
        contact=contact,
        inbox=inbox,
        workspace=workspace,
        opening=opening,
        owner_name=owner.name if owner else None,
        labels=tuple(label for *_, label in rows if label is not None),
    )


async def add_contact(
    session: AsyncSession, *, workspace_id: int, address: str, label: str, can_reply: bool, now: datetime
) -> Contact:
    """The contact with this address, which was not known; another may have added it meanwhile."""
    await insert_new(
        session,
        Contact,
        workspace_id=workspace_id,
        address=address,
        label=label,
        can_reply=can_reply,
        created_at=now,
    )
    return (await session.exec(_CONTACT, params={"workspace_id": workspace_id, "address": address})).one()


async def get_contact(session: AsyncSession, conversation: Conversation) -> Contact:
    """Who a conversation is with."""
    return await session.get_one(Contact, conversation.contact_id)


async def ensure(
    session: AsyncSession, *, workspace_id: int, inbox_id: int, contact_id: int, now: datetime
) -> Conversation:
    """The one conversation of an inbox and a contact, locked; a new one is open, unassigned and has no thread yet."""
    which = {"inbox_id": inbox_id, "contact_id": contact_id}
    known = (await session.exec(_ONE, params=which)).one_or_none()
    if known is not None:
        return known
    await insert_new(
        session,
        Conversation,
        workspace_id=workspace_id,
        inbox_id=inbox_id,
        contact_id=contact_id,
        status="open",
        counter=0,
        revision=0,
        face="",
        read_to=0,
        cleared_to=0,
        unread=0,
        unassigned_since=now,
        last_activity_at=now,
        last_text="",
        created_at=now,
    )
    return (await session.exec(_ONE, params=which)).one()


async def get(session: AsyncSession, workspace_id: int, conversation_id: int) -> Conversation:
    """One conversation of a workspace; raises NoResultFound for another's."""
    return (await session.exec(_BY_ID, params={"workspace_id": workspace_id, "id": conversation_id})).one()


async def lock(session: AsyncSession, workspace_id: int, conversation_id: int) -> Conversation:
    """The same, locked until the transaction ends: who comes second sees what the first one decided."""
    return (await session.exec(_LOCKED, params={"workspace_id": workspace_id, "id": conversation_id})).one()


async def lock_due(session: AsyncSession, workspace_id: int, *, now: datetime, limit: int) -> Sequence[Conversation]:
    """Those whose snooze is over, locked; without those that somebody else holds at this moment."""
    rows = (
        select(Conversation)
        .where(
            col(Conversation.workspace_id) == workspace_id,
            col(Conversation.status) == written(Status.SNOOZED),
            col(Conversation.snoozed_until) <= now,
        )
        .order_by(col(Conversation.snoozed_until), col(Conversation.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(rows.execution_options(populate_existing=True))).all()


async def lock_of(session: AsyncSession, message: Message) -> Conversation:
    """The conversation of a message, locked, and the message as it stands now that nobody else can change it."""
    conversation = await lock(session, message.workspace_id, message.conversation_id)
    await session.refresh(message)
    return conversation


async def list_of_contact(session: AsyncSession, workspace_id: int, contact_id: int, *, limit: int) -> Sequence[int]:
    """The ids of a contact's conversations, one for each inbox that they have texted."""
    rows = (
        select(Conversation.id)
        .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
        .where(col(Inbox.workspace_id) == workspace_id, col(Conversation.contact_id) == contact_id)
        .order_by(col(Conversation.id))
    )
    return (await session.exec(rows.limit(limit))).all()


async def answered_to(session: AsyncSession, conversation: Conversation) -> int:
    """The position up to which everything is settled: the last answer that stands, or what Close has cleared."""
    within = {"conversation_id": conversation.id, "position": conversation.cleared_to}
    last = (await session.exec(_ANSWER, params=within)).one_or_none()
    return conversation.cleared_to if last is None else last


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What came after the position up to which everything is settled: how many messages, and since when."""

    settled_to: int
    count: int
    since: datetime | None


async def unanswered(session: AsyncSession, conversation: Conversation) -> Unanswered:
    """What of the contact's messages is not answered, in one look."""
    within = {"conversation_id": conversation.id, "position": conversation.cleared_to}
    return Unanswered(*(await session.exec(_UNANSWERED, params=within)).one())


async def count_inbound(session: AsyncSession, conversation: Conversation, position: int) -> int:
    """How many inbound messages came after a position."""
    within = {"conversation_id": conversation.id, "position": position}
    return (await session.exec(_INBOUND, params=within)).one()


async def last_inbound(session: AsyncSession, conversation: Conversation) -> int:
    """The position of the contact's last message; 0 when there is none."""
    last = select(Message.position).where(
        col(Message.conversation_id) == conversation.id, col(Message.direction) == Direction.INBOUND
    )
    return (await session.exec(last.order_by(col(Message.position).desc()).limit(1))).one_or_none() or 0


async def lock_unoffered(
    session: AsyncSession, inbox: Inbox, owner_ids: Sequence[str], *, until: datetime, limit: int
) -> Sequence[Conversation]:
    """Open ones of these owners that wait since `until` at the latest and that the channel was not offered since.

    The longest wait first, locked; without those that somebody else holds at this moment.
    """
    rows = (
        select(Conversation)
        .where(
            col(Conversation.workspace_id) == inbox.workspace_id,
            col(Conversation.inbox_id) == inbox.id,
            col(Conversation.status) == written(Status.OPEN),
            col(Conversation.assignee_id).in_(owner_ids),
            col(Conversation.waiting_since) <= until,
            or_(
                col(Conversation.offered_at).is_(None),
                col(Conversation.offered_at) < col(Conversation.waiting_since),
            ),
        )
        .order_by(col(Conversation.waiting_since), col(Conversation.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(rows.execution_options(populate_existing=True))).all()


async def current_thread(session: AsyncSession, conversation_id: int) -> Thread | None:
    """Where a conversation is drawn now; None before its first card."""
    return (await session.exec(_CURRENT, params={"conversation_id": conversation_id})).one_or_none()


async def is_posted(session: AsyncSession, conversation_id: int) -> bool:
    """Whether the card of the current thread is in Slack, as committed now: call it with the conversation locked."""
    rows = select(Thread.id).where(
        col(Thread.conversation_id) == conversation_id, col(Thread.is_current), col(Thread.root_ts).is_not(None)
    )
    return (await session.exec(rows)).first() is not None


async def get_thread(session: AsyncSession, workspace_id: int, thread_id: int) -> Thread:
    """One thread of a workspace; raises NotFound for another's."""
    rows = select(Thread).where(col(Thread.workspace_id) == workspace_id, col(Thread.id) == thread_id)
    return (await session.exec(rows)).one()


async def list_threads(session: AsyncSession, conversation_id: int) -> Sequence[Thread]:
    """All threads of a conversation, oldest first."""
    rows = select(Thread).where(col(Thread.conversation_id) == conversation_id).order_by(col(Thread.id))
    return (await session.exec(rows)).all()


async def open_thread(
    session: AsyncSession, conversation: Conversation, *, channel_id: str, opening_id: int | None, now: datetime
) -> Thread:
    """Make a new current thread, whose card is still to be posted; the one before is kept for replies in it."""
    await session.exec(update(Thread).where(col(Thread.conversation_id) == conversation.id).values(is_current=False))
    thread = Thread(
        workspace_id=conversation.workspace_id,
        conversation_id=conversation.id,
        channel_id=channel_id,
        opening_id=opening_id,
        created_at=now,
    )
    session.add(thread)
    await session.flush()
    return thread


async def find_thread(session: AsyncSession, workspace_id: int, channel_id: str, root_ts: str) -> Thread | None:
    """The thread with this root message, current or not."""
    rows = select(Thread).where(
        col(Thread.workspace_id) == workspace_id,
        col(Thread.channel_id) == channel_id,
        col(Thread.root_ts) == root_ts,
    )
    return (await session.exec(rows)).one_or_none()


async def find_at(session: AsyncSession, workspace_id: int, channel_id: str, ts: str) -> int | None:
    """The conversation that a Slack message belongs to: a card, a rep's message, or what we posted in a thread."""
    thread = await find_thread(session, workspace_id, channel_id, ts)
    if thread is not None:
        return thread.conversation_id
    written = select(Message.conversation_id).where(
        col(Message.workspace_id) == workspace_id, col(Message.channel_id) == channel_id, col(Message.ts) == ts
    )
    posted = select(Delivery.conversation_id).where(
        col(Delivery.workspace_id) == workspace_id,
        col(Delivery.result_id) == ts,
        col(Delivery.lane) == channel_lane(workspace_id, channel_id),
    )
    return (await session.exec(written)).first() or (await session.exec(posted)).first()


async def has_unposted_thread(session: AsyncSession, workspace_id: int, channel_id: str) -> bool:
    """Whether a card is on its way into this channel, so that its ts is not known yet."""
    rows = select(Thread.id).where(
        col(Thread.workspace_id) == workspace_id,
        col(Thread.channel_id) == channel_id,
        col(Thread.root_ts).is_(None),
    )
    return (await session.exec(rows.limit(1))).first() is not None
