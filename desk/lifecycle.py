"""Close, reopen and read marks (rules 5, 12, 13), and a new card when the old one is gone."""

from datetime import datetime

from desk import access, outbox, reading
from desk.access import Actor
from desk.errors import AlreadyClosed, AlreadyOpen, CustomerWaits, NotOurs, NotOwner
from desk.values import Change
from storage import conversations, histories, inboxes, messages
from storage.database import Session
from storage.models import Contact, Conversation
from storage.states import Status

HISTORY_LINES = 200
MOST_CARDS = 50  # that a contact's new name is drawn on at once; any others show it when they are drawn next


async def close(session: Session, actor: Actor, conversation_id: int, *, anyway: bool, now: datetime) -> None:
    """Close a conversation; a text from the contact opens it again.

    Raises AlreadyClosed, or CustomerWaits while a text is unanswered unless `anyway`.
    """
    conversation, inbox = await access.reach(session, actor, conversation_id)
    if conversation.status == Status.CLOSED:
        raise AlreadyClosed
    if conversation.waiting_since is not None and not anyway:
        raise CustomerWaits
    conversation.status = Status.CLOSED
    conversation.closed_at, conversation.snoozed_until = now, None
    conversation.unassigned_since = None
    conversation.cleared_to = conversation.read_to = conversation.counter
    await histories.add(session, conversation, "closed", now=now, actor_id=actor.user_id, source=actor.source)
    await outbox.post_line(session, conversation, inbox, "closed", now=now, actor=actor.user_id)
    await reading.settle(session, conversation, now=now)


async def reopen(session: Session, actor: Actor, conversation_id: int, *, now: datetime) -> None:
    """Open a closed or a snoozed conversation by hand; it keeps its owner. Raises AlreadyOpen."""
    conversation, inbox = await access.reach(session, actor, conversation_id)
    if conversation.status == Status.OPEN:
        raise AlreadyOpen
    what = "unsnoozed" if conversation.status == Status.SNOOZED else "reopened"
    conversation.status = Status.OPEN
    conversation.closed_at = conversation.snoozed_until = None
    conversation.unassigned_since = now if conversation.assignee_id is None else None
    await histories.add(session, conversation, what, now=now, actor_id=actor.user_id, source=actor.source)
    await outbox.post_line(session, conversation, inbox, what, now=now, actor=actor.user_id)
    await reading.settle(session, conversation, now=now)


async def see(session: Session, actor: Actor, conversation_id: int, *, now: datetime) -> None:
    """Note that somebody has looked at a conversation; it matters when they own it."""
    conversation, _ = await access.reach(session, actor, conversation_id)
    if reading.mark_read(conversation, actor.user_id):
        await reading.settle(session, conversation, now=now)


async def redraw(session: Session, workspace_id: int, conversation_id: int, *, now: datetime) -> None:
    """Have the card drawn again although nothing has changed, for what it shows in Slack may not be so."""
    await outbox.redraw(session, await conversations.lock(session, workspace_id, conversation_id), now=now)


async def mark_read(session: Session, actor: Actor, conversation_id: int, *, now: datetime) -> None:
    """Set the owner's read mark by hand. Raises NotOwner."""
    conversation, _ = await access.reach(session, actor, conversation_id)
    if conversation.assignee_id != actor.user_id:
        raise NotOwner
    if reading.mark_read(conversation, actor.user_id):
        await reading.settle(session, conversation, now=now)


async def mark_unread(session: Session, actor: Actor, conversation_id: int, *, now: datetime) -> None:
    """Make what is unanswered unread again for its owner, or at least the last text. Raises NotOwner."""
    conversation, _ = await access.reach(session, actor, conversation_id)
    if conversation.assignee_id != actor.user_id:
        raise NotOwner
    await reading.mark_last_unread(session, conversation)
    await reading.settle(session, conversation, now=now)


async def rename(session: Session, actor: Actor, conversation_id: int, name: str, *, now: datetime) -> None:
    """Give the contact a name, or take it away with an empty one, on the cards of every inbox that they have texted."""
    conversation, _ = await access.view(session, actor, conversation_id)
    contact = await conversations.get_contact(session, conversation)
    locked = await lock_of_contact(session, contact, conversation_id)
    await session.refresh(contact)
    contact.name = name.strip() or None
    for one in locked:
        await outbox.redraw(session, one, now=now)


async def lock_of_contact(session: Session, contact: Contact, *others: int) -> list[Conversation]:
    """The conversations on whose cards a contact's name stands, and any others, locked.

    In the order of their ids: of two who name the same contact none waits for ever.
    """
    drawn_on = await conversations.list_of_contact(session, contact.workspace_id, contact.id, limit=MOST_CARDS)
    return [await conversations.lock(session, contact.workspace_id, one) for one in sorted({*drawn_on, *others})]


async def read_name(session: Session, actor: Actor, conversation_id: int) -> str:
    """The name that somebody gave the contact, or nothing."""
    conversation, _ = await access.view(session, actor, conversation_id)
    return (await conversations.get_contact(session, conversation)).name or ""


async def read_waiting(session: Session, actor: Actor, conversation_id: int) -> tuple[str, datetime]:
    """What the contact is called, and since when they wait (or wrote last)."""
    conversation, _ = await access.view(session, actor, conversation_id)
    contact = await conversations.get_contact(session, conversation)
    return contact.known_as, conversation.waiting_since or conversation.last_activity_at


async def read_history(session: Session, actor: Actor, conversation_id: int) -> tuple[str, list[Change]]:
    """What the contact is called, and the last changes of owner and status, the newest last."""
    conversation, _ = await access.view(session, actor, conversation_id)
    contact = await conversations.get_contact(session, conversation)
    rows = await histories.list_(session, conversation.id, limit=HISTORY_LINES)
    changes = [
        Change(
            what=row.what,
            actor_id=row.actor_id,
            before=row.before,
            after=row.after,
            at=row.created_at,
            source=row.source,
        )
        for row in reversed(rows)
    ]
    return contact.known_as, changes


async def see_at(session: Session, actor: Actor, channel_id: str, ts: str, *, now: datetime) -> None:
    """Note that somebody reacted to a message in Slack; only one of a conversation that they own matters.

    Raises NotOurs for a message of anything else.
    """
    conversation_id = await conversations.find_at(session, actor.workspace_id, channel_id, ts)
    if conversation_id is None:
        raise NotOurs
    conversation = await conversations.lock(session, actor.workspace_id, conversation_id)
    if reading.mark_read(conversation, actor.user_id):
        await reading.settle(session, conversation, now=now)


async def replace_card(session: Session, workspace_id: int, channel_id: str, root_ts: str, *, now: datetime) -> None:
    """Post a new card when the root of a conversation's current thread was deleted in Slack."""
    thread = await conversations.find_thread(session, workspace_id, channel_id, root_ts)
    if thread is None or not thread.is_current:
        return
    conversation = await conversations.lock(session, workspace_id, thread.conversation_id)
    await session.refresh(thread)
    if not thread.is_current:  # somebody who saw it at the same moment was faster
        return
    inbox = await inboxes.get(session, workspace_id, conversation.inbox_id)
    opening = await messages.get(session, workspace_id, thread.opening_id) if thread.opening_id else None
    cause = f"{channel_id}:{root_ts}:lost"
    await outbox.post_card(session, conversation, inbox, opening=opening, cause=cause, now=now)
