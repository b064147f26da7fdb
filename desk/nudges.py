"""Reminders in the thread of a conversation that has an owner and whose customer waits: to them, then to managers.

Each once for every wait, and only while somebody is there: time outside the inbox's hours does not count. An owner who
is away is reminded once they are back; what waits for them is offered to the others meanwhile.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from desk import hours, outbox
from storage import inboxes, nudges, reps
from storage.database import Session
from storage.models import Inbox
from storage.nudges import Told

MOST_AT_ONCE = 50  # in an inbox and a round: what is left waits for the next one
FORGOTTEN = timedelta(days=7)  # after which it is no news that a customer waits, as when nobody was ever reminded

_LINES = {Told.OWNER: "nudged", Told.MANAGERS: "nudged_managers"}


async def look_around(session: Session, workspace_id: int, now: datetime, *, managers: Sequence[str]) -> None:
    """Have owners reminded, and managers by these mentions if there are any, in every inbox of a workspace."""
    away = {rep.user_id for rep in await reps.list_away(session, workspace_id, now=now)}
    for inbox in await inboxes.list_(session, workspace_id):
        waited = timedelta(minutes=inbox.nudge_minutes)
        await _remind(session, inbox, Told.OWNER, waited, (), without=away, now=now)
        if managers:
            waited = timedelta(minutes=inbox.nudge_managers_minutes)
            await _remind(session, inbox, Told.MANAGERS, waited, managers, now=now)


async def _remind(
    session: Session,
    inbox: Inbox,
    whom: Told,
    waited: timedelta,
    mentions: Sequence[str],
    *,
    without: Collection[str] = (),
    now: datetime,
) -> None:
    """Remind of what has waited for so long; the hours are asked for only when there may be something."""
    since = now - FORGOTTEN
    if not waited or not await nudges.is_any_due(
        session, inbox, whom, until=now - waited, since=since, without=without
    ):
        return
    open_hours = await hours.read(session, inbox)
    until = open_hours.before(now, waited)
    if until is None or not open_hours.is_open(now):
        return
    due = await nudges.lock_due(session, inbox, whom, until=until, since=since, without=without, limit=MOST_AT_ONCE)
    for conversation in due:
        setattr(conversation, whom.value, now)
        waiting_since = conversation.waiting_since or now
        await outbox.post_line(
            session,
            conversation,
            inbox,
            _LINES[whom],
            now=now,
            owner=conversation.assignee_id,
            waiting_since=waiting_since.isoformat(),
            mentions=list(mentions),
        )
