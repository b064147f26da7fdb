"""What a rep writes in a thread: a reply that goes out after its hold, or a note that stays inside (rules 3, 8, 9)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from desk import access, assignment, colleagues, outbox, reading, storms
from desk.access import Actor
from desk.errors import GuestsDoNotOwn, NotInChannel, NotOurs, NotYet, UnknownPerson
from storage import conversations, inboxes, messages, people, reading_back
from storage.database import Session
from storage.models import Conversation, Inbox, Message, Thread
from storage.states import Direction, MessageStatus

SMS_LIMIT = 1600  # characters in one message, Twilio's limit
TOO_LONG = "too_long"
NOT_A_REP = "not_a_rep"


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


async def write(session: Session, written: Written, *, hold: timedelta, now: datetime) -> None:
    """Take what was written in a conversation's thread: hold it as a reply, keep it as a note, or say why neither.

    Raises NotOurs for a thread of anything but a conversation, NotYet while its card is still being posted or looked
    for, and UnknownPerson when the directory has not heard of the author, or of their joining the channel.
    """
    thread = await get_thread(session, written.workspace_id, written.channel_id, written.thread_ts)
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
    is_new = False
    if written.is_note:
        await _keep_note(session, conversation, written, now=now)
    elif await storms.is_flooded(session, conversation, written.channel_id, written.ts):
        unsent = await _store(session, conversation, written, Direction.OUTBOUND, MessageStatus.CANCELED, now=now)
        await storms.tell(session, conversation, inbox, unsent, now=now)
        return
    else:
        message = await _hold(session, conversation, inbox, written, hold=hold_of(inbox, hold), now=now)
        is_new = await _claim(session, conversation, inbox, message, written.sent_since(now), now=now)
    if conversation.assignee_id == written.author_id:
        seen = await _seen(session, conversation, written, now=now)
        conversation.read_to = seen if is_new else max(conversation.read_to, seen)
    await reading.settle(session, conversation, now=now)


async def _seen(session: Session, conversation: Conversation, written: Written, *, now: datetime) -> int:
    """The position up to which its author had seen the conversation."""
    if not written.recovered:
        return conversation.counter
    return await reading_back.last_before(session, conversation, at=written.written_at(now))


async def get_thread(session: Session, workspace_id: int, channel_id: str, root_ts: str) -> Thread:
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


def hold_of(inbox: Inbox, default: timedelta) -> timedelta:
    """How long a reply can be taken back: as the inbox has it, or by itself."""
    return default if inbox.hold_seconds is None else timedelta(seconds=inbox.hold_seconds)


async def _refusal(
    session: Session, conversation: Conversation, inbox: Inbox, written: Written
) -> tuple[str, dict[str, Any]] | None:
    """Why what was written cannot go out, as the line that says so; None when it can."""
    if written.is_outsider:
        return NOT_A_REP, {}
    is_known = await people.find(session, written.workspace_id, written.author_id) is not None
    if not is_known or not await people.is_member(session, inbox.workspace_id, inbox.channel_id, written.author_id):
        raise UnknownPerson
    if not await is_rep(session, inbox, written.author_id):
        return NOT_A_REP, {}
    if written.is_note:
        return None
    if written.has_files:
        return "pictures_not_sent", {}
    return await why_unsendable(session, conversation, written.body)


async def is_rep(session: Session, inbox: Inbox, author_id: str) -> bool:
    """Whether what somebody writes may go to the contact: they are in the channel, and no guest."""
    try:
        await access.require_rep(session, Actor(workspace_id=inbox.workspace_id, user_id=author_id), inbox)
    except (GuestsDoNotOwn, NotInChannel):
        return False
    return True


async def why_unsendable(session: Session, conversation: Conversation, body: str) -> tuple[str, dict[str, Any]] | None:
    """Why words cannot be sent to a contact, as the line that says so; None when they can."""
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


async def _hold(
    session: Session, conversation: Conversation, inbox: Inbox, written: Written, *, hold: timedelta, now: datetime
) -> Message:
    """Have it sent once its hold is over, which is longer when a colleague has just answered."""
    message = await _store(session, conversation, written, Direction.OUTBOUND, MessageStatus.HELD, now=now)
    if not written.recovered:
        before = await colleagues.just_answered(
            session, conversation, written.channel_id, written.ts, author=written.author_id
        )
        if before is not None:
            hold = max(hold, colleagues.HOLD)
            await colleagues.tell_author(session, conversation, message, before, hold=hold, now=now)
    await outbox.send_reply(
        session,
        message,
        inbox,
        not_before=(written.sent_since(now) or now) + hold,
        now=now,
        wanted_at=written.written_at(now),
        since=written.sent_since(now),
    )
    conversation.last_activity_at = max(conversation.last_activity_at, message.created_at)
    return message


async def _claim(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    message: Message,
    since: datetime | None,
    *,
    now: datetime,
) -> bool:
    """Make its author the owner if nobody is; by what was read back, written at `since`, only if nobody was by then."""
    unowned_since = conversation.unassigned_since or conversation.closed_at
    if since is not None and unowned_since is not None and since < unowned_since:
        return False
    return await assignment.claim_by_reply(session, conversation, inbox, message, now=now, since=since)


async def _keep_note(session: Session, conversation: Conversation, written: Written, *, now: datetime) -> None:
    note = await _store(session, conversation, written, Direction.NOTE, MessageStatus.RECEIVED, now=now)
    await offer_note(session, conversation, note, now=now)


async def offer_note(session: Session, conversation: Conversation, note: Message, *, now: datetime) -> None:
    """Mark a note as one, and offer its author to send it after all."""
    await outbox.mark(session, note, "note", now=now)
    about = {"channel_id": note.channel_id, "attempt": note.attempt}
    await outbox.tell_author(session, conversation, note, "note_kept", now=now, **about)
