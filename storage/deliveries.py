"""Effects on the outside that are still to come, or done, as use cases write them; workers claim them (see claims)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Delivery
from storage.states import DeliveryState
from storage.upsert import insert, insert_new, rows_changed


async def add(session: AsyncSession, delivery: Delivery) -> bool:
    """Write an effect that is still to come. Its id is derived from its cause, so a repeat adds nothing (False)."""
    return await insert_new(session, Delivery, **delivery.model_dump())


async def ask_again(session: AsyncSession, delivery: Delivery) -> None:
    """Write a drawing that is still to come; one that is asked for already is drawn once, as things stand then."""
    row = insert(session, Delivery).values(**delivery.model_dump())
    again = {
        "revision": col(Delivery.revision) + 1,
        "state": DeliveryState.WAITING,
        "attempt": 0,
        "payload": row.excluded.payload,
        "not_before": row.excluded.not_before,
        "ready_at": 0.0,
        "finished_at": None,
    }
    await session.exec(row.on_conflict_do_update(index_elements=["id"], set_=again))


async def find(session: AsyncSession, delivery_id: UUID) -> Delivery | None:
    """One delivery, locked, as the database has it now."""
    rows = select(Delivery).where(col(Delivery.id) == delivery_id).execution_options(populate_existing=True)
    return (await session.exec(rows.with_for_update())).one_or_none()


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
