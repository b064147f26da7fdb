"""Two people who answer the same contact: the second is told in time, and so is the owner (rules 3 and 9)."""

from datetime import datetime, timedelta

from desk import access, outbox
from storage import inboxes, messages
from storage.database import Session
from storage.models import Conversation, Message

JUST_NOW = timedelta(seconds=30)  # how young a colleague's answer is that the author of another may not have seen,
HOLD = timedelta(seconds=30)  # and how long that other one can be taken back
_TOLD_EVERY = timedelta(hours=1)
_EXCERPT = 80


async def just_answered(
    session: Session, conversation: Conversation, channel_id: str, ts: str, *, author: str
) -> Message | None:
    """What a colleague wrote to the contact moments before `author` did, at `ts`; None when nobody has.

    Or moments after: Slack may tell of the earlier one later.
    """
    written_at = float(ts)
    return await messages.find_answer(
        session,
        conversation,
        channel_id,
        besides=author,
        after=written_at - JUST_NOW.total_seconds(),
        before=written_at + JUST_NOW.total_seconds(),
    )


async def tell_author(
    session: Session, conversation: Conversation, message: Message, before: Message, *, hold: timedelta, now: datetime
) -> None:
    """Have the author of a reply told, alone, whose was there before it, while it can be taken back."""
    await outbox.tell_author(
        session,
        conversation,
        message,
        "just_answered",
        now=now,
        channel_id=message.channel_id,
        attempt=message.attempt,
        colleague=before.author_id,
        excerpt=before.body[:_EXCERPT],
        seconds=int(hold.total_seconds()),
    )


async def tell_owner(session: Session, conversation: Conversation, message: Message, *, now: datetime) -> None:
    """Have the owner told that somebody else's reply has left: once until they write there again, and once an hour.

    What was read back is too long ago to be news.
    """
    owner, author = conversation.assignee_id, message.author_id
    if owner is None or author is None or author == owner or message.recovered:
        return
    told_at = conversation.helped_at
    if told_at is not None and (
        now - told_at < _TOLD_EVERY or not await messages.has_written(session, conversation, owner, since=told_at)
    ):
        return
    conversation.helped_at = now
    inbox = await inboxes.get(session, conversation.workspace_id, conversation.inbox_id)
    name = await access.name_of(session, conversation.workspace_id, author)
    cause = f"{message.ts}:{message.attempt}"
    await outbox.post_line(session, conversation, inbox, "helped", now=now, cause=cause, owner=owner, colleague=name)
