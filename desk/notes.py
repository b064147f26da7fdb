"""Notes that are written in a window and not in the thread: they stand there as a line, and never leave it."""

from datetime import datetime

from desk import access, outbox, reading
from desk.access import Actor
from desk.errors import NoteTooLong, NothingWritten
from storage import messages
from storage.database import Session
from storage.states import Direction, MessageStatus

LONGEST = 2_000


async def write(session: Session, actor: Actor, conversation_id: int, text: str, *, now: datetime) -> None:
    """Keep a note and have it shown in the thread, as its author's. Raises NothingWritten and NoteTooLong."""
    conversation, inbox = await access.reach(session, actor, conversation_id)
    body = text.strip()
    if not body:
        raise NothingWritten
    if len(body) > LONGEST:
        raise NoteTooLong(limit=LONGEST, length=len(body))
    await messages.add(
        session,
        conversation,
        direction=Direction.NOTE,
        status=MessageStatus.RECEIVED,
        body=body,
        author_id=actor.user_id,
        created_at=now,
    )
    await outbox.post_line(session, conversation, inbox, "noted", now=now, actor=actor.user_id, body=body)
    reading.mark_read(conversation, actor.user_id)
    await reading.settle(session, conversation, now=now)
