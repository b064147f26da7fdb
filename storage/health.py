"""What waits, what is in trouble and who holds what, read from the small indexes over what is unfinished or in trouble.

States are written into the statements as they are: with parameters in their place no planner could see that an index
over some of the rows will do, and would read them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import now as database_now
from storage.models import Contact, Conversation, Delivery, Lane, Message, RawRequest, Thread
from storage.states import FAILED, UNFINISHED, DeliveryState, Direction, Kind, MessageStatus, Status

_NEWEST_MESSAGES = 5000  # among which a storm is looked for, however long the table is


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Deliveries of a lane (None: of no lane) that could go out now and have not; `reason` is why the last try failed.

    `tried_at` is when the first of them was first tried, on the database's clock; `failed_at` the same of those that
    are not being tried at this moment. `sought_since` is since when the first waits of those that have been looked for
    and not tried, since a database that was lost may have done them.
    """

    lane: str | None
    reason: str | None
    count: int
    oldest_at: datetime
    tried_at: float | None
    failed_at: float | None
    sought_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unprocessed:
    """Requests kept for the same reason: the name of the error, and our number when it has no inbox."""

    error: str | None
    number: str | None
    count: int
    oldest_at: datetime


def _is_in(*states: DeliveryState) -> ColumnElement[bool]:
    return col(Delivery.state).in_(bindparam("states", list(states), expanding=True, unique=True, literal_execute=True))


async def list_due(session: AsyncSession, *, now: datetime) -> list[Due]:
    """What could go out now, by lane and by why it has not."""
    held_until = col(Delivery.not_before)
    due_at = case((held_until > col(Delivery.created_at), held_until), else_=col(Delivery.created_at))
    tried_at = case((col(Delivery.attempt) > 0, col(Delivery.started_at)))
    failed_at = case((col(Delivery.state) != DeliveryState.SENDING, tried_at))
    sought_since = case((and_(col(Delivery.attempt) == 0, col(Delivery.looks) > 0), due_at))
    rows = (
        core_select(
            col(Delivery.lane),
            col(Delivery.reason),
            func.count(),
            func.min(due_at),
            func.min(tried_at),
            func.min(failed_at),
            func.min(sought_since),
        )
        .where(_is_in(*UNFINISHED), or_(held_until.is_(None), held_until <= now))
        .group_by(col(Delivery.lane), col(Delivery.reason))
    )
    found = (await (await session.connection()).execute(rows)).all()
    return [
        Due(
            lane=lane,
            reason=reason,
            count=count,
            oldest_at=oldest,
            tried_at=tried,
            failed_at=failed,
            sought_since=sought,
        )
        for lane, reason, count, oldest, tried, failed, sought in found
    ]


async def count_unfinished(session: AsyncSession) -> dict[str, int]:
    """How many deliveries are in each state that is not final."""
    rows = select(Delivery.state, func.count()).where(_is_in(*UNFINISHED)).group_by(col(Delivery.state))
    return dict((await session.exec(rows)).all())


async def count_troubles(session: AsyncSession, *, since: datetime) -> dict[str, int]:
    """How many deliveries were parked since then, and how many replies nobody has decided about yet."""
    uncertain = and_(_is_in(DeliveryState.UNCERTAIN), col(Message.status) == MessageStatus.UNCERTAIN)
    parked = and_(_is_in(DeliveryState.PARKED), col(Delivery.finished_at) >= since)
    rows = (
        select(Delivery.state, func.count())
        .outerjoin(Message, col(Message.id) == col(Delivery.message_id))
        .where(_is_in(DeliveryState.PARKED, DeliveryState.UNCERTAIN), or_(uncertain, parked))
        .group_by(col(Delivery.state))
    )
    return dict((await session.exec(rows)).all())


async def list_holders(session: AsyncSession) -> Sequence[tuple[str, str]]:
    """Each lane that is held at this moment, and by which claim of which process (`process/claim`)."""
    rows = select(Lane.key, Lane.owner).where(col(Lane.lease_until) > await database_now(session))
    return [(key, owner) for key, owner in (await session.exec(rows)).all() if owner is not None]


async def count_unprocessed(session: AsyncSession) -> int:
    """How many requests wait for their use case to run through."""
    return (await session.exec(select(func.count()).where(col(RawRequest.processed_at).is_(None)))).one()


async def list_unprocessed(session: AsyncSession, *, before: datetime, no_inbox: str) -> list[Unprocessed]:
    """What has been kept since before then, by why; `no_inbox` is the error of a text to a number of nobody's."""
    number = case((col(RawRequest.error) == no_inbox, col(RawRequest.body)["To"].as_string()))
    rows = (
        core_select(col(RawRequest.error), number, func.count(), func.min(RawRequest.received_at))
        .where(col(RawRequest.processed_at).is_(None), col(RawRequest.received_at) < before)
        .group_by(col(RawRequest.error), number)
    )
    found = (await (await session.connection()).execute(rows)).all()
    return [Unprocessed(error=error, number=to, count=count, oldest_at=at) for error, to, count, at in found]


Trouble = tuple[Delivery, Contact, Thread | None]


async def list_troubles(
    session: AsyncSession, workspace_id: int, inbox_ids: Sequence[int], *, since: datetime, limit: int
) -> tuple[int, list[Trouble]]:
    """What was parked since then in conversations that are not closed, and replies that nobody knows about.

    The newest first, and how many there are in all. A reply counts while it is failed or uncertain, with its last
    attempt; drawings that were parked are no trouble, since the next one shows all.
    """
    is_last_attempt = col(Delivery.payload)["attempt"].as_integer() == col(Message.attempt)
    parked = and_(
        _is_in(DeliveryState.PARKED), col(Delivery.finished_at) >= since, col(Conversation.status) != Status.CLOSED
    )
    rows = (
        select(func.count().over(), Delivery, Contact, Thread)
        .join(Conversation, col(Conversation.id) == col(Delivery.conversation_id))
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .outerjoin(Thread, and_(col(Thread.conversation_id) == col(Conversation.id), col(Thread.is_current)))
        .outerjoin(Message, col(Message.id) == col(Delivery.message_id))
        .where(
            col(Delivery.workspace_id) == workspace_id,
            col(Conversation.inbox_id).in_(inbox_ids),
            _is_in(DeliveryState.PARKED, DeliveryState.UNCERTAIN),
            or_(
                and_(parked, col(Delivery.kind).in_((Kind.CARD, Kind.TEXT, Kind.LINE))),
                and_(parked, col(Delivery.kind) == Kind.REPLY, col(Message.status).in_(FAILED), is_last_attempt),
                and_(_is_in(DeliveryState.UNCERTAIN), col(Message.status) == MessageStatus.UNCERTAIN, is_last_attempt),
            ),
        )
        .order_by(col(Delivery.finished_at).desc())
        .limit(limit)
    )
    found = (await session.exec(rows)).all()
    troubles: list[Trouble] = [(delivery, contact, thread) for _, delivery, contact, thread in found]
    return (found[0][0] if found else 0), troubles


async def list_storms(
    session: AsyncSession, workspace_id: int, inbox_ids: Sequence[int], *, since: datetime, least: int
) -> list[tuple[int, Contact, Thread | None]]:
    """The contacts that have texted at least so often since then, the busiest first."""
    newest = select(Message).order_by(col(Message.id).desc()).limit(_NEWEST_MESSAGES).subquery()
    often = (
        core_select(newest.c.conversation_id, func.count().label("texts"))
        .where(
            newest.c.workspace_id == workspace_id,
            newest.c.direction == Direction.INBOUND,
            newest.c.created_at >= since,
        )
        .group_by(newest.c.conversation_id)
        .having(func.count() >= least)
        .subquery()
    )
    rows = (
        select(often.c.texts, Contact, Thread)
        .join(Conversation, col(Conversation.id) == often.c.conversation_id)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .outerjoin(Thread, and_(col(Thread.conversation_id) == col(Conversation.id), col(Thread.is_current)))
        .where(col(Conversation.inbox_id).in_(inbox_ids))
        .order_by(often.c.texts.desc())
    )
    return [(texts, contact, thread) for texts, contact, thread in (await session.exec(rows)).all()]
