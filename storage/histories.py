"""The history of conversations: who changed what, and when."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, tuple_
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.sqltypes import UTCDateTime

from storage.models import Contact, Conversation, History, Inbox

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


class Line(NamedTuple):
    """A change of owner or status with what an export says of it. `status` is how the conversation stood then."""

    id: int
    at: datetime
    inbox: str
    contact: str | None
    number: str
    what: str
    actor_id: str | None
    before: str | None
    after: str | None
    status: str
    source: str


_LINES: Any = (
    core_select(
        col(History.id),
        col(History.created_at),
        col(Inbox.label),
        col(Contact.name),
        col(Contact.label),
        col(History.what),
        col(History.actor_id),
        col(History.before),
        col(History.after),
        col(History.status),
        col(History.source),
    )
    .join(Conversation, col(Conversation.id) == col(History.conversation_id))
    .join(Contact, col(Contact.id) == col(Conversation.contact_id))
    .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
    .where(col(History.what) != RESOLVED)
    .limit(bindparam("limit"))
)
_OF_ONE = _LINES.where(
    col(History.conversation_id) == bindparam("conversation_id"), col(History.id) > bindparam("after_id")
).order_by(col(History.id))
_OF_INBOXES = _LINES.where(
    col(History.workspace_id) == bindparam("workspace_id"),
    tuple_(col(History.created_at), col(History.id))
    > tuple_(bindparam("after_at", type_=UTCDateTime()), bindparam("after_id")),
    col(Conversation.inbox_id).in_(bindparam("inbox_ids", expanding=True)),
).order_by(col(History.created_at), col(History.id))


async def read_lines(session: AsyncSession, conversation: Conversation, *, at_once: int) -> AsyncIterator[list[Line]]:
    """All changes of a conversation's owner and status, the oldest first, a piece at a time."""
    connection = await session.connection()
    last = {"conversation_id": conversation.id, "after_id": 0, "limit": at_once}
    while lines := [Line(*row) for row in (await connection.execute(_OF_ONE, last)).all()]:
        yield lines
        last["after_id"] = lines[-1].id


async def read_lines_of(
    session: AsyncSession, workspace_id: int, inbox_ids: Sequence[int], *, since: datetime, at_once: int
) -> AsyncIterator[list[Line]]:
    """The same of all conversations of these inboxes since a time."""
    connection = await session.connection()
    last: dict[str, Any] = {"workspace_id": workspace_id, "inbox_ids": list(inbox_ids), "limit": at_once}
    last |= {"after_at": since, "after_id": 0}
    while lines := [Line(*row) for row in (await connection.execute(_OF_INBOXES, last)).all()]:
        yield lines
        last |= {"after_at": lines[-1].at, "after_id": lines[-1].id}
