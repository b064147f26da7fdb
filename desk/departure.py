"""What is asked right before a reply leaves: what its author wants by now, and whether it is not too late.

And before one is taken for absent that a database which was lost may have sent.
"""

from datetime import datetime, timedelta

from desk import reply_changes
from desk.clock import Clock
from desk.delivery import Absent, CannotTell, LookUp, Outcome, Sender, Sight, Stale, Withdrawn
from desk.gaps import Gaps
from storage import conversations, deliveries, messages
from storage.claims import Claimed, LeaseOver
from storage.database import Database
from storage.models import Delivery

STALE_AFTER = timedelta(hours=1)
UNREAD = "its thread is not read back yet"


def checked(send: Sender, database: Database, clock: Clock) -> Sender:
    """A sender that heeds what came while an earlier try was under way, which has certainly failed.

    It sends the newest wording, and nothing that was deleted or became a note. What was asked for so long ago is left
    to a person. Raises LeaseOver when another worker holds the reply by now.
    """

    async def depart(claimed: Claimed) -> Outcome:
        if await _has_changed(database, claimed.delivery) and not await _take_newest(database, claimed.delivery):
            return Withdrawn()
        return Stale() if _is_stale(claimed.delivery, now=clock.now()) else await send(claimed)

    return depart


def certain(look: LookUp, gaps: Gaps, database: Database) -> LookUp:
    """A look-up of what a database that was lost may have sent: with other words, if an edit is not read back yet.

    So while its thread may tell of one, nobody can tell that it is absent. What was read back has its newest words.
    """

    async def looked(claimed: Claimed) -> Sight:
        is_doubted = claimed.delivery.attempt == 0 and await _may_be_edited(database, gaps, claimed.delivery)
        sight = await look(claimed)
        return CannotTell(UNREAD) if is_doubted and isinstance(sight, Absent) else sight

    return looked


async def _may_be_edited(database: Database, gaps: Gaps, delivery: Delivery) -> bool:
    async with database.read() as session:
        message = await messages.get(session, delivery.workspace_id, delivery.message_id or 0)
        threads = await conversations.list_threads(session, message.conversation_id)
    places = [(thread.channel_id, thread.root_ts) for thread in threads if thread.root_ts]
    return not message.recovered and any(gaps.newest.may_lack(place) for place in places)


async def _has_changed(database: Database, delivery: Delivery) -> bool:
    async with database.read() as session:
        message = await messages.get(session, delivery.workspace_id, delivery.message_id or 0)
        return await messages.find_newer(session, message) is not None


async def _take_newest(database: Database, delivery: Delivery) -> bool:
    """Whether it may leave, now with its newest wording; the old one was kept for looking up the earlier try."""
    async with database.transaction() as session:
        message = await messages.get(session, delivery.workspace_id, delivery.message_id or 0)
        conversation = await conversations.lock_of(session, message)
        held = await deliveries.find(session, delivery.id)
        if held is None or held.owner != delivery.owner:
            raise LeaseOver
        return await reply_changes.take_newest(session, conversation, message)


def _is_stale(delivery: Delivery, *, now: datetime) -> bool:
    """Whether it is so long ago that a person asked for a reply to be sent that they are asked once more."""
    wanted_at = delivery.payload.get("wanted_at")
    return now - (datetime.fromisoformat(wanted_at) if wanted_at else delivery.created_at) > STALE_AFTER
