"""The history of conversations: who changed what, and when."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Conversation, History

RESOLVED = "resolved"  # what a rep decided about an attempt to send, beside the changes of owner and status


async def add(
    session: AsyncSession,
    conversation: Conversation,
    what: str,
    *,
    now: datetime,
    actor_id: str | None = None,
    before: str | None = None,
    after: str | None = None,
    source: str = "",
) -> History:
    """Write one line, after what it tells of was changed in the locked conversation; no actor means the bridge itself.

    `source` is where in Slack somebody did it.
    """
    row = History(
        workspace_id=conversation.workspace_id,
        conversation_id=conversation.id,
        what=what,
        actor_id=actor_id,
        before=before,
        after=after,
        source=source,
        status=conversation.status,
        owner_id=conversation.assignee_id,
        position=conversation.counter,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def list_(session: AsyncSession, conversation_id: int, *, limit: int) -> Sequence[History]:
    """The newest changes of a conversation's owner and status, newest first."""
    rows = (
        select(History)
        .where(col(History.conversation_id) == conversation_id, col(History.what) != RESOLVED)
        .order_by(col(History.id).desc())
    )
    return (await session.exec(rows.limit(limit))).all()


async def find_resolution(session: AsyncSession, conversation_id: int, attempt: str) -> History | None:
    """Who decided last about an attempt to send (`message id:attempt`), and how."""
    rows = select(History).where(col(History.conversation_id) == conversation_id, col(History.after) == attempt)
    return (await session.exec(rows.order_by(col(History.id).desc()))).first()
