"""Close, reopen and read marks (rules 5, 12, 13), and a new card when the old one is gone."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import access, outbox, reading
from desk.access import Actor
from desk.errors import AlreadyClosed, AlreadyOpen, CustomerWaits, NotOwner
from desk.values import Change
from storage import conversations, histories, inboxes
from storage.models import Status

HISTORY_LINES = 20


async def close(session: AsyncSession, actor: Actor, conversation_id: int, *, anyway: bool, now: datetime) -> None:
    """Close a conversation; a text from the contact opens it again.

    Raises AlreadyClosed, or CustomerWaits while a text is unanswered unless `anyway`.
    """
    conversation, inbox = await access.reach(session, actor, conversation_id)
    if conversation.status == Status.CLOSED:
        raise AlreadyClosed
    if conversation.waiting_since is not None and not anyway:
        raise CustomerWaits
    conversation.status = Status.CLOSED
    conversation.closed_at = now
    conversation.unassigned_since = None
    conversation.cleared_to = conversation.read_to = conversation.counter
    await histories.add(session, conversation, "closed", now=now, actor_id=actor.user_id)
    await outbox.post_line(session, conversation, inbox, "closed", now=now, actor=actor.user_id)
    await reading.settle(session, conversation, now=now)


async def reopen(session: AsyncSession, actor: Actor, conversation_id: int, *, now: datetime) -> None:
    """Open a closed conversation by hand; it keeps its owner. Raises AlreadyOpen."""
    conversation, inbox = await access.reach(session, actor, conversation_id)
    if conversation.status == Status.OPEN:
        raise AlreadyOpen
    conversation.status = Status.OPEN
    conversation.closed_at = None
    conversation.unassigned_since = now if conversation.assignee_id is None else None
    await histories.add(session, conversation, "reopened", now=now, actor_id=actor.user_id)
    await outbox.post_line(session, conversation, inbox, "reopened", now=now, actor=actor.user_id)
    await reading.settle(session, conversation, now=now)


async def see(session: AsyncSession, actor: Actor, conversation_id: int, *, now: datetime) -> None:
    """Note that somebody has looked at a conversation; it matters when they own it."""
    conversation, _ = await access.reach(session, actor, conversation_id)
    if reading.mark_read(conversation, actor.user_id):
        await reading.settle(session, conversation, now=now)


async def mark_unread(session: AsyncSession, actor: Actor, conversation_id: int, *, now: datetime) -> None:
    """Make what is unanswered unread again for its owner, or at least the last text. Raises NotOwner."""
    conversation, _ = await access.reach(session, actor, conversation_id)
    if conversation.assignee_id != actor.user_id:
        raise NotOwner
    await reading.mark_unanswered_unread(session, conversation)
    last = await conversations.last_inbound(session, conversation)
    conversation.read_to = min(conversation.read_to, last - 1)
    await reading.settle(session, conversation, now=now)


async def rename(session: AsyncSession, actor: Actor, conversation_id: int, name: str, *, now: datetime) -> None:
    """Give the contact a name, or take it away with an empty one."""
    conversation, _ = await access.reach(session, actor, conversation_id)
    contact = await conversations.get_contact(session, conversation)
    contact.name = name.strip() or None
    await outbox.redraw(session, conversation, now=now)


async def list_changes(session: AsyncSession, actor: Actor, conversation_id: int) -> list[Change]:
    """The newest changes of owner and status, newest first."""
    conversation, _ = await access.reach(session, actor, conversation_id)
    rows = await histories.list_(session, conversation.id, limit=HISTORY_LINES)
    return [
        Change(what=row.what, actor_id=row.actor_id, before=row.before, after=row.after, at=row.created_at)
        for row in rows
    ]


async def replace_card(
    session: AsyncSession, workspace_id: int, channel_id: str, root_ts: str, *, now: datetime
) -> None:
    """Post a new card when the root of a conversation's current thread was deleted in Slack."""
    thread = await conversations.find_thread(session, workspace_id, channel_id, root_ts)
    if thread is None or not thread.is_current:
        return
    conversation = await conversations.lock(session, workspace_id, thread.conversation_id)
    inbox = await inboxes.get(session, workspace_id, conversation.inbox_id)
    await outbox.post_card(session, conversation, inbox, opening=None, cause=f"{channel_id}:{root_ts}:lost", now=now)
