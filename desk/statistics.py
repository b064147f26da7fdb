"""The numbers of a period, for whoever asks, over the inboxes that they may work in (rule 0)."""

from datetime import datetime

from desk import access
from desk.access import Actor
from desk.clock import zone
from desk.errors import NothingToCount
from desk.figures import Figures, Period, Tally, Workload
from desk.team_values import Load
from storage import loads, managers, people, statistics
from storage.database import Session

_AT_ONCE = 250  # conversations, so that others have their turn in between


async def read(session: Session, actor: Actor, period: Period, *, channel_id: str | None, now: datetime) -> Figures:
    """The numbers of a period: in an inbox's channel of that inbox, elsewhere of all that the actor may work in.

    What each owner has to do is for managers only, and in counts. Raises NothingToCount for somebody who is in no
    inbox's channel, and GuestsDoNotOwn for a guest.
    """
    shown = access.narrowed(await access.require_inboxes(session, actor, NothingToCount), channel_id)
    ids = [inbox.id for inbox in shown]
    here = zone(await people.timezone(session, actor.workspace_id, actor.user_id))
    tally = Tally(period=period, zone=here, now=now, reader_id=actor.user_id)
    active = await statistics.list_active(session, actor.workspace_id, ids, since=period.since(now, here))
    for start in range(0, len(active), _AT_ONCE):
        for story in await statistics.read(session, active[start : start + _AT_ONCE]):
            tally.add(story)
    return tally.figures([inbox.label for inbox in shown], await _load(session, actor, ids))


async def _load(session: Session, actor: Actor, inbox_ids: list[int]) -> Workload:
    found = await loads.list_(session, actor.workspace_id, inbox_ids)
    names = await people.names(session, actor.workspace_id, [one.user_id for one in found] + [actor.user_id])
    mine = next((one for one in found if one.user_id == actor.user_id), loads.Load(actor.user_id, 0, 0))
    is_manager = await managers.is_one(session, actor.workspace_id, actor.user_id)
    each = [Load(name=names.get(one.user_id, "Someone"), open=one.open, unread=one.unread) for one in found]
    return Workload(
        unowned=await loads.count_unowned(session, actor.workspace_id, inbox_ids),
        mine=Load(name=names.get(actor.user_id, "Someone"), open=mine.open, unread=mine.unread),
        team=Load(name="", open=sum(one.open for one in found), unread=sum(one.unread for one in found)),
        each=tuple(sorted(each, key=lambda one: (-one.open, one.name))) if is_manager else None,
    )
