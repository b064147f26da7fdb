"""What is asked right before a reply leaves: whether its author still wants it, and whether it is not too late."""

from datetime import datetime, timedelta

from desk.clock import Clock
from desk.delivery import Outcome, Sender, Stale, Withdrawn
from storage import messages
from storage.claims import Claimed
from storage.database import Database
from storage.models import Delivery

STALE_AFTER = timedelta(hours=1)


def checked(send: Sender, database: Database, clock: Clock) -> Sender:
    """A sender that sends nothing that was deleted meanwhile, and leaves to a person what was asked for so long ago."""

    async def depart(claimed: Claimed) -> Outcome:
        if await _is_deleted(database, claimed.delivery):
            return Withdrawn()
        return Stale() if _is_stale(claimed.delivery, now=clock.now()) else await send(claimed)

    return depart


async def _is_deleted(database: Database, delivery: Delivery) -> bool:
    """Whether its author took it back between two tries, of which the first has certainly failed."""
    async with database.read() as session:
        message = await messages.get(session, delivery.workspace_id, delivery.message_id or 0)
        change = await messages.find_change(session, delivery.workspace_id, message.channel_id or "", message.ts or "")
    return change is not None and change.is_deleted


def _is_stale(delivery: Delivery, *, now: datetime) -> bool:
    """Whether it is so long ago that a person asked for a reply to be sent that they are asked once more."""
    wanted_at = delivery.payload.get("wanted_at")
    return now - (datetime.fromisoformat(wanted_at) if wanted_at else delivery.created_at) > STALE_AFTER
