"""Looks for words among contacts and in what was said, a piece at a time: a search can end when its time is up.

Case and script are folded here, alike on both databases: SQLite knows the case of ASCII only, PostgreSQL that of its
locale. The database leaves out what certainly does not match: a word in ASCII can only stand in a text that contains it
as the database sees it, or that has other characters; any other word only in a text that has such.
"""

import unicodedata
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, and_, cast, func, or_
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Contact, Conversation, ConversationLabel, Inbox, Message, Thread
from storage.states import MessageStatus

PIECE = 10_000  # rows that are looked through at once: tens of milliseconds of this process, if it sees all of them
_NEWEST = 200
_ALL = 1_000_000_000  # SQLite knows no offset without a limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where is looked: in these inboxes of a workspace."""

    workspace_id: int
    inbox_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A conversation with what is known of its contact, and what the team has noted about them."""

    conversation_id: int
    active_at: datetime
    name: str
    label: str
    address: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that was said in a conversation."""

    conversation_id: int
    direction: str
    author_id: str | None
    body: str
    at: datetime


def composed(text: str) -> str:
    """A text with each of its characters written in one way."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """A text as it is compared: the same, and in no case."""
    return composed(text).casefold()


def has_all(text: str, sought: Sequence[str]) -> bool:
    """Whether a text has each of these words, which are folded, somewhere in it."""
    folded = fold(text)
    return all(word in folded for word in sought)


async def last_conversation(session: AsyncSession) -> int:
    """The id of the newest conversation, after which there is none to look at; 0 without any."""
    return (await session.exec(select(func.max(Conversation.id)))).one() or 0


async def list_contacts(
    session: AsyncSession, scope: Scope, sought: Sequence[str], digits: str, *, up_to: int
) -> list[Known]:
    """Those of the `PIECE` conversations up to this id that may be with somebody sought, by words or by `digits`."""
    address = col(Contact.address)
    written = func.coalesce(Contact.name, "") + " " + col(Contact.label) + " " + address
    may_match = [_may_have(session, written, sought), _may_have(session, col(Conversation.about), sought)]
    rows = (
        core_select(
            col(Conversation.id),
            col(Conversation.last_activity_at),
            col(Contact.name),
            col(Contact.label),
            address,
            col(Conversation.about),
        )
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .where(
            col(Conversation.id) <= up_to,
            col(Conversation.id) > up_to - PIECE,
            col(Conversation.workspace_id) == scope.workspace_id,
            (col(Conversation.inbox_id) + 0).in_(scope.inbox_ids),  # by id, and not by way of the inbox's index
            or_(*may_match, *([address.contains(digits)] if digits else [])),
        )
    )
    found = (await (await session.connection()).execute(rows)).all()
    return [
        Known(
            conversation_id=conversation_id,
            active_at=active_at,
            name=name or "",
            label=label,
            address=where,
            about=about,
        )
        for conversation_id, active_at, name, label, where, about in found
    ]


async def list_labelled(
    session: AsyncSession, scope: Scope, names: Sequence[str], *, limit: int
) -> list[tuple[int, datetime, str]]:
    """Conversations that carry one of these labels, when something last happened there, and which; the newest first."""
    rows = (
        core_select(col(Conversation.id), col(Conversation.last_activity_at), func.min(ConversationLabel.name))
        .join(ConversationLabel, col(ConversationLabel.conversation_id) == col(Conversation.id))
        .where(
            col(ConversationLabel.workspace_id) == scope.workspace_id,
            col(ConversationLabel.inbox_id).in_(scope.inbox_ids),
            col(ConversationLabel.name).in_(names),
        )
        .group_by(col(Conversation.id), col(Conversation.last_activity_at))
        .order_by(col(Conversation.last_activity_at).desc(), col(Conversation.id).desc())
        .limit(limit)
    )
    found = (await (await session.connection()).execute(rows)).all()
    return [(conversation_id, at, name) for conversation_id, at, name in found]


async def begin_of_piece(session: AsyncSession, scope: Scope, *, before: datetime, since: datetime) -> datetime:
    """From when on there are about `PIECE` messages before a time; `since` when there are fewer since then."""
    rows = (
        select(Message.created_at)
        .where(
            col(Message.workspace_id) == scope.workspace_id,
            col(Message.created_at) < before,
            col(Message.created_at) >= since,
        )
        .order_by(col(Message.created_at).desc())
        .offset(PIECE)
        .limit(1)
    )
    return (await session.exec(rows)).first() or since


async def list_said(
    session: AsyncSession, scope: Scope, sought: Sequence[str], *, since: datetime, before: datetime
) -> AsyncIterator[Said]:
    """What was said in this time with all of the words, the newest first; nothing that was taken back.

    A common word is in so many that the newest will do, so these are asked for first, and the others if need be.
    """
    inbox = core_select(col(Conversation.inbox_id)).where(col(Conversation.id) == col(Message.conversation_id))
    rows: Any = (
        core_select(
            col(Message.conversation_id),
            col(Message.direction),
            col(Message.author_id),
            col(Message.body),
            col(Message.created_at),
        )
        .where(
            col(Message.workspace_id) == scope.workspace_id,
            col(Message.created_at) >= since,
            col(Message.created_at) < before,
            col(Message.status) != MessageStatus.CANCELED,
            _may_have(session, col(Message.body), sought),
            inbox.scalar_subquery().in_(scope.inbox_ids),  # asked of what may match only
        )
        .order_by(col(Message.created_at).desc(), col(Message.id).desc())
    )
    connection = await session.connection()
    for some in (rows.limit(_NEWEST), rows.offset(_NEWEST).limit(_ALL)):
        found = (await connection.execute(some)).all()
        for conversation_id, direction, author_id, body, at in found:
            if has_all(body, sought):
                yield Said(conversation_id=conversation_id, direction=direction, author_id=author_id, body=body, at=at)
        if len(found) < _NEWEST:
            return


def _may_have(session: AsyncSession, text: Any, sought: Sequence[str]) -> ColumnElement[bool]:
    if session.get_bind().dialect.name == "sqlite":
        is_wide = func.length(cast(text, LargeBinary)) != func.length(text)
        within = {word: text.contains(word, autoescape=True) for word in sought}  # SQLite's LIKE has no case in ASCII
    else:
        is_wide = func.octet_length(text) != func.length(text)
        within = {word: text.icontains(word, autoescape=True) for word in sought}
    return and_(*(or_(within[word], is_wide) if word.isascii() else is_wide for word in sought))


async def load(
    session: AsyncSession, workspace_id: int, conversation_ids: Sequence[int]
) -> dict[int, tuple[Conversation, Contact, Inbox, Thread | None]]:
    """Conversations with what a list shows of them, by id."""
    rows = (
        select(Conversation, Contact, Inbox, Thread)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
        .outerjoin(Thread, (col(Thread.conversation_id) == col(Conversation.id)) & col(Thread.is_current))
        .where(col(Conversation.workspace_id) == workspace_id, col(Conversation.id).in_(conversation_ids))
    )
    found = (await session.exec(rows)).all()
    return {conversation.id: (conversation, contact, inbox, thread) for conversation, contact, inbox, thread in found}
