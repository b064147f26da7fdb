"""What reading back asks and writes: how far each side was read, what we know already, and what still has to go out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, extract, func, or_, text, update
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.heads import is_unfinished
from storage.models import (
    ChannelAway,
    Conversation,
    Delivery,
    Inbox,
    Message,
    RawRequest,
    ReplyChange,
    Thread,
    Workspace,
)
from storage.states import UNFINISHED, UNSENT, DeliveryState, Direction, Kind, MessageStatus
from storage.upsert import insert_new

_ON_ITS_WAY = (
    MessageStatus.ACCEPTED,
    MessageStatus.SCHEDULED,
    MessageStatus.QUEUED,
    MessageStatus.SENDING,
    MessageStatus.SENT,
)
_IS_OUTBOUND = text("message.direction = 'outbound'")  # as the index has it, which a parameter would not match
_CAN_BE_TAKEN_BACK = (MessageStatus.HELD, MessageStatus.UNCERTAIN, *UNSENT)
_LOOKED_FOR = (Kind.CARD, Kind.TEXT, Kind.LINE, Kind.REPLY)
_MOST_KEYS = 500
_AHEAD = timedelta(minutes=5)  # of the clock of another replica
_LISTED_LATE = timedelta(minutes=1)  # after its coming a text has been stored, or is in Twilio's list


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A thread to read, and what its card shows by our rows if it is the current one.

    `active_at`: when something last happened in its conversation; `unsent_ts`: the oldest message in it that can still
    be changed or deleted.
    """

    conversation_id: int
    channel_id: str
    root_ts: str
    active_at: datetime
    unsent_ts: str | None
    is_current: bool
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we know of a rep's message: its newest edit, and whether deleting it still changes what is sent."""

    edited_ts: str
    can_be_taken_back: bool


async def find_missing(session: AsyncSession, source: str, keys: Sequence[str]) -> set[str]:
    """Those of the requests that never came in, by their sender's ids."""
    missing = set(keys)
    for start in range(0, len(keys), _MOST_KEYS):
        some = keys[start : start + _MOST_KEYS]
        rows = select(RawRequest.key).where(col(RawRequest.source) == source, col(RawRequest.key).in_(some))
        missing.difference_update((await session.exec(rows)).all())
    return missing


def begin(mark: datetime, *, now: datetime) -> datetime:
    """Where to go on from a mark; a day ago when it lies ahead, since the clock that it was noted by was wrong."""
    return now - timedelta(days=1) if mark > now + _AHEAD else mark


def _is_behind(mark: Any, up_to: datetime, now: datetime) -> ColumnElement[bool]:
    return or_(mark.is_(None), mark < up_to, mark > now + _AHEAD)


async def inbox_is_read(session: AsyncSession, inbox_id: int, up_to: datetime, *, now: datetime) -> None:
    """Note that Twilio's list of an inbox's number is stored up to here; back only if the mark lies ahead of now."""
    behind = _is_behind(col(Inbox.read_back_to), up_to, now)
    await session.exec(update(Inbox).where(col(Inbox.id) == inbox_id, behind).values(read_back_to=up_to))


async def workspace_is_read(session: AsyncSession, workspace_id: int, up_to: datetime, *, now: datetime) -> None:
    """Note that what was written in a workspace's threads is stored up to here; back as for an inbox."""
    behind = _is_behind(col(Workspace.read_back_to), up_to, now)
    await session.exec(update(Workspace).where(col(Workspace.id) == workspace_id, behind).values(read_back_to=up_to))


async def channel_is_away(session: AsyncSession, workspace_id: int, channel_id: str, since: datetime) -> None:
    """Note from when on a channel still has to be read, once that is possible; what was noted before stays."""
    await insert_new(session, ChannelAway, workspace_id=workspace_id, channel_id=channel_id, since=since)


async def list_away(session: AsyncSession, workspace_id: int) -> dict[str, datetime]:
    """From when on channels still have to be read that could not be, by their ids."""
    rows = select(ChannelAway.channel_id, ChannelAway.since).where(col(ChannelAway.workspace_id) == workspace_id)
    return dict((await session.exec(rows)).all())


async def channel_is_read(session: AsyncSession, workspace_id: int, channel_id: str, since: datetime) -> None:
    """Note that a channel was read from the time on that was noted; nothing if another one is by now."""
    noted = (col(ChannelAway.workspace_id) == workspace_id, col(ChannelAway.channel_id) == channel_id)
    await session.exec(delete(ChannelAway).where(*noted, col(ChannelAway.since) == since))


async def may_become_ours(session: AsyncSession, workspace_id: int, channel_id: str, root_ts: str) -> bool:
    """Whether a thread that we do not know may be a conversation's, of which only a database that was lost has heard.

    Not once the texts that came before its root have been read back in every inbox of its channel.
    """
    listed_at = datetime.fromtimestamp(float(root_ts), UTC) + _LISTED_LATE
    unread = select(Inbox.id).where(
        col(Inbox.workspace_id) == workspace_id,
        col(Inbox.channel_id) == channel_id,
        or_(col(Inbox.read_back_to).is_(None), col(Inbox.read_back_to) < listed_at),
    )
    return (await session.exec(unread.limit(1))).first() is not None


async def is_looked_for(session: AsyncSession, ids: Collection[UUID]) -> bool:
    """Whether one of these deliveries is still to be posted, or to be found where it was."""
    rows = select(Delivery.id).where(col(Delivery.id).in_(ids), col(Delivery.state).in_(UNFINISHED))
    return (await session.exec(rows.limit(1))).first() is not None


async def list_on_its_way(session: AsyncSession, inbox_id: int, *, since: datetime) -> Sequence[Message]:
    """Texts of ours that Twilio has had since then and whose last word is still to come."""
    rows = (
        select(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            col(Conversation.inbox_id) == inbox_id,
            _IS_OUTBOUND,
            col(Message.status).in_(_ON_ITS_WAY),
            col(Message.sid).is_not(None),
            col(Message.left_at) >= since,
        )
    )
    return (await session.exec(rows)).all()


async def list_places(
    session: AsyncSession, workspace_id: int, *, active_since: datetime, unsent_since: datetime
) -> list[Place]:
    """The threads of conversations in which something has happened since then, the newest activity first.

    `unsent_since`: older messages count as such that nobody changes any more.
    """
    unsent = (
        select(Message.conversation_id, Message.ts)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            col(Conversation.workspace_id) == workspace_id,
            col(Conversation.last_activity_at) >= active_since,
            _IS_OUTBOUND,
            col(Message.status).in_(_CAN_BE_TAKEN_BACK),
            col(Message.created_at) >= unsent_since,
            col(Message.ts).is_not(None),
        )
    )
    oldest: dict[int, str] = {}
    for conversation_id, ts in (await session.exec(unsent)).all():
        oldest[conversation_id] = min(oldest.get(conversation_id, ts or ""), ts or "")
    threads = (
        core_select(
            col(Thread.conversation_id),
            col(Thread.channel_id),
            col(Thread.root_ts),
            col(Thread.created_at),
            col(Thread.is_current),
            col(Thread.revision),
            col(Conversation.last_activity_at),
        )
        .join(Conversation, col(Conversation.id) == col(Thread.conversation_id))
        .where(
            col(Thread.workspace_id) == workspace_id,
            col(Thread.root_ts).is_not(None),
            or_(col(Conversation.last_activity_at) >= active_since, col(Thread.created_at) >= active_since),
        )
        .order_by(col(Conversation.last_activity_at).desc(), col(Thread.id).desc())
    )
    return [
        Place(
            conversation_id=row.conversation_id,
            channel_id=row.channel_id,
            root_ts=row.root_ts,
            active_at=max(row.last_activity_at, row.created_at),
            unsent_ts=oldest.get(row.conversation_id),
            is_current=row.is_current,
            revision=row.revision,
        )
        for row in (await (await session.connection()).execute(threads)).all()
    ]


async def list_known(session: AsyncSession, workspace_id: int, place: Place, *, after_ts: str) -> dict[str, Known]:
    """What reps wrote in a conversation after a ts, as far as we know."""
    rows = select(Message).where(
        col(Message.workspace_id) == workspace_id,
        col(Message.conversation_id) == place.conversation_id,
        col(Message.channel_id) == place.channel_id,
        col(Message.ts) > after_ts,
    )
    written = (await session.exec(rows)).all()
    changes = select(ReplyChange).where(
        col(ReplyChange.workspace_id) == workspace_id,
        col(ReplyChange.channel_id) == place.channel_id,
        col(ReplyChange.ts).in_([one.ts for one in written]),
    )
    edited = {change.ts: change.edited_ts for change in (await session.exec(changes)).all()}
    return {
        one.ts or "": Known(
            edited_ts=max(one.edited_ts or "", edited.get(one.ts or "", "")),
            can_be_taken_back=one.status in _CAN_BE_TAKEN_BACK
            or (one.direction == Direction.NOTE and one.status != MessageStatus.CANCELED),
        )
        for one in written
    }


async def last_before(session: AsyncSession, conversation: Conversation, *, at: datetime) -> int:
    """The last position before the first text that the contact wrote after this; the present one if there is none."""
    rows = select(func.min(Message.position)).where(
        col(Message.conversation_id) == conversation.id,
        col(Message.direction) == Direction.INBOUND,
        col(Message.created_at) > at,
    )
    first = (await session.exec(rows)).one()
    return conversation.counter if first is None else first - 1


async def never_happened(session: AsyncSession, absent: Delivery, *, seen: Collection[UUID]) -> None:
    """Have done what stands in the same place in Slack as one that is absent there, and was not `seen` either.

    Only what a database that was lost may have done, and this one never tried.
    """
    is_card = absent.kind == Kind.CARD
    await session.exec(
        update(Delivery)
        .where(
            col(Delivery.lane) == absent.lane,
            col(Delivery.kind) == Kind.CARD if is_card else col(Delivery.stream) == absent.stream,
            is_unfinished(Delivery),
            col(Delivery.state) == DeliveryState.UNKNOWN,
            col(Delivery.attempt) == 0,
            col(Delivery.started_at) >= absent.started_at,
            col(Delivery.id).not_in(seen),
        )
        .values(state=DeliveryState.WAITING, ready_at=0.0)
    )


async def doubt(session: AsyncSession, workspace_id: int, *, before: datetime) -> None:
    """Have looked for, before it is done, what has waited since then: a database that was lost may have done it."""
    waiting = select(Delivery.id).where(
        is_unfinished(Delivery),
        col(Delivery.workspace_id) == workspace_id,
        col(Delivery.state) == DeliveryState.WAITING,
        col(Delivery.attempt) == 0,
        col(Delivery.kind).in_(_LOOKED_FOR),
        col(Delivery.created_at) < before,
        or_(col(Delivery.not_before).is_(None), col(Delivery.not_before) < before),
    )
    rows = update(Delivery).where(col(Delivery.id).in_(waiting.with_for_update(skip_locked=True)))
    began = extract("epoch", col(Delivery.created_at))
    await session.exec(rows.values(state=DeliveryState.UNKNOWN, started_at=began))
