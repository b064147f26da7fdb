"""The backlog ping: managers hear once that too much waits unowned, again when it has grown, and when it is over.

Only while somebody is there: what begins at night is told in the morning.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from desk import alerts, hours, outbox
from desk.alerts import Step
from desk.hours import Hours
from desk.values import Backlog
from storage import backlogs, inboxes, queues
from storage.database import Session
from storage.models import BacklogAlert, Inbox

REMEMBERED = timedelta(days=1)  # how large a backlog was
_LATEST_REMINDER = timedelta(minutes=10)  # after its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When managers are pinged. What is nought, or None, never is a reason.

    At `count` conversations, when the `oldest` wait is reached, or when it has grown by `growth` in the last while;
    again at `again_count` more or after `again_after`; somebody else when nobody has done anything for
    `escalate_after`; it is over at `clear` or fewer.
    """

    count: int
    oldest: timedelta
    growth: int = 0
    again_count: int
    again_after: timedelta
    escalate_after: timedelta = timedelta()
    clear: int

    def is_past(self, backlog: Backlog, *, now: datetime) -> bool:
        """Whether there is a reason to ping."""
        too_many = 0 < self.count <= backlog.count
        too_old = backlog.oldest_since is not None and timedelta() < self.oldest <= now - backlog.oldest_since
        too_fast = 0 < self.growth <= backlog.growth
        return too_many or too_old or too_fast


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When it is: whether somebody is there, and whether it is time for a reminder.

    For how long somebody was there and has not done anything about a ping; None when somebody has.
    """

    now: datetime
    is_open: bool = True
    is_triage: bool = False
    unheeded: timedelta | None = None


def decide(terms: Thresholds, alert: BacklogAlert, backlog: Backlog, at: Moment) -> Step | None:
    """What to say now, if anything. Plain arithmetic: between `clear` and the thresholds nothing changes."""
    past = terms.is_past(backlog, now=at.now)
    if alert.raised_at is not None and alert.pinged_at is not None:
        return _decide_raised(terms, alert, backlog, at, past=past, pinged_at=alert.pinged_at)
    if not at.is_open:
        return None
    if past:
        return Step.PING
    return Step.TRIAGE if at.is_triage and backlog.count else None


def _decide_raised(
    terms: Thresholds, alert: BacklogAlert, backlog: Backlog, at: Moment, *, past: bool, pinged_at: datetime
) -> Step | None:
    if backlog.count <= terms.clear and not past:
        return Step.CLEAR
    if not at.is_open or (alert.snoozed_until is not None and at.now < alert.snoozed_until):
        return None
    if timedelta() < terms.escalate_after <= (at.unheeded or timedelta()):
        return Step.ESCALATE
    woke = alert.snoozed_until is not None and pinged_at < alert.snoozed_until
    late = woke or timedelta() < terms.again_after <= at.now - pinged_at
    if 0 < terms.again_count <= backlog.count - alert.pinged_count or (late and past):
        return Step.AGAIN
    return Step.TRIAGE if late and at.is_triage else None


async def look_around(session: Session, workspace_id: int, now: datetime) -> None:
    """Have managers told of every inbox of a workspace in which too much waits unowned."""
    said = await backlogs.lock_all(session, workspace_id)
    found = await queues.backlogs(session, workspace_id)
    for inbox in await inboxes.list_(session, workspace_id):
        count, oldest = found.get(inbox.id, (0, None))
        backlog = Backlog(inbox_id=inbox.id, inbox=inbox.label, count=count, oldest_since=oldest)
        await look(session, inbox, said[inbox.id], backlog, now=now)


async def look(session: Session, inbox: Inbox, alert: BacklogAlert, backlog: Backlog, *, now: datetime) -> None:
    """Compare an inbox's backlog with what was said last, and have an alert posted when there is something to say."""
    if backlog.count != alert.count:
        await backlogs.add_sample(session, inbox, backlog.count, at=now, keep_since=now - REMEMBERED)
        if alert.count is not None and backlog.count < alert.count:
            alert.unheeded_since = None  # somebody has begun
        alert.count = backlog.count
    if not backlog.count and alert.raised_at is None:
        return
    open_hours = await hours.read(session, inbox)
    window = now - timedelta(minutes=inbox.alert_growth_minutes)
    samples = await backlogs.list_samples(session, inbox, since=window)
    backlog = replace(backlog, growth=alerts.growth(samples, backlog.count, since=window))
    step = decide(_terms(inbox), alert, backlog, _moment(open_hours, alert, backlog, now=now))
    if step is not None:
        await _say(session, inbox, alert, backlog, step, now=now)
    if step is Step.PING:
        await alerts.expect(session, inbox, alert, backlog, now=now)
    else:
        await alerts.keep_drawn(session, inbox, alert, backlog, now=now, at_once=step is not None)


def _terms(inbox: Inbox) -> Thresholds:
    return Thresholds(
        count=inbox.alert_count,
        oldest=timedelta(minutes=inbox.alert_minutes),
        growth=inbox.alert_growth,
        again_count=inbox.alert_again_count,
        again_after=timedelta(minutes=inbox.alert_again_minutes),
        escalate_after=timedelta(minutes=inbox.escalate_minutes if inbox.escalate_to else 0),
        clear=inbox.alert_clear,
    )


def _moment(open_hours: Hours, alert: BacklogAlert, backlog: Backlog, *, now: datetime) -> Moment:
    due = open_hours.last_reminder(now)
    return Moment(
        now=now,
        is_open=open_hours.is_open(now),
        is_triage=due is not None
        and now - due < _LATEST_REMINDER
        and (alert.triaged_at is None or alert.triaged_at < due)
        and (backlog.oldest_since is None or backlog.oldest_since <= due),
        unheeded=open_hours.open_time(alert.unheeded_since, now) if alert.unheeded_since else None,
    )


async def _say(
    session: Session, inbox: Inbox, alert: BacklogAlert, backlog: Backlog, step: Step, *, now: datetime
) -> None:
    """Have a step told, and write down that it was."""
    if step is Step.CLEAR:
        await _clear(session, inbox, alert, backlog, now=now)
        return
    before = alert.pinged_count
    channel_id = None
    if step is Step.PING:
        alerts.reset(alert)
        alert.raised_at = now
    if step is Step.TRIAGE:
        alert.triaged_at = now
    if step is Step.ESCALATE:
        alert.escalated_at, alert.unheeded_since = now, None
        channel_id = inboxes.escalation_channel(inbox)
    elif alert.raised_at is not None:
        alert.pinged_at, alert.pinged_count = now, backlog.count
        alert.unheeded_since = alert.unheeded_since or now
    is_root = step is Step.PING or (step is Step.AGAIN and await alerts.is_gone(session, alert))
    payload = _payload(inbox, alert, backlog, step) | {"before": before, "is_root": is_root}
    if step is Step.ESCALATE:
        payload |= {
            "to": await alerts.find_second(session, inbox),
            "minutes": inbox.escalate_minutes,
            "channel_id": channel_id,
        }
    await outbox.post_alert(session, inbox, payload=payload, now=now, channel_id=channel_id)


async def _clear(session: Session, inbox: Inbox, alert: BacklogAlert, backlog: Backlog, *, now: datetime) -> None:
    """It is over: said in the alert's thread, and on the alert itself."""
    place = alerts.place(alert)
    if place is not None and alert.raised_at is not None:
        payload = _payload(inbox, alert, backlog, Step.CLEAR) | {"is_root": False, "thread": place[1]}
        await outbox.post_alert(session, inbox, payload=payload, now=now)
        await outbox.redraw_alert(session, inbox, alert.raised_at, place, now=now, left=backlog.count)
    alerts.reset(alert)


def _payload(inbox: Inbox, alert: BacklogAlert, backlog: Backlog, step: Step) -> dict[str, Any]:
    return {
        "step": step.value,
        "raised_at": alert.raised_at.isoformat() if alert.raised_at else None,
        "inbox": inbox.label,
        "count": backlog.count,
        "oldest_since": backlog.oldest_since.isoformat() if backlog.oldest_since else None,
    }
