"""What a rep writes in a thread: a reply that goes out after its hold, or a note that stays inside (rules 3, 8, 9)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from desk import access, outbox, reading, storms
from desk.access import Actor
from desk.errors import GuestsDoNotOwn, NotInChannel, NotOurs, NotYet, UnknownPerson
from storage import conversations, deliveries, histories, inboxes, messages, people, reading_back
from storage.database import Session
from storage.models import Conversation, Inbox, Message, ReplyChange, Thread
from storage.states import UNSENT, Direction, MessageStatus

SMS_LIMIT = 1600  # characters in one message, Twilio's limit
TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody wrote in a thread: `text` as Slack keeps it, `body` as plain text.

    `ts` is Slack's id of it; `edited_ts` that of its newest edit. `is_outsider`: of another organisation, or not in the
    channel any more. `recovered`: no event told of it, it was found in the thread.
    """

    workspace_id: int
    channel_id: str
    thread_ts: str
    ts: str
    author_id: str
    text: str
    body: str
    is_note: bool
    has_files: bool = False
    is_outsider: bool = False
    edited_ts: str = ""
    recovered: bool = False

    def written_at(self, now: datetime) -> datetime:
        """When Slack took it, or its newest edit."""
        return min(datetime.fromtimestamp(float(self.edited_ts or self.ts), UTC), now)

    def sent_since(self, now: datetime) -> datetime | None:
        """Since when a database that was lost may have sent it; None when it has certainly not been sent."""
        return min(datetime.fromtimestamp(float(self.ts), UTC), now) if self.recovered else None


async def find_edit(session: Session, workspace_id: int, channel_id: str, ts: str) -> ReplyChange | None:
    """The newest edit of a message, when it came before the message itself."""
    change = await messages.find_change(session, workspace_id, channel_id, ts)
    return None if change is None or change.is_deleted else change


async def write(session: Session, written: Written, *, hold: timedelta, now: datetime) -> None:
    """Take what was written in a conversation's thread: hold it as a reply, keep it as a note, or say why neither.

    Raises NotOurs for a thread of anything but a conversation, NotYet while its card is still being posted or looked
    for, and UnknownPerson when the directory has not heard of the author, or of their joining the channel.
    """
    thread = await _get_thread(session, written.workspace_id, written.channel_id, written.thread_ts)
    conversation = await conversations.lock(session, written.workspace_id, thread.conversation_id)
    inbox = await inboxes.get(session, written.workspace_id, conversation.inbox_id)
    if await messages.find_by_ts(session, written.workspace_id, written.channel_id, written.ts) is not None:
        return
    change = await messages.find_change(session, written.workspace_id, written.channel_id, written.ts)
    if change is not None and change.is_deleted:
        return
    refusal = await _refusal(session, conversation, inbox, written)
    if refusal is not None:
        what, details = refusal
        await outbox.post_line(
            session,
            conversation,
            inbox,
            what,
            now=now,
            cause=written.ts,
            since=written.sent_since(now),
            author=written.author_id,
            **details,
        )
        if what == TOO_LONG:
            await _store(session, conversation, written, Direction.OUTBOUND, MessageStatus.CANCELED, now=now)
        return
    if written.is_note:
        await _keep_note(session, conversation, written, now=now)
    elif await storms.is_flooded(session, conversation, written.channel_id, written.ts):
        unsent = await _store(session, conversation, written, Direction.OUTBOUND, MessageStatus.CANCELED, now=now)
        await storms.tell(session, conversation, inbox, unsent, now=now)
        return
    else:
        message = await _store(session, conversation, written, Direction.OUTBOUND, MessageStatus.HELD, now=now)
        await outbox.send_reply(
            session,
            message,
            inbox,
            not_before=(written.sent_since(now) or now) + _hold(inbox, hold),
            now=now,
            wanted_at=written.written_at(now),
            since=written.sent_since(now),
        )
        conversation.last_activity_at = max(conversation.last_activity_at, message.created_at)
    if conversation.assignee_id == written.author_id:
        conversation.read_to = max(conversation.read_to, await _seen(session, conversation, written, now=now))
    await reading.settle(session, conversation, now=now)


async def _seen(session: Session, conversation: Conversation, written: Written, *, now: datetime) -> int:
    """The position up to which its author had seen the conversation."""
    if not written.recovered:
        return conversation.counter
    return await reading_back.last_before(session, conversation, at=written.written_at(now))


async def _get_thread(session: Session, workspace_id: int, channel_id: str, root_ts: str) -> Thread:
    """The conversation's thread with this root; a card may be confirmed between two looks, so we look twice.

    Raises NotYet while a card is on its way into the channel, or the texts are not read back that may tell of one, and
    NotOurs for the thread of anything else.
    """
    for is_last in (False, True):
        thread = await conversations.find_thread(session, workspace_id, channel_id, root_ts)
        if thread is not None:
            return thread
        if not is_last and (
            await reading_back.may_become_ours(session, workspace_id, channel_id, root_ts)
            or await conversations.has_unposted_thread(session, workspace_id, channel_id)
        ):
            raise NotYet
    raise NotOurs


async def _lock_thread(session: Session, workspace_id: int, channel_id: str, root_ts: str) -> None:
    """Lock the conversation of a thread, so that a change and its message, taken at once, see each other.

    Raises NotOurs. While the card is on its way, `write` waits for it, too.
    """
    with suppress(NotYet):
        thread = await _get_thread(session, workspace_id, channel_id, root_ts)
        await conversations.lock(session, workspace_id, thread.conversation_id)


def _hold(inbox: Inbox, default: timedelta) -> timedelta:
    return default if inbox.hold_seconds is None else timedelta(seconds=inbox.hold_seconds)


async def _refusal(
    session: Session, conversation: Conversation, inbox: Inbox, written: Written
) -> tuple[str, dict[str, Any]] | None:
    """Why what was written cannot go out, as the line that says so; None when it can."""
    if written.is_outsider:
        return "not_a_rep", {}
    is_known = await people.find(session, written.workspace_id, written.author_id) is not None
    if not is_known or not await people.is_member(session, inbox.workspace_id, inbox.channel_id, written.author_id):
        raise UnknownPerson
    try:
        await access.require_rep(session, Actor(workspace_id=written.workspace_id, user_id=written.author_id), inbox)
    except (GuestsDoNotOwn, NotInChannel):
        return "not_a_rep", {}
    if written.is_note:
        return None
    if written.has_files:
        return "pictures_not_sent", {}
    return await _unsendable(session, conversation, written.body)


async def _unsendable(session: Session, conversation: Conversation, body: str) -> tuple[str, dict[str, Any]] | None:
    contact = await conversations.get_contact(session, conversation)
    if not contact.can_reply:
        return "cannot_reply", {}
    if conversation.opted_out_at is not None:
        return "opted_out", {}
    if len(body) > SMS_LIMIT:
        return TOO_LONG, {"length": len(body), "limit": SMS_LIMIT}
    return None


async def _store(
    session: Session,
    conversation: Conversation,
    written: Written,
    direction: Direction,
    status: MessageStatus,
    *,
    now: datetime,
) -> Message:
    message = await messages.add(
        session,
        conversation,
        direction=direction,
        status=status,
        body=written.body,
        author_id=written.author_id,
        channel_id=written.channel_id,
        ts=written.ts,
        edited_ts=written.edited_ts,
        recovered=written.recovered,
        created_at=written.sent_since(now) or now,
    )
    if written.recovered:  # it answers only what was written before it
        message.position = await reading_back.last_before(session, conversation, at=message.created_at)
    return message


async def _keep_note(session: Session, conversation: Conversation, written: Written, *, now: datetime) -> None:
    note = await _store(session, conversation, written, Direction.NOTE, MessageStatus.RECEIVED, now=now)
    await _offer_note(session, conversation, note, now=now)


async def _offer_note(session: Session, conversation: Conversation, note: Message, *, now: datetime) -> None:
    await outbox.mark(session, note, "note", now=now)
    await outbox.whisper(
        session,
        conversation,
        reader=note.author_id or "",
        ts=note.ts or "",
        what="note_kept",
        now=now,
        channel_id=note.channel_id,
        attempt=note.attempt,
    )


async def edit(session: Session, written: Written, *, hold: timedelta, now: datetime) -> None:
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
    if change.is_deleted or change.is_note or await _unsendable(session, conversation, change.body or ""):
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
    if await histories.find_resolution(session, conversation.id, f"{message.id}:{message.attempt}") is not None:
        return
    if change.is_note:
        await _become_note(session, conversation, message, now=now)
        return
    inbox = await inboxes.get(session, conversation.workspace_id, conversation.inbox_id)
    if await _refuse_edit(session, conversation, inbox, message, now=now):
        return
    conversation.counter += 1
    message.position, message.status, message.attempt = conversation.counter, MessageStatus.HELD, message.attempt + 1
    not_before = now + _hold(inbox, hold)
    await outbox.send_reply(session, message, inbox, not_before=not_before, now=now, wanted_at=wanted_at, since=since)
    await reading.settle(session, conversation, now=now)


async def _refuse_edit(
    session: Session, conversation: Conversation, inbox: Inbox, message: Message, *, now: datetime
) -> bool:
    """Say why an edited reply cannot be sent; False when it can."""
    refusal = await _unsendable(session, conversation, message.body)
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
    await _offer_note(session, conversation, message, now=now)


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
