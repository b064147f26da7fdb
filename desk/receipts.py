"""What became of a reply: handed over, refused, uncertain, delivered (rule 10)."""

from datetime import datetime
from typing import Any

from desk import colleagues, decisions, outbox, reading, reply_changes
from desk.delivery import Done, Refused, Settled, Stale, Uncertain, Withdrawn
from storage import conversations, deliveries, histories, inboxes, messages
from storage.claims import Claimed
from storage.database import Session
from storage.models import Conversation, Message
from storage.states import FAILED, DeliveryState, Kind, MessageStatus

_RANK = {
    status: rank
    for rank, statuses in enumerate(
        (
            (MessageStatus.HELD, MessageStatus.STALE, MessageStatus.UNCERTAIN),
            (MessageStatus.ACCEPTED, MessageStatus.SCHEDULED),
            (MessageStatus.QUEUED,),
            (MessageStatus.SENDING,),
            (MessageStatus.SENT,),
            (MessageStatus.DELIVERED, *FAILED, MessageStatus.CANCELED),
            (MessageStatus.READ,),
        )
    )
    for status in statuses
}
_EXCERPT = 80
_ARRIVED = (MessageStatus.DELIVERED, MessageStatus.READ)


def newer(before: str, after: str) -> str:
    """The status that stands when receipts come in any order: the one further on; a failure is final."""
    if before in (*FAILED, MessageStatus.CANCELED):
        return before
    return after if _RANK.get(MessageStatus(after), 0) > _RANK.get(MessageStatus(before), 0) else before


async def settle(session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
    """Write down what became of an attempt to send a reply."""
    delivery = claimed.delivery
    message = await messages.get(session, delivery.workspace_id, delivery.message_id or 0)
    conversation = await conversations.lock_of(session, message)
    attempt = delivery.payload["attempt"]
    if message.attempt != attempt:  # a rep has tried again since: it had failed, or nobody knew
        if isinstance(outcome, Done) and await _is_sent_again(session, message, attempt):
            await _say(session, conversation, message, "twice", now=now)
        return
    match outcome:
        case Done(result_id=sid):
            message.sid = sid
            message.status = newer(message.status, MessageStatus.QUEUED)
            await _left(session, message, now=now)
            if message.recovered and delivery.attempt > 0:
                await outbox.mark(session, message, "recovered", now=now)
            await colleagues.tell_owner(session, conversation, message, now=now)
            await reply_changes.tell_late(session, conversation, message, now=now)
        case Refused():
            await _refuse(session, conversation, message, outcome, now=now)
        case Uncertain():
            await _ask(session, conversation, message, now=now)
        case Stale():
            await _keep_back(session, conversation, message, now=now)
        case Withdrawn():
            await reply_changes.take_back(session, conversation, message, now=now)


async def tell_extra(session: Session, claimed: Claimed, outcome: Done, now: datetime) -> None:
    """A text left although it was no longer to: another worker has sent it meanwhile, or its author took it back."""
    delivery = claimed.delivery
    sid = outcome.result_id or ""
    await outbox.keep_sent(session, delivery, sid, now=now)
    message = await messages.get(session, delivery.workspace_id, delivery.message_id or 0)
    conversation = await conversations.lock_of(session, message)
    what = "late_delete" if message.status == MessageStatus.CANCELED else "twice"
    await _say(session, conversation, message, what, now=now)


async def receive(
    session: Session,
    workspace_id: int,
    message_id: int,
    attempt: int,
    *,
    sid: str,
    status: str,
    failure: Refused,
    now: datetime,
    reply: str = "",
) -> None:
    """Twilio tells what became of an attempt; receipts come in any order, and may come before we know the sid.

    `failure` is what a failed or undelivered status means. `reply` is our id of the attempt, which a database that was
    lost may have given to another message. Receipts of what is given up, or not ours any more, say nothing.
    """
    message = await messages.find(session, workspace_id, message_id)
    if message is None:
        return
    conversation = await conversations.lock_of(session, message)
    if reply and reply != str(outbox.reply_id(message, attempt)):
        return
    bound = await messages.find_by_sid(session, workspace_id, sid)
    if bound is not None and bound.id != message.id:
        return
    if bound is None and message.attempt != attempt:
        if status in FAILED or not await _has_left_before(session, conversation, message, attempt, sid=sid, now=now):
            return
    elif message.sid is not None and message.sid != sid:
        return
    message.sid = sid
    await deliveries.bind(session, outbox.reply_id(message, attempt), sid)
    await _left(session, message, now=now)
    if status in FAILED:
        await _refuse(session, conversation, message, failure, now=now)
        return
    before, message.status = message.status, newer(message.status, status)
    if message.status != before and message.status in _ARRIVED:
        await outbox.mark(session, message, "delivered", now=now)
    if before == MessageStatus.UNCERTAIN:
        await reply_changes.tell_late(session, conversation, message, now=now)
        await reading.settle(session, conversation, now=now)


async def _has_left_before(
    session: Session, conversation: Conversation, message: Message, attempt: int, *, sid: str, now: datetime
) -> bool:
    """An attempt about which nobody knew has left after all, and a rep has had the text sent again meanwhile.

    True when that has not begun, so that it is taken back; otherwise the thread is told that the customer has it twice.
    Its author is told if they have changed or deleted it since it left.
    """
    delivery = await deliveries.find(session, outbox.reply_id(message, attempt))
    if delivery is None or delivery.state != DeliveryState.UNCERTAIN:
        return False
    if not await _is_sent_again(session, message, attempt):
        return False
    delivery.state, delivery.result_id = DeliveryState.DONE, sid
    is_wanted = reply_changes.is_wanted(message)
    if is_wanted and not await deliveries.cancel(session, outbox.reply_id(message), now=now):
        await _say(session, conversation, message, "twice", now=now)
        return False
    change = await messages.find_newer(session, message)
    edited_ts = (change.edited_ts if change else "") or message.edited_ts or "0"
    if change is not None and change.is_deleted:
        await outbox.tell_author(session, conversation, message, "late_delete", now=now)
    elif float(edited_ts) > (delivery.started_at or 0):
        await outbox.tell_author(session, conversation, message, "late_edit", now=now)
    return is_wanted


async def _is_sent_again(session: Session, message: Message, attempt: int) -> bool:
    pressed = await histories.find_resolution(session, message.conversation_id, f"{message.id}:{attempt}")
    return pressed is not None and pressed.before == decisions.SEND_AGAIN


async def _left(session: Session, message: Message, *, now: datetime) -> None:
    """It has left, so the mark that it has not is not needed any more."""
    if message.left_at is None:
        message.left_at = now
        await deliveries.cancel(session, outbox.delivery_id(Kind.MARK, f"{message.id}:waiting"), now=now)


async def _refuse(
    session: Session, conversation: Conversation, message: Message, failure: Refused, *, now: datetime
) -> None:
    """It certainly did not arrive: said in the thread with the reason; waiting and unread return."""
    if message.status in (*FAILED, *_ARRIVED, MessageStatus.CANCELED):
        return
    message.status = MessageStatus.FAILED
    message.error_code = failure.code
    await _left(session, message, now=now)
    if failure.opted_out and conversation.opted_out_at is None:
        conversation.opted_out_at = now
    await outbox.mark(session, message, "failed", now=now)
    told = {"sentence": failure.reason, "retry": failure.can_retry}
    await _say(session, conversation, message, "failed", now=now, code=failure.code, **told)
    await is_no_answer(session, conversation, now=now)


async def is_no_answer(session: Session, conversation: Conversation, *, now: datetime) -> None:
    """Waiting and unread return."""
    await session.flush()
    settled = await conversations.answered_to(session, conversation)
    conversation.read_to = min(conversation.read_to, settled)
    await reading.settle(session, conversation, now=now)


async def _keep_back(session: Session, conversation: Conversation, message: Message, *, now: datetime) -> None:
    """It is too late for it to leave by itself: the thread asks, and meanwhile it answers nothing.

    One that nobody wrote is dropped.
    """
    if message.status != MessageStatus.HELD:
        return
    if message.author_id is None:
        message.status = MessageStatus.CANCELED
        await _say(session, conversation, message, "dropped", now=now)
        return
    message.status = MessageStatus.STALE
    await _say(session, conversation, message, "stale", now=now)
    await is_no_answer(session, conversation, now=now)


async def _ask(session: Session, conversation: Conversation, message: Message, *, now: datetime) -> None:
    """Nobody knows whether it left: the thread asks."""
    if message.status == MessageStatus.HELD:
        message.status = MessageStatus.UNCERTAIN
        await _say(session, conversation, message, "uncertain", now=now)
        await reply_changes.tell_late(session, conversation, message, now=now)


async def _say(
    session: Session,
    conversation: Conversation,
    message: Message,
    what: str,
    *,
    now: datetime,
    code: int | None = None,
    **details: Any,
) -> None:
    """Say something of a reply in its thread, once; a database that was lost may have said it of what is recovered."""
    inbox = await inboxes.get(session, conversation.workspace_id, conversation.inbox_id)
    await outbox.post_line(
        session,
        conversation,
        inbox,
        what,
        now=now,
        cause=f"{message.ts}:{message.attempt}{f':{code}' if code else ''}",
        since=message.created_at if message.recovered else None,
        channel_id=message.channel_id,
        ts=message.ts,
        attempt=message.attempt,
        author=message.author_id,
        excerpt=message.body[:_EXCERPT],
        **details,
    )
