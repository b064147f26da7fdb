"""Effects on the outside that are still to come, or done, as use cases write them; workers claim them (see claims)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.heads import is_unfinished
from storage.models import Delivery
from storage.states import DeliveryState, Kind
from storage.upsert import defaults, insert, insert_new, rows_changed

_HELD_BACK = "held_back"
_NEW = defaults(Delivery)
_WAITING_REPLIES = select(Delivery).where(
    is_unfinished(Delivery), col(Delivery.kind) == Kind.REPLY, col(Delivery.state) == DeliveryState.WAITING
)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A reply that waits until its thread, by channel and root, is read back; and since when."""

    thread: tuple[str, str]
    since: datetime


async def add(session: AsyncSession, **delivery: Any) -> bool:
    """Write an effect that is still to come. Its id is derived from its cause, so a repeat adds nothing (False)."""
    return await insert_new(session, Delivery, **_NEW | delivery)


@cache
def _ask_again(row: Any) -> Any:
    again = {
        "revision": col(Delivery.revision) + 1,
        "state": DeliveryState.WAITING,
        "attempt": 0,
        "payload": row.excluded.payload,
        "not_before": row.excluded.not_before,
        "ready_at": 0.0,
        "finished_at": None,
    }
    return row.on_conflict_do_update(index_elements=["id"], set_=again)


async def ask_again(session: AsyncSession, **drawing: Any) -> None:
    """Write a drawing that is still to come; one that is asked for already is drawn once, as things stand then."""
    await (await session.connection()).execute(_ask_again(insert(session, Delivery)), _NEW | drawing)


async def find(session: AsyncSession, delivery_id: UUID) -> Delivery | None:
    """One delivery, locked, as the database has it now."""
    rows = select(Delivery).where(col(Delivery.id) == delivery_id).execution_options(populate_existing=True)
    return (await session.exec(rows.with_for_update())).one_or_none()


async def has_line(session: AsyncSession, message_id: int) -> bool:
    """Whether a line shows a message that was not written in its thread."""
    rows = select(Delivery.id).where(col(Delivery.message_id) == message_id, col(Delivery.kind) == Kind.LINE)
    return (await session.exec(rows.limit(1))).first() is not None


async def is_waiting(session: AsyncSession, delivery_id: UUID) -> bool:
    """Whether no worker has begun it; it stays so until the transaction ends."""
    delivery = await find(session, delivery_id)
    return delivery is not None and delivery.state == DeliveryState.WAITING


async def is_on_its_way(session: AsyncSession, delivery_id: UUID) -> bool:
    """Whether a worker has begun it and nobody knows yet what comes of it; it stays so until the transaction ends."""
    delivery = await find(session, delivery_id)
    return delivery is not None and delivery.state in {DeliveryState.SENDING, DeliveryState.UNKNOWN}


async def is_result(session: AsyncSession, workspace_id: int, result_id: str) -> bool:
    """Whether some delivery has had this effect, be it an attempt that was given up since."""
    rows = select(Delivery.id).where(col(Delivery.workspace_id) == workspace_id, col(Delivery.result_id) == result_id)
    return (await session.exec(rows)).first() is not None


async def cancel(session: AsyncSession, delivery_id: UUID, *, now: datetime) -> bool:
    """Take back an effect that no worker has begun; False when it is too late for that."""
    result = await session.exec(
        update(Delivery)
        .where(col(Delivery.id) == delivery_id, col(Delivery.state) == DeliveryState.WAITING)
        .values(state=DeliveryState.CANCELLED, finished_at=now)
    )
    return rows_changed(result) == 1


async def hurry(session: AsyncSession, delivery_id: UUID, *, now: datetime) -> bool:
    """End the hold of a reply that no worker has begun; False when it is too late for that.

    One whose thread has to be read first still waits for that.
    """
    delivery = await find(session, delivery_id)
    if delivery is None or delivery.state != DeliveryState.WAITING:
        return False
    if _HELD_BACK in delivery.payload:
        delivery.payload = {**delivery.payload, _HELD_BACK: delivery.payload[_HELD_BACK] | {"hold": now.isoformat()}}
    else:
        delivery.not_before = now
    return True


async def bind(session: AsyncSession, delivery_id: UUID, result_id: str) -> None:
    """Write down what the outside calls an effect of which its answer has not told."""
    unknown = update(Delivery).where(col(Delivery.id) == delivery_id, col(Delivery.result_id).is_(None))
    await session.exec(unknown.values(result_id=result_id))


async def hold_back(session: AsyncSession, delivery_id: UUID, thread: tuple[str, str], *, until: datetime) -> None:
    """Have a reply that no worker has begun wait until then for its thread to be read; never shorter than its hold."""
    delivery = await find(session, delivery_id)
    if delivery is None or delivery.state != DeliveryState.WAITING:
        return
    hold = delivery.not_before
    if hold is None or hold < until:
        about = {"thread": list(thread), "hold": hold.isoformat() if hold else None}
        delivery.payload, delivery.not_before = {**delivery.payload, _HELD_BACK: about}, until


async def list_held_back(session: AsyncSession, workspace_id: int, *, now: datetime) -> list[HeldBack]:
    """The replies that wait for their thread to be read, whichever replica took them."""
    rows = _WAITING_REPLIES.where(col(Delivery.workspace_id) == workspace_id, col(Delivery.not_before) > now)
    found = (await session.exec(rows)).all()
    return [HeldBack(_thread(one), one.created_at) for one in found if _HELD_BACK in one.payload]


async def let_go(session: AsyncSession, conversation_id: int, thread: tuple[str, str]) -> None:
    """Give replies of a locked conversation the hold back that they had before they waited for this thread."""
    rows = _WAITING_REPLIES.where(col(Delivery.conversation_id) == conversation_id)
    for delivery in (await session.exec(rows.with_for_update())).all():
        if _HELD_BACK in delivery.payload and _thread(delivery) == thread:
            payload = dict(delivery.payload)
            hold = payload.pop(_HELD_BACK)["hold"]
            delivery.payload, delivery.not_before = payload, datetime.fromisoformat(hold) if hold else None


def _thread(delivery: Delivery) -> tuple[str, str]:
    channel_id, root_ts = delivery.payload[_HELD_BACK]["thread"]
    return channel_id, root_ts
