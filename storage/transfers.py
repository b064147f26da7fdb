"""Conversations that change their owner together: which are still to be moved, and what became of the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.conversations import IS_UNOWNED
from storage.heads import is_unfinished
from storage.models import Contact, Conversation, Delivery, Transfer, TransferItem
from storage.states import Kind
from storage.upsert import insert

MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """How many conversations of one inbox had one outcome on the way to somebody (None: to nobody)."""

    inbox_id: int
    to_id: str | None
    outcome: str
    count: int


async def add(session: AsyncSession, transfer: Transfer, items: Sequence[tuple[int, str | None]]) -> Transfer | None:
    """Store a transfer with its items, conversations and whom they go to.

    None if that departure is under way, or another transfer was begun in that modal.
    """
    row = insert(session, Transfer).values(**transfer.model_dump(exclude={"id"}))
    added = await (await session.connection()).execute(row.on_conflict_do_nothing().returning(col(Transfer.id)))
    transfer_id = added.scalar_one_or_none()
    if transfer_id is None:
        return None
    rows = [
        {"transfer_id": transfer_id, "position": position, "conversation_id": conversation_id, "to_id": to_id}
        for position, (conversation_id, to_id) in enumerate(items)
    ]
    if rows:
        await (await session.connection()).execute(insert(session, TransferItem), rows)
    return await session.get_one(Transfer, transfer_id)


async def get_of_view(session: AsyncSession, workspace_id: int, view_id: str | None) -> Transfer:
    """What was begun in a modal."""
    rows = select(Transfer).where(col(Transfer.workspace_id) == workspace_id, col(Transfer.view_id) == view_id)
    return (await session.exec(rows)).one()


async def list_unfinished(session: AsyncSession, workspace_id: int) -> Sequence[Transfer]:
    """The transfers that are under way, the oldest first."""
    rows = select(Transfer).where(col(Transfer.workspace_id) == workspace_id, col(Transfer.finished_at).is_(None))
    return (await session.exec(rows.order_by(col(Transfer.id)))).all()


async def lock(session: AsyncSession, workspace_id: int, transfer_id: int) -> Transfer | None:
    """One that is under way, locked; None when it is over, or another replica is at it."""
    rows = select(Transfer).where(
        col(Transfer.workspace_id) == workspace_id,
        col(Transfer.id) == transfer_id,
        col(Transfer.finished_at).is_(None),
    )
    return (await session.exec(rows.with_for_update(skip_locked=True))).one_or_none()


async def find_next(session: AsyncSession, transfer: Transfer) -> TransferItem | None:
    """The next conversation of a locked transfer; None when all had their turn."""
    rows = select(TransferItem).where(col(TransferItem.transfer_id) == transfer.id, col(TransferItem.outcome).is_(None))
    return (await session.exec(rows.order_by(col(TransferItem.position)).limit(1))).first()


async def list_outcomes(session: AsyncSession, transfer: Transfer) -> list[Became]:
    """What became of those that had their turn."""
    outcome = func.coalesce(col(TransferItem.outcome), "")
    rows = (
        select(Conversation.inbox_id, TransferItem.to_id, outcome, func.count())
        .join(Conversation, col(Conversation.id) == col(TransferItem.conversation_id))
        .where(col(TransferItem.transfer_id) == transfer.id, col(TransferItem.outcome).is_not(None))
        .group_by(col(Conversation.inbox_id), col(TransferItem.to_id), col(TransferItem.outcome))
        .order_by(func.count().desc(), col(TransferItem.to_id), col(TransferItem.outcome), col(Conversation.inbox_id))
    )
    return [
        Became(inbox_id=inbox_id, to_id=to_id, outcome=became, count=count)
        for inbox_id, to_id, became, count in (await session.exec(rows)).all()
    ]


async def count_items(session: AsyncSession, transfer: Transfer) -> int:
    """How many conversations a transfer is about."""
    rows = select(func.count()).where(col(TransferItem.transfer_id) == transfer.id)
    return (await session.exec(rows)).one()


async def count_coming(session: AsyncSession, workspace_id: int) -> dict[str, int]:
    """How many conversations somebody is still to be given, of all transfers that are under way."""
    rows = (
        select(TransferItem.to_id, func.count())
        .join(Transfer, col(Transfer.id) == col(TransferItem.transfer_id))
        .where(
            col(Transfer.workspace_id) == workspace_id,
            col(Transfer.finished_at).is_(None),
            col(TransferItem.outcome).is_(None),
        )
        .group_by(col(TransferItem.to_id))
    )
    return {to_id: count for to_id, count in (await session.exec(rows)).all() if to_id is not None}


async def list_unowned(
    session: AsyncSession, workspace_id: int, inbox_id: int, *, limit: int
) -> Sequence[tuple[Conversation, Contact]]:
    """Open ones of an inbox that nobody owns or is being given, in the order of the unassigned queue."""
    rows = (
        select(Conversation, Contact)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .where(*_unowned(workspace_id, inbox_id))
        .order_by(
            col(Conversation.waiting_since).asc().nulls_last(),
            col(Conversation.unassigned_since).asc().nulls_last(),
            col(Conversation.id),
        )
        .limit(limit)
    )
    return [(conversation, contact) for conversation, contact in (await session.exec(rows)).all()]


async def count_unowned(session: AsyncSession, workspace_id: int, inbox_id: int) -> int:
    """How many these are."""
    return (await session.exec(select(func.count()).where(*_unowned(workspace_id, inbox_id)))).one()


def _unowned(workspace_id: int, inbox_id: int) -> tuple[ColumnElement[bool], ...]:
    coming = (
        select(TransferItem.conversation_id)
        .join(Transfer, col(Transfer.id) == col(TransferItem.transfer_id))
        .where(
            col(Transfer.workspace_id) == workspace_id,
            col(Transfer.finished_at).is_(None),
            col(TransferItem.outcome).is_(None),
        )
    )
    return (
        col(Conversation.workspace_id) == workspace_id,
        col(Conversation.inbox_id) == inbox_id,
        IS_UNOWNED,
        col(Conversation.id).not_in(coming),
    )


async def count_unsaid(session: AsyncSession, transfer: Transfer) -> int:
    """How many lines in the threads of what was moved are still to be posted."""
    moved = select(TransferItem.conversation_id).where(
        col(TransferItem.transfer_id) == transfer.id, col(TransferItem.outcome) == MOVED
    )
    rows = select(func.count()).where(
        is_unfinished(Delivery), col(Delivery.kind) == Kind.LINE, col(Delivery.conversation_id).in_(moved)
    )
    return (await session.exec(rows)).one()
