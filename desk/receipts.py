"""What became of a reply: handed over, refused, uncertain, delivered; and what a rep decides about it (rule 10)."""

from datetime import datetime

from desk import access, outbox, reading
from desk.access import Actor
from desk.delivery import Done, Refused, Settled, Uncertain
from desk.errors import Decided, NotYours, Unsendable
from storage import conversations, histories, inboxes, messages
from storage.database import Session
from storage.deliveries import Claimed
from storage.models import FAILED, Conversation, Direction, Inbox, Message, MessageStatus

_RANK = {
    status: rank
    for rank, statuses in enumerate(
        (
            (MessageStatus.HELD, MessageStatus.UNCERTAIN),
            (MessageStatus.ACCEPTED, MessageStatus.SCHEDULED),
            (MessageStatus.QUEUED,),
            (MessageStatus.SENDING,),
            (MessageStatus.SENT,),
            (MessageStatus.DELIVERED, MessageStatus.UNDELIVERED, MessageStatus.FAILED, MessageStatus.CANCELED),
            (MessageStatus.READ,),
        )
    )
    for status in statuses
}


def newer(before: str, after: str) -> str:
    """The status that stands when receipts come in any order: the one further on; the first final one is final."""
    known = _RANK.get(MessageStatus(before), 0)
    told = _RANK.get(MessageStatus(after), 0)
    if before in (*FAILED, MessageStatus.CANCELED):
        return before
    return after if told > known else before


async def settle(session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
    """Write down what became of an attempt to send a reply."""
    delivery = claimed.delivery
    message = await messages.get(session, delivery.workspace_id, delivery.message_id or 0)
    match outcome:
        case Done(result_id=sid):
            sent(message, sid or "", now=now)
        case Refused():
            await refused(
                session,
                message,
                sentence=outcome.reason,
                code=outcome.code,
                can_retry=outcome.can_retry,
                opted_out=outcome.opted_out,
                now=now,
            )
        case Uncertain():
            await uncertain(session, message, now=now)


def sent(message: Message, sid: str, *, now: datetime) -> None:
    """Twilio has taken the message, as `sid`."""
    message.sid = sid
    message.left_at = message.left_at or now
    message.status = newer(message.status, MessageStatus.QUEUED)


async def refused(
    session: Session,
    message: Message,
    *,
    sentence: str,
    code: int | None,
    can_retry: bool,
    opted_out: bool,
    now: datetime,
) -> None:
    """The message certainly did not arrive: said in the thread with the reason; waiting and unread return."""
    if message.status in (*FAILED, MessageStatus.DELIVERED, MessageStatus.READ):
        return
    message.status = MessageStatus.FAILED
    message.error_code = code
    message.left_at = message.left_at or now
    conversation, inbox = await _place(session, message)
    if opted_out and conversation.opted_out_at is None:
        conversation.opted_out_at = now
    await outbox.mark(session, message, "failed", now=now)
    await outbox.post_line(
        session,
        conversation,
        inbox,
        "failed",
        now=now,
        cause=f"{message.id}:{message.attempt}",
        sentence=sentence,
        retry=can_retry,
        message_id=message.id,
        attempt=message.attempt,
        author=message.author_id,
    )
    await _unanswer(session, conversation, now=now)


async def uncertain(session: Session, message: Message, *, now: datetime) -> None:
    """Nobody knows whether the message left: the thread asks."""
    if message.status != MessageStatus.HELD:
        return
    message.status = MessageStatus.UNCERTAIN
    conversation, inbox = await _place(session, message)
    await outbox.post_line(
        session,
        conversation,
        inbox,
        "uncertain",
        now=now,
        cause=f"{message.id}:{message.attempt}",
        message_id=message.id,
        attempt=message.attempt,
        author=message.author_id,
    )


async def receipt(
    session: Session,
    message: Message,
    *,
    sid: str,
    status: str,
    sentence: str,
    code: int | None,
    can_retry: bool,
    opted_out: bool,
    now: datetime,
) -> None:
    """Twilio tells what became of a message; receipts come in any order, and may come before we know the sid."""
    message.sid = message.sid or sid
    message.left_at = message.left_at or now
    if status in FAILED:
        await refused(
            session,
            message,
            sentence=sentence,
            code=code,
            can_retry=can_retry,
            opted_out=opted_out,
            now=now,
        )
        return
    before, message.status = message.status, newer(message.status, status)
    if message.status != before and message.status in (MessageStatus.DELIVERED, MessageStatus.READ):
        await outbox.mark(session, message, "delivered", now=now)


async def find_message(session: Session, workspace_id: int, message_id: int, attempt: int, sid: str) -> Message | None:
    """The message that a receipt is about; None for one of an attempt that was given up."""
    message = await messages.get(session, workspace_id, message_id)
    if message.attempt != attempt or (message.sid is not None and message.sid != sid):
        return None
    return message


async def send_again(
    session: Session, actor: Actor, message_id: int, attempt: int, *, choice: str, now: datetime
) -> None:
    """Send a failed or uncertain message once more (`Retry`, `Send again`), bound to the attempt that was pressed.

    Raises Decided when somebody has pressed before.
    """
    message, conversation, inbox = await _decide(session, actor, message_id, attempt, choice, now=now)
    message.status = MessageStatus.HELD
    message.attempt += 1
    message.sid = None
    message.left_at = None
    message.error_code = None
    await outbox.send_reply(session, message, inbox, not_before=now, now=now)
    await reading.settle(session, conversation, now=now)


async def it_arrived(session: Session, actor: Actor, message_id: int, attempt: int, *, now: datetime) -> None:
    """Settle an uncertain message as sent, on a rep's word. Raises Decided when somebody has pressed before."""
    message, conversation, _ = await _decide(session, actor, message_id, attempt, "It arrived", now=now)
    message.status = MessageStatus.SENT
    message.left_at = message.left_at or now
    await reading.settle(session, conversation, now=now)


async def _decide(
    session: Session, actor: Actor, message_id: int, attempt: int, choice: str, *, now: datetime
) -> tuple[Message, Conversation, Inbox]:
    message = await messages.get(session, actor.workspace_id, message_id)
    conversation, inbox = await access.reach(session, actor, message.conversation_id)
    press = f"{message_id}:{attempt}"
    open_to_choice = message.status in (*FAILED, MessageStatus.UNCERTAIN)
    if message.attempt != attempt or not open_to_choice:
        first = await histories.find_resolution(session, conversation.id, press)
        name = await access.name_of(session, actor.workspace_id, first.actor_id if first else None)
        raise Decided(name=name, choice=first.before if first else "Twilio's receipt")
    await histories.add(session, conversation, "resolved", now=now, actor_id=actor.user_id, before=choice, after=press)
    await outbox.post_line(
        session, conversation, inbox, "resolved", now=now, cause=press, actor=actor.user_id, choice=choice
    )
    return message, conversation, inbox


async def send_note(session: Session, actor: Actor, message_id: int, attempt: int, *, now: datetime) -> None:
    """Send a note as SMS after all, at once; only its author may.

    Raises NotYours, Decided when it was sent before, or Unsendable with the reason.
    """
    message = await messages.get(session, actor.workspace_id, message_id)
    conversation, inbox = await access.reach(session, actor, message.conversation_id)
    if message.author_id != actor.user_id:
        raise NotYours
    if message.direction != Direction.NOTE or message.attempt != attempt:
        raise Decided(name="You", choice="Send as SMS")
    contact = await conversations.get_contact(session, conversation)
    if not contact.can_reply or conversation.opted_out_at is not None:
        raise Unsendable
    conversation.counter += 1
    message.direction, message.status = Direction.OUTBOUND, MessageStatus.HELD
    message.position = conversation.counter
    await outbox.send_reply(session, message, inbox, not_before=now, now=now)
    await reading.settle(session, conversation, now=now)


async def _place(session: Session, message: Message) -> tuple[Conversation, Inbox]:
    conversation = await conversations.lock(session, message.workspace_id, message.conversation_id)
    return conversation, await inboxes.get(session, message.workspace_id, conversation.inbox_id)


async def _unanswer(session: Session, conversation: Conversation, *, now: datetime) -> None:
    await session.flush()
    settled = await conversations.answered_to(session, conversation)
    conversation.read_to = min(conversation.read_to, settled)
    await reading.settle(session, conversation, now=now)
