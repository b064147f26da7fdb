"""A text to the contact that was not written in the thread: in a modal, or by the bridge itself.

A line in the thread shows it, and once Slack has that line it stands for what a rep's own message is for a reply: it
bears the marks, and what became of the text is bound to it. So nothing leaves that the team does not see.
"""

from datetime import datetime, timedelta

from desk import assignment, colleagues, departure, outbox, reading, receipts, reply
from desk.delivery import Done, Refused, Settle, Settled, Withdrawn
from desk.errors import NothingToSend, TooLong, Unsendable
from desk.gaps import Gaps, hold_back
from storage import conversations, deliveries, inboxes, messages
from storage.claims import Claimed
from storage.database import Session
from storage.models import Conversation, Delivery, Inbox, Message
from storage.states import Direction, MessageStatus


async def compose(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    *,
    body: str,
    author: str | None,
    cause: str,
    now: datetime,
) -> Message:
    """Have a text sent, after the line that shows it in the thread; the conversation is locked.

    No author: it is automatic, answers nothing, is not held, and does not leave when it is late. `cause` is the
    outside's id of what it comes from, such as that of a modal: to one contact, the same cause sends once. Raises
    NothingToSend, TooLong or Unsendable, and then nothing is stored.
    """
    contact = await conversations.get_contact(session, conversation)
    what, cause = "automatic" if author is None else "composed", f"{contact.address}:{cause}"
    line = await deliveries.find(session, outbox.line_id(inbox, what, cause))
    if line is not None:
        return await messages.get(session, conversation.workspace_id, line.message_id or 0)
    await _require_sendable(session, conversation, body)
    message = await messages.add(
        session,
        conversation,
        direction=Direction.OUTBOUND,
        status=MessageStatus.HELD,
        body=body,
        author_id=author,
        created_at=now,
    )
    await outbox.post_line(session, conversation, inbox, what, now=now, cause=cause, message_id=message.id)
    if author is not None:
        conversation.last_activity_at = max(conversation.last_activity_at, now)
        await assignment.claim_by_reply(session, conversation, inbox, message, now=now)
        if conversation.assignee_id == author:
            conversation.read_to = conversation.counter
        await reading.settle(session, conversation, now=now)
    return message


async def _require_sendable(session: Session, conversation: Conversation, body: str) -> None:
    if not body.strip():
        raise NothingToSend
    refusal = await reply.why_unsendable(session, conversation, body)
    if refusal is not None:
        what, details = refusal
        raise TooLong(**details) if what == reply.TOO_LONG else Unsendable


async def find(session: Session, delivery: Delivery) -> Message | None:
    """The text that a line shows; None of any other line."""
    if delivery.message_id is None:
        return None
    return await messages.get(session, delivery.workspace_id, delivery.message_id)


def is_too_late(message: Message, *, now: datetime) -> bool:
    """Whether nobody asked for it and it is too late for it to make sense."""
    return message.author_id is None and now - message.created_at > departure.STALE_AFTER


def followed(settle: Settle, gaps: Gaps, hold: timedelta) -> Settle:
    """What is written down of a line, and then of the text that it shows; `hold` is how long a rep can take it back."""

    async def settled(session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
        await settle(session, claimed, outcome, now)
        message = await find(session, claimed.delivery)
        if message is None:
            return
        conversation = await conversations.lock_of(session, message)
        if message.status != MessageStatus.HELD or message.ts is not None:
            return
        match outcome:
            case Done(result_id=ts):
                message.channel_id, message.ts = inboxes.channel_of(claimed.delivery.lane or ""), ts
                await _send(session, conversation, message, claimed.delivery, hold=hold, now=now)
                await _keep_order(session, gaps, message, now=now)
            case Refused():  # nobody would see it, so it does not leave
                message.status = MessageStatus.FAILED
                await receipts.is_no_answer(session, conversation, now=now)
            case Withdrawn():
                message.status = MessageStatus.CANCELED

    return settled


async def _send(
    session: Session, conversation: Conversation, message: Message, line: Delivery, *, hold: timedelta, now: datetime
) -> None:
    """Have it leave now that its line stands in the thread. One that is held can be taken back by its author."""
    inbox = await inboxes.get(session, conversation.workspace_id, conversation.inbox_id)
    is_doubted = line.attempt == 0  # a database that was lost has posted the line, and perhaps sent the text
    hold = reply.hold_of(inbox, hold)
    if message.author_id is None or is_doubted:
        hold = timedelta()
    else:
        hold = await _offer(session, conversation, message, hold=hold, now=now)
    await outbox.send_reply(
        session,
        message,
        inbox,
        not_before=now + hold,
        now=now,
        wanted_at=message.created_at,
        since=message.created_at if is_doubted else None,
    )


async def _offer(
    session: Session, conversation: Conversation, message: Message, *, hold: timedelta, now: datetime
) -> timedelta:
    """Offer its author to take it back while it is held, which is longer when a colleague has just answered."""
    before = await colleagues.just_answered(
        session, conversation, message.channel_id or "", message.ts or "", author=message.author_id or ""
    )
    if before is not None:
        hold = max(hold, colleagues.HOLD)
        await colleagues.tell_author(session, conversation, message, before, hold=hold, now=now)
    elif hold:
        about = {"channel_id": message.channel_id, "attempt": message.attempt}
        await outbox.tell_author(session, conversation, message, "composed_held", now=now, **about)
    return hold


async def _keep_order(session: Session, gaps: Gaps, message: Message, *, now: datetime) -> None:
    """Have it wait for what was written in the thread before it and is still read back."""
    thread = await conversations.current_thread(session, message.conversation_id)
    if thread is not None and thread.root_ts is not None:
        where = (thread.channel_id, thread.root_ts)
        await hold_back(session, gaps, message.workspace_id, where, message.ts or "", now=now)
