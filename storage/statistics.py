"""What statistics are computed from: what was said and changed in the conversations of some inboxes since a time.

First it is asked which conversations these are, along the indexes of time; then they are read a piece at a time, each
along its own messages and changes, from where something was still to be settled. So neither the memory nor the time
grows with what happened before. Times are seconds since 1970, since to make a hundred thousand `datetime`s of them
would take longer than all the rest.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    column,
    extract,
    false,
    func,
    literal_column,
    null,
    text,
)
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Conversation, History, Message
from storage.states import NO_ANSWER, Direction, Status
from storage.written import written

_ANSWERS = and_(
    col(Message.direction) == Direction.OUTBOUND,
    col(Message.author_id).is_not(None),  # what is sent automatically answers nothing
    col(Message.status).not_in(NO_ANSWER),
)
_TEXTS = col(Message.direction) == Direction.INBOUND
_CLOSES = col(History.what) == "closed"

# Pairs of numbers, as one parameter: a statement with a parameter for each would be built anew each time.
_PAIRS = {
    "sqlite": "SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS start FROM json_each(:pairs)",
    "postgresql": (
        "SELECT CAST(value->>0 AS integer) AS id, CAST(value->>1 AS integer) AS start "
        "FROM json_array_elements(CAST(CAST(:pairs AS text) AS json))"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """A conversation in which something happened since a time: the position of the first text, and the first change.

    None: there was none.
    """

    id: int
    first_text: int | None
    first_change: int | None


class Said(NamedTuple):
    """A text, an answer and who has given it, or (neither) that the conversation was closed."""

    at: float
    is_text: bool
    author_id: str | None


class Change(NamedTuple):
    """A change of owner or status, or the creation, and whether the conversation stood open without an owner then."""

    at: float
    is_unassigned: bool


@dataclass(slots=True, kw_only=True)
class Story:
    """What was said in a conversation since the last thing that settled it before the time, in order; and its changes.

    Before the first change there is the last one before the time, or the creation. `is_unassigned` is how it stands
    now.
    """

    id: int
    is_unassigned: bool = False
    said: list[Said] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


async def list_active(
    session: AsyncSession, workspace_id: int, inbox_ids: Sequence[int], *, since: datetime
) -> list[Active]:
    """The conversations of these inboxes in which something happened since a time."""
    when = {"workspace_id": workspace_id, "since": since, "inbox_ids": list(inbox_ids)}
    connection = await session.connection()
    texts = dict((await connection.execute(_FIRST_TEXTS, when)).all())
    changes = dict((await connection.execute(_FIRST_CHANGES, when)).all())
    return [
        Active(id=one, first_text=texts.get(one), first_change=changes.get(one))
        for one in sorted(texts.keys() | changes.keys())
    ]


def _firsts(model: type[Message] | type[History], first: Any, *which: Any) -> Any:
    """The first of each conversation since a time; grouped before it is asked whose inbox that is."""
    rows = (
        core_select(col(model.conversation_id), func.min(first).label("first"))
        .where(
            col(model.workspace_id) == bindparam("workspace_id"), col(model.created_at) >= bindparam("since"), *which
        )
        .group_by(col(model.conversation_id))
        .subquery()
    )
    return (
        core_select(rows.c.conversation_id, rows.c.first)
        .join(Conversation, col(Conversation.id) == rows.c.conversation_id)
        .where(col(Conversation.inbox_id).in_(bindparam("inbox_ids", expanding=True)))
    )


_FIRST_TEXTS = _firsts(Message, col(Message.position), _TEXTS)
_FIRST_CHANGES = _firsts(History, col(History.id))


async def read(session: AsyncSession, some: Sequence[Active]) -> list[Story]:
    """What was said and changed in some conversations; each time, as many as one wants to hold."""
    stories = {one.id: Story(id=one.id) for one in some}
    connection = await session.connection()
    dialect = session.get_bind().dialect.name
    texts = [(one.id, one.first_text) for one in some if one.first_text is not None]
    settled = (await connection.execute(_settled(dialect), _given(texts))).all()
    unsettled = [(one, max(answered, closed)) for one, answered, closed in settled]
    for row in (await connection.execute(_said(dialect), _given(unsettled))).all():
        stories[row[0]].said.append(Said(*row[-3:]))
    firsts = [(one.id, one.first_change or 0) for one in some]
    for row in (await connection.execute(_changes(dialect), _given(firsts))).all():
        story = stories[row.id]
        story.is_unassigned = row.is_unassigned_now
        if not story.changes and (row.change is None or row.change >= row.start):
            story.changes.append(Change(row.created_at, is_unassigned=True))
        if row.change is not None:
            story.changes.append(Change(row.at, row.is_unassigned))
    return list(stories.values())


def _given(pairs: Sequence[tuple[int, int]]) -> dict[str, str]:
    return {"pairs": json.dumps(pairs)}


def _pairs(dialect: str) -> Any:
    return text(_PAIRS[dialect]).columns(column("id", Integer), column("start", Integer)).cte("given")


@lru_cache
def _settled(dialect: str) -> Any:
    """Up to where everything was settled before a position: by an answer, and by Close."""
    given = _pairs(dialect)
    answered = (
        core_select(col(Message.position))
        .where(col(Message.conversation_id) == given.c.id, col(Message.position) < given.c.start, _ANSWERS)
        .order_by(col(Message.position).desc())
        .limit(written(1))
    )
    closed = core_select(func.max(History.position)).where(
        col(History.conversation_id) == given.c.id, col(History.position) < given.c.start, _CLOSES
    )
    return core_select(
        given.c.id, func.coalesce(answered.scalar_subquery(), 0), func.coalesce(closed.scalar_subquery(), 0)
    )


@lru_cache
def _said(dialect: str) -> Any:
    """All texts and answers after a position, and each time that it was closed, in order.

    Close has the position of what came right before it. So has an answer that was read back, of which only the time
    tells whether it was written before or after that.
    """
    given = _pairs(dialect)
    written = _seconds(dialect, Message.created_at)
    messages = (
        core_select(
            given.c.id,
            col(Message.position),
            case((_TEXTS, 0), (~col(Message.recovered), 1), else_=2),
            written,
            case(
                (_TEXTS | col(Message.left_at).is_(None), written), else_=_seconds(dialect, col(Message.left_at))
            ).label("at"),
            _TEXTS.label("is_text"),
            col(Message.author_id),
        )
        .select_from(given)
        .join(Message, (col(Message.conversation_id) == given.c.id) & (col(Message.position) > given.c.start))
        .where(_TEXTS | _ANSWERS)
    )
    closed = _seconds(dialect, History.created_at)
    closes = (
        core_select(given.c.id, col(History.position), literal_column("2"), closed, closed.label("at"), false(), null())
        .select_from(given)
        .join(History, (col(History.conversation_id) == given.c.id) & (col(History.position) > given.c.start))
        .where(_CLOSES)
    )
    return messages.union_all(closes).order_by(*map(literal_column, "1234"))


@lru_cache
def _changes(dialect: str) -> Any:
    """The changes of a conversation from the last one before a change on; only how it stands when there is none."""
    given, earlier = _pairs(dialect), aliased(History)
    last = (
        core_select(func.max(earlier.id))
        .where(col(earlier.conversation_id) == given.c.id, col(earlier.id) < given.c.start)
        .scalar_subquery()
    )
    here = and_(
        col(History.conversation_id) == given.c.id,
        col(History.id) >= func.coalesce(last, given.c.start),
        given.c.start > 0,
    )
    return (
        core_select(
            given.c.id,
            given.c.start,
            _seconds(dialect, Conversation.created_at).label("created_at"),
            col(Conversation.unassigned_since).is_not(None).label("is_unassigned_now"),
            col(History.id).label("change"),
            _seconds(dialect, History.created_at).label("at"),
            and_(col(History.status) == Status.OPEN, col(History.owner_id).is_(None)).label("is_unassigned"),
        )
        .select_from(given)
        .join(Conversation, col(Conversation.id) == given.c.id)
        .outerjoin(History, here)
        .order_by(given.c.id, col(History.id))
    )


def _seconds(dialect: str, at: Any) -> ColumnElement[float]:
    """A time as seconds since 1970. SQLite keeps it in words, down to the millionth."""
    if dialect == "postgresql":
        return cast(extract("epoch", at), Float)
    return cast(func.strftime(literal_column("'%s'"), at), Float) + cast(func.substr(at, literal_column("20")), Float)
