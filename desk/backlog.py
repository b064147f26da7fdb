"""The backlog ping: managers hear once that too much waits unowned, again when it has grown, and when it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desk import outbox
from desk.values import Backlog
from storage import backlogs, inboxes, queues
from storage.database import Session
from storage.models import BacklogAlert, Inbox


class Step(StrEnum):
    """What is said about a backlog."""

    PING = "ping"
    AGAIN = "again"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When managers are pinged.

    At `count` conversations or when the `oldest` wait is reached; again at `again_count` more or after `again_after`;
    it is over at `clear` or fewer.
    """

    count: int
    oldest: timedelta
    again_count: int
    again_after: timedelta
    clear: int


def decide(thresholds: Thresholds, alert: BacklogAlert, backlog: Backlog, *, now: datetime) -> Step | None:
    """What to say now, if anything. Plain arithmetic: between `clear` and `count` nothing changes."""
    too_many = backlog.count >= thresholds.count
    too_old = backlog.oldest_since is not None and now - backlog.oldest_since >= thresholds.oldest
    if alert.raised_at is None or alert.pinged_at is None:
        return Step.PING if too_many or too_old else None
    if backlog.count <= thresholds.clear and not too_old:
        return Step.CLEAR
    grown = backlog.count >= alert.pinged_count + thresholds.again_count
    late = now - alert.pinged_at >= thresholds.again_after
    return Step.AGAIN if grown or (late and (too_many or too_old)) else None


async def look_around(session: Session, workspace_id: int, now: datetime) -> None:
    """Have managers told of every inbox of a workspace in which too much waits unowned."""
    for inbox in await inboxes.list_(session, workspace_id):
        await look(session, inbox, now=now)


async def look(session: Session, inbox: Inbox, *, now: datetime) -> Step | None:
    """Compare an inbox's backlog with what was said last, and have an alert posted when there is something to say."""
    alert = await backlogs.lock(session, inbox.id)
    count, oldest = await queues.backlog(session, inbox.workspace_id, inbox.id)
    backlog = Backlog(inbox_id=inbox.id, inbox=inbox.label, count=count, oldest_since=oldest)
    thresholds = Thresholds(
        count=inbox.alert_count,
        oldest=timedelta(minutes=inbox.alert_minutes),
        again_count=inbox.alert_again_count,
        again_after=timedelta(minutes=inbox.alert_again_minutes),
        clear=inbox.alert_clear,
    )
    step = decide(thresholds, alert, backlog, now=now)
    if step is None:
        return None
    payload = {
        "step": step.value,
        "inbox": inbox.label,
        "count": count,
        "oldest_since": oldest.isoformat() if oldest else None,
        "before": alert.pinged_count,
    }
    await outbox.post_alert(session, inbox, payload=payload, now=now)
    alert.raised_at = None if step is Step.CLEAR else alert.raised_at or now
    alert.pinged_at = None if step is Step.CLEAR else now
    alert.pinged_count = 0 if step is Step.CLEAR else count
    return step
