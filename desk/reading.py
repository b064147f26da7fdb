"""Waiting and unread: what follows from the messages, recomputed with each change (rules 12 and 13)."""

import json
from datetime import datetime

from desk import outbox
from storage import conversations
from storage.database import Session
from storage.models import Conversation


async def settle(session: Session, conversation: Conversation, *, now: datetime) -> None:
    """Recompute since when the contact waits and how much the owner has not read; have the card redrawn if it differs.

    Call it after the messages, status or owner of a locked conversation have changed.
    """
    if session.new or any(row is not conversation for row in session.dirty):
        await session.flush()
    unread_before = conversation.unread
    unanswered = await conversations.unanswered(session, conversation)
    conversation.waiting_since, conversation.unread = unanswered.since, unanswered.count
    has_mark = conversation.assignee_id is not None  # without an owner nobody has one
    if has_mark and conversation.read_to != unanswered.settled_to:
        conversation.unread = await conversations.count_inbound(session, conversation, conversation.read_to)
    face = _face(conversation)
    if face != conversation.face:
        conversation.face = face
        await outbox.redraw(session, conversation, now=now)
    elif conversation.assignee_id is not None and conversation.unread != unread_before:
        outbox.draw_home(session, conversation.workspace_id, conversation.assignee_id, now=now)


def _face(conversation: Conversation) -> str:
    """What the card shows of a conversation, apart from names."""
    until = conversation.closed_at or conversation.snoozed_until
    shown = (
        conversation.status,
        conversation.assignee_id,
        conversation.waiting_since.isoformat() if conversation.waiting_since else None,
        until.isoformat() if until else None,
        conversation.assignee_id is not None and conversation.unread > 0,
        conversation.opted_out_at is not None,
    )
    return json.dumps(shown)


async def mark_unanswered_unread(session: Session, conversation: Conversation) -> None:
    """Move the read mark back: all that is unanswered is unread again, for a new owner or after a failed answer."""
    await session.flush()
    conversation.read_to = await conversations.answered_to(session, conversation)


async def mark_last_unread(session: Session, conversation: Conversation) -> None:
    """Make what is unanswered unread again for the owner, or at least the contact's last text."""
    await mark_unanswered_unread(session, conversation)
    last = await conversations.last_inbound(session, conversation)
    conversation.read_to = min(conversation.read_to, last - 1)


def mark_read(conversation: Conversation, reader: str) -> bool:
    """Note that somebody has seen the conversation; only the owner has a read mark. True when that changed it."""
    if conversation.assignee_id != reader or conversation.unread == 0:
        return False
    conversation.read_to = conversation.counter
    return True
