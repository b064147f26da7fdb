"""What a rep decides about a message: send it, or not; settle it as arrived; send a note after all (rules 8 to 10).

A press is bound to a message and an attempt: the first one counts, the second is told whose that was.
"""

from datetime import datetime

from desk import access, assignment, outbox, reading, reply_changes
from desk.access import Actor
from desk.errors import Decided, LeftAlready, NoteDeleted, NotYours, OutOfDate, SentAlready, TakenBack, Unsendable
from desk.values import Attempt
from storage import conversations, deliveries, histories, messages
from storage.database import Session
from storage.models import Conversation, Inbox, Message
from storage.states import FAILED, UNSENT, Direction, MessageStatus

SEND_AGAIN = "Send again"  # of what nobody knows about
CANCEL = "Cancel"  # of what is still held
_RECEIPT = "Twilio's receipt"


async def send_again(session: Session, actor: Actor, attempt: Attempt, *, choice: str, now: datetime) -> None:
    """Send a failed or uncertain message once more (`Retry`, `Send again`), or one that was kept back (`Send now`).

    What is sent is its newest wording. Raises Decided when somebody has pressed before, TakenBack when its author did
    not want it any more, Unsendable when the contact has opted out since.
    """
    message, conversation, inbox = about = await _reach(session, actor, attempt)
    await _require_sendable(session, conversation)
    await _require_undecided(session, actor, message, attempt=attempt.number)
    change = await messages.find_newer(session, message)
    if change is not None and (change.is_deleted or change.is_note):
        raise TakenBack
    await _decide(session, actor, about, choice=choice, now=now)
    await _send_anew(session, message, inbox, now=now)
    await reading.settle(session, conversation, now=now)


async def leave_unsent(session: Session, actor: Actor, attempt: Attempt, *, now: datetime) -> None:
    """Settle that a reply that was kept back is not sent (`Don't send`).

    Raises Decided when somebody has pressed before, TakenBack when its author took it back.
    """
    message, conversation, _ = about = await _reach(session, actor, attempt)
    await _require_undecided(session, actor, message, attempt=attempt.number)
    await _decide(session, actor, about, choice=reply_changes.DONT_SEND, now=now)
    message.status = MessageStatus.CANCELED
    await reading.settle(session, conversation, now=now)


async def cancel(session: Session, actor: Actor, attempt: Attempt, *, now: datetime) -> bool:
    """Take back a reply that is still held (`Cancel`); whether its author may edit it to send it after all.

    Nobody can edit a text that a line of ours shows, so the thread is told. Raises Decided when somebody has pressed
    before, TakenBack when its author took it back, LeftAlready.
    """
    message, conversation, _ = about = await _reach(session, actor, attempt)
    await _require_held(session, actor, message, attempt=attempt.number)
    if not await deliveries.cancel(session, outbox.reply_id(message), now=now):
        raise LeftAlready
    is_shown_by_us = await deliveries.has_line(session, message.id)
    if is_shown_by_us:
        await _decide(session, actor, about, choice=CANCEL, now=now)
    else:
        await _note_choice(session, actor, message, conversation, choice=CANCEL, now=now)
    message.status = MessageStatus.CANCELED
    await outbox.mark(session, message, "failed", now=now)
    await reading.settle(session, conversation, now=now)
    return not is_shown_by_us


async def send_at_once(session: Session, actor: Actor, attempt: Attempt, *, now: datetime) -> None:
    """End the hold of a reply (`Send now`); what was written before it still goes first. Raises what `cancel` does."""
    message, conversation, _ = await _reach(session, actor, attempt)
    await _require_held(session, actor, message, attempt=attempt.number)
    if not await deliveries.hurry(session, outbox.reply_id(message), now=now):
        raise LeftAlready
    await _note_choice(session, actor, message, conversation, choice="Send now", now=now)


async def it_arrived(session: Session, actor: Actor, attempt: Attempt, *, now: datetime) -> None:
    """Settle an uncertain message as sent, on a rep's word. Raises Decided when somebody has pressed before."""
    message, conversation, _ = about = await _reach(session, actor, attempt)
    if message.status in FAILED and message.attempt == attempt.number:
        raise Decided(name=_RECEIPT, choice="It failed")
    await _require_undecided(session, actor, message, attempt=attempt.number)
    await _decide(session, actor, about, choice="It arrived", now=now)
    message.status = MessageStatus.SENT
    message.left_at = message.left_at or now
    await reply_changes.tell_late(session, conversation, message, now=now)
    await reading.settle(session, conversation, now=now)


async def send_note(session: Session, actor: Actor, attempt: Attempt, *, now: datetime) -> None:
    """Send a note as SMS after all, at once; only its author may.

    Raises NotYours, SentAlready, NoteDeleted, or Unsendable.
    """
    message, conversation, inbox = await _reach(session, actor, attempt)
    if message.author_id != actor.user_id:
        raise NotYours
    if message.direction != Direction.NOTE or message.attempt != attempt.number:
        raise SentAlready
    if message.status == MessageStatus.CANCELED:
        raise NoteDeleted
    await _require_sendable(session, conversation)
    conversation.counter += 1
    message.direction = Direction.OUTBOUND
    message.position = conversation.counter
    await _send_anew(session, message, inbox, now=now)
    await assignment.claim_by_reply(session, conversation, inbox, message, now=now)
    await reading.settle(session, conversation, now=now)


async def _send_anew(session: Session, message: Message, inbox: Inbox, *, now: datetime) -> None:
    """Begin a new attempt, of which nothing is known yet."""
    message.status = MessageStatus.HELD
    message.attempt += 1
    message.sid = message.left_at = message.error_code = None
    await outbox.send_reply(session, message, inbox, not_before=now, now=now)


async def _reach(session: Session, actor: Actor, attempt: Attempt) -> tuple[Message, Conversation, Inbox]:
    """What was pressed about; raises OutOfDate while it has not been read back into a database that was restored."""
    message = await messages.find_by_ts(session, actor.workspace_id, attempt.channel_id, attempt.ts)
    if message is None:
        raise OutOfDate
    conversation, inbox = await access.reach(session, actor, message.conversation_id)
    await session.refresh(message)
    return message, conversation, inbox


async def _require_sendable(session: Session, conversation: Conversation) -> None:
    contact = await conversations.get_contact(session, conversation)
    if not contact.can_reply or conversation.opted_out_at is not None:
        raise Unsendable


async def _require_undecided(session: Session, actor: Actor, message: Message, *, attempt: int) -> None:
    """Raise Decided with who was first, or TakenBack when nobody was, but the author deleted it or made it a note."""
    if message.attempt == attempt and message.status in (*UNSENT, MessageStatus.UNCERTAIN):
        return
    first = await histories.find_resolution(session, message.conversation_id, f"{message.id}:{attempt}")
    if first is None and not reply_changes.is_wanted(message):
        raise TakenBack
    name = await access.name_of(session, actor.workspace_id, first.actor_id) if first else _RECEIPT
    raise Decided(name=name, choice=first.before if first else "It arrived")


async def _require_held(session: Session, actor: Actor, message: Message, *, attempt: int) -> None:
    """Raise Decided with who was first, TakenBack when the author took it back, LeftAlready when it left by itself."""
    first = await histories.find_resolution(session, message.conversation_id, f"{message.id}:{attempt}")
    if first is not None:
        raise Decided(name=await access.name_of(session, actor.workspace_id, first.actor_id), choice=first.before)
    if not reply_changes.is_wanted(message):
        raise TakenBack
    if message.status != MessageStatus.HELD or message.attempt != attempt:
        raise LeftAlready


async def _decide(
    session: Session, actor: Actor, about: tuple[Message, Conversation, Inbox], *, choice: str, now: datetime
) -> None:
    """Write the choice down as the one that counts, and have it said."""
    message, conversation, inbox = about
    press = await _note_choice(session, actor, message, conversation, choice=choice, now=now)
    await outbox.post_line(
        session, conversation, inbox, "resolved", now=now, cause=f"{press}:{choice}", actor=actor.user_id, choice=choice
    )


async def _note_choice(
    session: Session, actor: Actor, message: Message, conversation: Conversation, *, choice: str, now: datetime
) -> str:
    press = f"{message.id}:{message.attempt}"
    await histories.add(
        session, conversation, histories.RESOLVED, now=now, actor_id=actor.user_id, before=choice, after=press
    )
    return press
