"""What becomes of a reply that its author edits or deletes: before it comes, while it is held, or too late (rule 9)."""

from contextlib import suppress
from datetime import datetime, timedelta

from desk import assignment, outbox, reading, reply
from desk.errors import NotYet
from storage import conversations, deliveries, histories, inboxes, messages
from storage.database import Session
from storage.models import Conversation, Inbox, Message, ReplyChange
from storage.states import UNSENT, Direction, MessageStatus

DONT_SEND = "Don't send"  # what somebody decided about a reply that was kept back


async def find_edit(session: Session, workspace_id: int, channel_id: str, ts: str) -> ReplyChange | None:
    """The newest edit of a message, when it came before the message itself."""
    change = await messages.find_change(session, workspace_id, channel_id, ts)
    return None if change is None or change.is_deleted else change


async def _lock_thread(session: Session, workspace_id: int, channel_id: str, root_ts: str) -> None:
    """Lock the conversation of a thread, so that a change and its message, taken at once, see each other.

    Raises NotOurs. While the card is on its way, `write` waits for it, too.
    """
    with suppress(NotYet):
        thread = await reply.get_thread(session, workspace_id, channel_id, root_ts)
        await conversations.lock(session, workspace_id, thread.conversation_id)


async def edit(session: Session, written: reply.Written, *, hold: timedelta, now: datetime) -> None:
    """Apply an edit: it changes what is sent until the reply is handed to Twilio; after that the author is told.

    One that was not sent, since it was too long or one too many, is held anew. The edit may come before its message,
    or while a try is under way that may fail, and then it is kept. Editing a note never sends it. Raises NotOurs.
    """
    await _lock_thread(session, written.workspace_id, written.channel_id, written.thread_ts)
    await messages.keep_change(
        session,
        ReplyChange(
            workspace_id=written.workspace_id,
            channel_id=written.channel_id,
            ts=written.ts,
            edited_ts=written.edited_ts,
            text=written.text,
            body=written.body,
            is_note=written.is_note,
            created_at=now,
        ),
    )
    message = await messages.find_by_ts(session, written.workspace_id, written.channel_id, written.ts)
    if message is None:
        return
    conversation = await conversations.lock_of(session, message)
    change = await messages.find_newer(session, message)
    if change is None or change.is_deleted:
        return
    if message.direction == Direction.NOTE:
        _take_words(message, change)
    elif message.status == MessageStatus.CANCELED:
        since, wanted_at = written.sent_since(now), written.written_at(now)
        await _take_anew(session, conversation, message, change, hold=hold, now=now, since=since, wanted_at=wanted_at)
    elif message.status in UNSENT:
        _take_words(message, change)  # which is what Retry and Send now send
        if change.is_note:
            await _become_note(session, conversation, message, now=now)
    elif not await deliveries.is_waiting(session, outbox.reply_id(message)):
        await tell_late(session, conversation, message, now=now)
    elif not await take_newest(session, conversation, message):
        await deliveries.cancel(session, outbox.reply_id(message), now=now)
        await take_back(session, conversation, message, now=now)


def is_wanted(message: Message) -> bool:
    """Whether its author means it for the contact: neither taken back nor made a note."""
    return message.direction == Direction.OUTBOUND and message.status != MessageStatus.CANCELED


async def take_newest(session: Session, conversation: Conversation, message: Message) -> bool:
    """Have a reply leave as its author wants it by now; False when it must not leave so, or at all."""
    change = await messages.find_newer(session, message)
    if change is None:
        return True
    if change.is_deleted or change.is_note or await reply.why_unsendable(session, conversation, change.body or ""):
        return False
    _take_words(message, change)
    return True


def _take_words(message: Message, change: ReplyChange) -> None:
    message.body, message.edited_ts = change.body or "", change.edited_ts


async def take_back(session: Session, conversation: Conversation, message: Message, *, now: datetime) -> None:
    """Follow what has kept a reply from leaving: it was deleted, or edited into a note or into what cannot be sent."""
    message.status = MessageStatus.CANCELED
    change = await messages.find_newer(session, message)
    if change is not None and not change.is_deleted:
        await _take_anew(session, conversation, message, change, hold=timedelta(), now=now)
    await reading.settle(session, conversation, now=now)


async def _take_anew(
    session: Session,
    conversation: Conversation,
    message: Message,
    change: ReplyChange,
    *,
    hold: timedelta,
    now: datetime,
    wanted_at: datetime | None = None,
    since: datetime | None = None,
) -> None:
    """Take an edit of what is not sent as it was: as a note, refused, or held as a new attempt.

    What somebody decided not to send is not sent.
    """
    _take_words(message, change)
    first = await histories.find_resolution(session, conversation.id, f"{message.id}:{message.attempt}")
    if first is not None and first.before == DONT_SEND:
        return
    if change.is_note:
        await _become_note(session, conversation, message, now=now)
        return
    inbox = await inboxes.get(session, conversation.workspace_id, conversation.inbox_id)
    if await _refuse_edit(session, conversation, inbox, message, now=now):
        return
    conversation.counter += 1
    message.position, message.status, message.attempt = conversation.counter, MessageStatus.HELD, message.attempt + 1
    not_before = now + reply.hold_of(inbox, hold)
    await outbox.send_reply(session, message, inbox, not_before=not_before, now=now, wanted_at=wanted_at, since=since)
    if since is None:
        await assignment.claim_by_reply(session, conversation, inbox, message, now=now)
    await reading.settle(session, conversation, now=now)


async def _refuse_edit(
    session: Session, conversation: Conversation, inbox: Inbox, message: Message, *, now: datetime
) -> bool:
    """Say why an edited reply cannot be sent; False when it can. Its author may not be a rep any more."""
    if await reply.is_rep(session, inbox, message.author_id or ""):
        refusal = await reply.why_unsendable(session, conversation, message.body)
    else:
        refusal = reply.NOT_A_REP, {}
    if refusal is None:
        return False
    what, details = refusal
    await outbox.post_line(
        session,
        conversation,
        inbox,
        what,
        now=now,
        cause=f"{message.ts}:{message.edited_ts}",
        author=message.author_id,
        **details,
    )
    return True


async def _become_note(session: Session, conversation: Conversation, message: Message, *, now: datetime) -> None:
    message.direction, message.status = Direction.NOTE, MessageStatus.RECEIVED
    await reply.offer_note(session, conversation, message, now=now)


async def delete(
    session: Session, workspace_id: int, channel_id: str, thread_ts: str, ts: str, *, now: datetime
) -> None:
    """Apply a deletion: it takes a held reply back; later the author is told that the contact has it already.

    It may come before its message, and then it is kept for it. Raises NotOurs.
    """
    await _lock_thread(session, workspace_id, channel_id, thread_ts)
    await messages.keep_change(
        session,
        ReplyChange(workspace_id=workspace_id, channel_id=channel_id, ts=ts, is_deleted=True, created_at=now),
    )
    message = await messages.find_by_ts(session, workspace_id, channel_id, ts)
    if message is None:
        return
    conversation = await conversations.lock_of(session, message)
    if message.status == MessageStatus.CANCELED:
        return
    unsent = message.direction == Direction.NOTE or message.status in UNSENT
    if unsent or await deliveries.cancel(session, outbox.reply_id(message), now=now):
        await take_back(session, conversation, message, now=now)
    else:
        await tell_late(session, conversation, message, now=now)


async def tell_late(session: Session, conversation: Conversation, message: Message, *, now: datetime) -> None:
    """Tell the author that what they changed since came too late for the contact, or may have.

    While it is on its way, what becomes of it is told then.
    """
    change = await messages.find_newer(session, message)
    if change is None or await deliveries.is_on_its_way(session, outbox.reply_id(message)):
        return
    what = "late_delete" if change.is_deleted else "late_edit"
    if message.status == MessageStatus.UNCERTAIN:
        what = "perhaps_late"
    await outbox.tell_author(session, conversation, message, what, now=now)
