"""A customer's text comes in: it opens a conversation, goes on with it or reopens it (rules 1, 5, 12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk import access, away, consent, outbox, reading
from desk.errors import NoInbox
from storage import conversations, histories, messages
from storage.database import Session
from storage.models import Conversation, Inbox, Message
from storage.states import Direction, MessageStatus, Status

UNSEEN_AFTER = timedelta(hours=12)
UNOWNED_AFTER = timedelta(minutes=10)
CARD_EXPIRES_AFTER = timedelta(days=30)
_PICTURE = "(picture)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A text as it came. `number` is ours, `address` the sender's, `label` the sender's as people write it.

    `is_persons` tells a phone from senders that are machines.

    `recovered_from` is when it was written, of one that was only found later in Twilio's list; `may_be_shown` that the
    database may have been restored since, so that it stands in Slack although we do not know it.
    """

    sid: str
    number: str
    address: str
    label: str
    can_reply: bool
    is_persons: bool
    body: str
    media: tuple[dict[str, str], ...] = ()
    opt_out_type: str | None = None
    recovered_from: datetime | None = None
    may_be_shown: bool = False

    def written_at(self, now: datetime) -> datetime:
        """When it was written: now, unless it was recovered."""
        return min(self.recovered_from or now, now)

    def shown_since(self, now: datetime) -> datetime | None:
        """Since when it may stand in Slack; None when it certainly does not."""
        return self.written_at(now) if self.may_be_shown else None


async def receive(session: Session, incoming: Incoming, *, now: datetime) -> Message:
    """Store a text once, and have it shown where the team works.

    Raises NoInbox when nobody has connected the number yet: the request is kept and tried again.
    """
    known = await messages.find_known(session, number=incoming.number, address=incoming.address, sid=incoming.sid)
    if known is None:
        raise NoInbox
    if known.message is not None:
        return known.message
    at, inbox = incoming.written_at(now), known.inbox
    contact = known.contact or await conversations.add_contact(
        session,
        workspace_id=inbox.workspace_id,
        address=incoming.address,
        label=incoming.label,
        can_reply=incoming.can_reply,
        now=at,
    )
    conversation = await conversations.ensure(
        session, workspace_id=inbox.workspace_id, inbox_id=inbox.id, contact_id=contact.id, now=at
    )
    with session.no_autoflush:  # one UPDATE of the conversation in the end, not one before each question
        message = await _store(session, conversation, incoming, at=at)
        before = conversation.status
        await _reopen(session, conversation, inbox, incoming, now=now)
        await _show(session, conversation, inbox, message, incoming, before=before, now=now)
        await _consent(session, conversation, inbox, incoming, now=now)
        await away.answer(session, conversation, inbox, _heard(incoming, at), now=now)
        if at >= conversation.last_activity_at or not conversation.last_text:
            conversation.last_text = incoming.body.strip() or (_PICTURE if incoming.media else "")
        conversation.last_activity_at = max(conversation.last_activity_at, at)
        await reading.settle(session, conversation, now=now)
    return message


def _heard(incoming: Incoming, at: datetime) -> away.Heard:
    return away.Heard(
        sid=incoming.sid,
        body=incoming.body,
        written_at=at,
        is_persons=incoming.is_persons,
        opt_out_type=incoming.opt_out_type,
        may_be_known=incoming.may_be_shown,
    )


async def _store(session: Session, conversation: Conversation, incoming: Incoming, *, at: datetime) -> Message:
    return await messages.add(
        session,
        conversation,
        direction=Direction.INBOUND,
        status=MessageStatus.RECEIVED,
        body=incoming.body,
        sid=incoming.sid,
        pictures=len(incoming.media),
        media={"items": list(incoming.media)},
        recovered=incoming.recovered_from is not None,
        created_at=at,
    )


async def _reopen(
    session: Session, conversation: Conversation, inbox: Inbox, incoming: Incoming, *, now: datetime
) -> None:
    if conversation.status == Status.OPEN:
        return
    what = "woken_by_text" if conversation.status == Status.SNOOZED else "reopened_by_text"
    conversation.status = Status.OPEN
    conversation.closed_at = conversation.snoozed_until = None
    owner = conversation.assignee_id
    if owner is not None and await access.why_not_owner(session, inbox, owner) is not None:
        conversation.assignee_id = None
    if conversation.assignee_id is None:
        conversation.unassigned_since = now
        what = "reopened_unassigned" if owner else what
    await histories.add(session, conversation, what, now=now, before=owner, after=conversation.assignee_id)
    thread = await conversations.current_thread(session, conversation.id)
    if thread is None or thread.created_at < now - CARD_EXPIRES_AFTER:
        cause = f"reopened:{incoming.sid}"
        await outbox.post_card(
            session, conversation, inbox, opening=None, cause=cause, now=now, since=incoming.shown_since(now)
        )
    await outbox.post_line(
        session,
        conversation,
        inbox,
        what,
        now=now,
        cause=incoming.sid,
        since=incoming.shown_since(now),
        before=owner,
        owner=conversation.assignee_id,
    )


async def _show(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    message: Message,
    incoming: Incoming,
    *,
    before: str,
    now: datetime,
) -> None:
    """Have a text posted; `before` is where the conversation stood when it came.

    One that was snoozed is told to its owner, however much they had read; the others need not hear of it.
    """
    since = incoming.shown_since(now)
    if await conversations.current_thread(session, conversation.id) is None:
        await outbox.post_card(session, conversation, inbox, opening=message, cause=incoming.sid, now=now, since=since)
        return
    unseen = conversation.seen_at is None or conversation.seen_at < now - UNSEEN_AFTER
    unowned = (
        conversation.assignee_id is None
        and conversation.unassigned_since is not None
        and conversation.unassigned_since < now - UNOWNED_AFTER
    )
    reopened = before == Status.CLOSED
    was_up_to_date = before == Status.SNOOZED or (conversation.unread == 0 and not reopened)
    await outbox.post_text(
        session,
        conversation,
        inbox,
        message,
        broadcast=reopened or unseen or unowned,
        mention=conversation.assignee_id if was_up_to_date else None,
        now=now,
        since=since,
    )


async def _consent(
    session: Session, conversation: Conversation, inbox: Inbox, incoming: Incoming, *, now: datetime
) -> None:
    stopped = conversation.opted_out_at is not None
    after = consent.after(stopped=stopped, body=incoming.body, opt_out_type=incoming.opt_out_type)
    if after != stopped and incoming.recovered_from is not None:  # what was texted since then counts
        for later in await messages.list_texts_after(session, conversation, at=incoming.written_at(now)):
            after = consent.after(stopped=after, body=later)
    if after != stopped:
        conversation.opted_out_at = now if after else None
        what = "stopped" if after else "started"
        await outbox.post_line(
            session, conversation, inbox, what, now=now, cause=incoming.sid, since=incoming.shown_since(now)
        )
