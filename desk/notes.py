"""Notes that are written in a window and not in the thread: they stand there as a line, and never leave it."""

from datetime import datetime

from desk import access, outbox, reading
from desk.access import Actor
from desk.errors import NoteTooLong, NothingWritten
from storage import deliveries, messages
from storage.database import Session
from storage.states import Direction, MessageStatus

LONGEST = 2_000

_NOTED = "noted"


async def write(session: Session, actor: Actor, conversation_id: int, text: str, *, cause: str, now: datetime) -> None:
    """Keep a note and have it shown in the thread, as its author's, once for a `cause`: the window's id.

    Raises NothingWritten and NoteTooLong.
    """
    conversation, inbox = await access.reach(session, actor, conversation_id)
    body = text.strip()
    if not body:
        raise NothingWritten
    if len(body) > LONGEST:
        raise NoteTooLong(limit=LONGEST, length=len(body))
    if await deliveries.find(session, outbox.line_id(inbox, _NOTED, cause)) is not None:
        return
    await messages.add(
        session,
        conversation,
        direction=Direction.NOTE,
        status=MessageStatus.RECEIVED,
        body=body,
        author_id=actor.user_id,
        created_at=now,
    )
    await outbox.post_line(session, conversation, inbox, _NOTED, now=now, cause=cause, actor=actor.user_id, body=body)
    reading.mark_read(conversation, actor.user_id)
    await reading.settle(session, conversation, now=now)
