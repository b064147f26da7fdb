"""Keeps a flood of replies from reaching a customer: a reply pasted many times, or machines that answer each other."""

from datetime import datetime

from desk import outbox
from storage import messages
from storage.database import Session
from storage.models import Conversation, Inbox, Message

# More than anybody writes to one customer, and few enough that a mistake stays an apology: carriers block a number for
# bursts of equal texts, and every one of them costs money. The hour bounds two machines that answer each other slowly.
MOST_IN_A_MINUTE = 10
MOST_IN_AN_HOUR = 60

_MINUTE, _HOUR = 60.0, 3600.0


async def is_flooded(session: Session, conversation: Conversation, channel_id: str, ts: str) -> bool:
    """Whether so many replies went to the contact before the one at `ts` that it is not sent by itself.

    It goes by when they were written, as Slack says, since what is read back after a while comes all at once.
    """
    written_at = float(ts)
    before = await messages.list_reply_times(
        session, conversation, channel_id, after=written_at - _HOUR, before=written_at, limit=MOST_IN_AN_HOUR
    )
    in_a_minute = sum(at > written_at - _MINUTE for at in before)
    return in_a_minute >= MOST_IN_A_MINUTE or len(before) >= MOST_IN_AN_HOUR


async def tell(session: Session, conversation: Conversation, inbox: Inbox, message: Message, *, now: datetime) -> None:
    """Mark a reply that was not sent, and have it said once in that minute."""
    await outbox.mark(session, message, "failed", now=now)
    minute = int(float(message.ts or 0) // _MINUTE)
    await outbox.post_line(
        session,
        conversation,
        inbox,
        "flooded",
        now=now,
        cause=f"{minute}:{message.author_id}",
        author=message.author_id,
    )
