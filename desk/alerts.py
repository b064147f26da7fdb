"""The one post that tells of a backlog, as long as it lasts: what it shows, where it stands, what is pressed on it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from desk import access, hours, outbox, ownership
from desk.access import Actor
from desk.cards import post_url
from desk.errors import BacklogIsOver
from desk.team_values import Alert, Load
from desk.values import Backlog
from storage import backlogs, deliveries, inboxes, loads, people, queues, workspaces
from storage.database import Session
from storage.models import BacklogAlert, Delivery, Inbox
from storage.states import DeliveryState


class Step(StrEnum):
    """What is said about a backlog."""

    PING = "ping"
    AGAIN = "again"
    ESCALATE = "escalate"
    TRIAGE = "triage"
    CLEAR = "clear"


FOR_AN_HOUR, UNTIL_OPENING = "hour", "opening"
TREND, TREND_STEP = timedelta(hours=6), timedelta(minutes=15)

_MOST_LOADS = 20
_REDRAW_EVERY = timedelta(minutes=1)  # when nothing but numbers has changed: Slack allows some fifty a minute in all
_LATEST_TRIAGE = timedelta(minutes=30)  # after which a reminder that could not be posted is not wanted any more


def reset(alert: BacklogAlert) -> None:
    """All is well."""
    alert.raised_at = alert.pinged_at = alert.unheeded_since = alert.escalated_at = None
    alert.channel_id = alert.ts = None
    alert.acted_by = alert.acted_at = alert.snoozed_by = alert.snoozed_until = None
    alert.pinged_count, alert.shown = 0, ""


def place(alert: BacklogAlert) -> tuple[str, str] | None:
    """The channel and ts of its post; None while Slack has not said that it stands there."""
    return (alert.channel_id, alert.ts) if alert.channel_id and alert.ts else None


async def is_gone(session: Session, alert: BacklogAlert) -> bool:
    """Whether its post stands nowhere and none is on its way, so that the next ping has to be one."""
    return place(alert) is None and not await deliveries.has_unfinished(session, f"alert/{alert.inbox_id}")


async def read(session: Session, workspace_id: int, inbox_id: int, *, now: datetime) -> Alert:
    """A backlog as its alert is to show it."""
    inbox = await inboxes.get(session, workspace_id, inbox_id)
    backlog = await _measure(session, inbox)
    return await _show(session, inbox, await backlogs.get(session, inbox_id), backlog, now=now)


async def _measure(session: Session, inbox: Inbox) -> Backlog:
    count, oldest = await queues.backlog(session, inbox.workspace_id, inbox.id)
    return Backlog(inbox_id=inbox.id, inbox=inbox.label, count=count, oldest_since=oldest)


async def _show(session: Session, inbox: Inbox, alert: BacklogAlert, backlog: Backlog, *, now: datetime) -> Alert:
    window = timedelta(minutes=inbox.alert_growth_minutes)
    samples = await backlogs.list_samples(session, inbox, since=now - max(window, TREND))
    busiest, reps = await loads.list_busiest(session, inbox, limit=_MOST_LOADS)
    is_snoozed = alert.snoozed_until is not None and now < alert.snoozed_until
    return Alert(
        backlog=replace(backlog, growth=growth(samples, backlog.count, since=now - window)),
        growth_span=window,
        trend=trend(samples, backlog.count, now=now),
        loads=tuple(Load(name=name, open=open_, unread=unread) for name, open_, unread in busiest),
        others=reps - len(busiest),
        acted_by=alert.acted_by,
        acted_at=alert.acted_at,
        snoozed_by=alert.snoozed_by if is_snoozed else None,
        snoozed_until=alert.snoozed_until if is_snoozed else None,
        escalated_to=await find_second(session, inbox) if alert.escalated_at else None,
        escalated_at=alert.escalated_at,
    )


async def find_second(session: Session, inbox: Inbox) -> str | None:
    """Who is told when nobody acts; None when that is somebody whom nothing in the inbox's channel reaches any more."""
    to = inbox.escalate_to
    if to and to.startswith(people.IDS) and await access.why_not_owner(session, inbox, to) is not None:
        return None
    return to


def growth(samples: Sequence[tuple[datetime, int]], count: int, *, since: datetime) -> int:
    """By how much a backlog has grown since then, or since we know of it; nothing when it has not."""
    before = [was for at, was in samples if at <= since]
    first = before[-1] if before else samples[0][1] if samples else count
    return max(0, count - first)


def trend(samples: Sequence[tuple[datetime, int]], count: int, *, now: datetime) -> tuple[int, ...]:
    """How large a backlog was at most in each quarter of an hour, the last of which is this one."""
    step = TREND_STEP.total_seconds()
    ends = datetime.fromtimestamp((now.timestamp() // step + 1) * step, UTC)
    shown: list[int] = []
    for number in range(int(TREND / TREND_STEP), 0, -1):
        begins = ends - number * TREND_STEP
        before = [was for at, was in samples if at <= begins][-1:]
        within = [was for at, was in samples if begins < at < begins + TREND_STEP]
        if before or within:
            shown.append(max([*before, *within]))
    return (*shown[:-1], max([count, *shown[-1:]]))


def face(shown: Alert) -> str:
    """What stands for all that an alert shows."""
    return blake2b(repr(shown).encode(), digest_size=12).hexdigest()


async def expect(session: Session, inbox: Inbox, alert: BacklogAlert, backlog: Backlog, *, now: datetime) -> None:
    """Note what an alert will show when it is posted, if nothing happens meanwhile."""
    alert.shown = face(await _show(session, inbox, alert, backlog, now=now))


async def keep_drawn(
    session: Session, inbox: Inbox, alert: BacklogAlert, backlog: Backlog, *, now: datetime, at_once: bool
) -> None:
    """Have a locked alert drawn anew if it shows what is not so any more; numbers once in a minute."""
    stands = place(alert)
    if alert.raised_at is None or stands is None:
        return
    drawn = face(await _show(session, inbox, alert, backlog, now=now))
    if drawn == alert.shown:
        return
    drawing = await deliveries.find(session, outbox.alert_redraw_id(inbox.id, alert.raised_at))
    alert.shown = drawn
    if at_once:
        await outbox.redraw_alert(session, inbox, alert.raised_at, stands, now=now)
    elif drawing is None or drawing.state != DeliveryState.WAITING:  # else it will be drawn as things are then
        last = drawing.finished_at if drawing and drawing.finished_at else alert.pinged_at or now
        await outbox.redraw_alert(session, inbox, alert.raised_at, stands, now=now, not_before=last + _REDRAW_EVERY)


async def is_wanted(session: Session, delivery: Delivery, *, now: datetime) -> bool:
    """Whether what is to be said about a backlog is still of use: not when it is over, and told as that."""
    told = delivery.payload
    if told["step"] == Step.CLEAR:
        return True
    raised_at = told.get("raised_at")
    if raised_at is None:
        return now - delivery.created_at < _LATEST_TRIAGE
    alert = await backlogs.get(session, told["inbox_id"])
    return alert.raised_at is not None and alert.raised_at.isoformat() == raised_at


async def where(session: Session, delivery: Delivery) -> tuple[str, str | None]:
    """The channel in which it is to be said, and below which post; None: as a post of its own."""
    told = delivery.payload
    channel_id = inboxes.channel_of(delivery.lane or "")
    if told.get("is_root", True) or told.get("channel_id") or told.get("raised_at") is None:
        return channel_id, None
    return channel_id, told["thread"] if "thread" in told else (await backlogs.get(session, told["inbox_id"])).ts


async def find_url(session: Session, delivery: Delivery) -> str | None:
    """The address of the alert that is told of in another channel."""
    stands = place(await backlogs.get(session, delivery.payload["inbox_id"]))
    if stands is None:
        return None
    workspace = await workspaces.get_by_id(session, delivery.workspace_id)
    return post_url(workspace.url, *stands)


async def draw_again(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """Have what a drawing was about drawn once more, as it is asked for by now."""
    row = await deliveries.find(session, delivery.id)
    if row is not None:
        await outbox.ask_again(session, row, now=now)


async def posted(session: Session, delivery: Delivery, ts: str, *, now: datetime) -> None:
    """Write down where an alert stands, and catch up with what happened meanwhile: one that is over is drawn so."""
    told = delivery.payload
    if not told.get("is_root") or told.get("raised_at") is None:
        return
    inbox = await inboxes.get(session, delivery.workspace_id, told["inbox_id"])
    alert = await backlogs.lock(session, inbox.id)
    if alert.raised_at is not None and alert.raised_at.isoformat() == told["raised_at"]:
        alert.channel_id, alert.ts = inbox.channel_id, ts
        await keep_drawn(session, inbox, alert, await _measure(session, inbox), now=now, at_once=True)
        return
    left = (await _measure(session, inbox)).count
    raised_at = datetime.fromisoformat(told["raised_at"])
    await outbox.redraw_alert(session, inbox, raised_at, (inbox.channel_id, ts), now=now, left=left)


async def forget_post(session: Session, workspace_id: int, channel_id: str, ts: str) -> bool:
    """Note that somebody has deleted a post; True if it was an alert. The next ping is one anew."""
    alert = await backlogs.find_at(session, workspace_id, channel_id, ts)
    if alert is None:
        return False
    alert.channel_id = alert.ts = None
    return True


def is_lost(delivery: Delivery, below: str | None) -> bool:
    """Whether a ping is meant to stand below an alert, and there is none."""
    return delivery.payload["step"] == Step.AGAIN and not delivery.payload.get("is_root", True) and below is None


async def post_anew(session: Session, delivery: Delivery, channel_id: str, ts: str | None) -> None:
    """Have what was to be said below an alert that is not there any more said in the channel, a ping as an alert.

    It stood at `ts`, unless that it is gone is known already.
    """
    row = await deliveries.find(session, delivery.id)  # first, as where it is written down that it was posted
    if row is not None:
        row.payload = {**row.payload, "is_root": row.payload["step"] == Step.AGAIN, "thread": None}
    if ts is not None:
        await forget_post(session, delivery.workspace_id, channel_id, ts)


async def _reach(session: Session, actor: Actor, inbox_id: int) -> tuple[Inbox, BacklogAlert]:
    inbox = await inboxes.get(session, actor.workspace_id, inbox_id)
    await access.require_rep(session, actor, inbox)
    return inbox, await backlogs.lock(session, inbox.id)


async def heed(session: Session, actor: Actor, inbox_id: int) -> None:
    """Note that somebody is looking after a backlog, so that nobody else need be told of the last ping."""
    _, alert = await _reach(session, actor, inbox_id)
    alert.unheeded_since = None


async def take_on(session: Session, actor: Actor, inbox_id: int, *, now: datetime) -> None:
    """Show who is looking after a backlog (`I'm on it`). Raises BacklogIsOver."""
    inbox, alert = await _reach(session, actor, inbox_id)
    if alert.raised_at is None:
        raise BacklogIsOver
    if alert.acted_by != actor.user_id:
        alert.acted_by, alert.acted_at = actor.user_id, now
    alert.unheeded_since = None
    await redraw(session, inbox, alert, now=now)


async def snooze(session: Session, actor: Actor, inbox_id: int, choice: str, *, now: datetime) -> None:
    """Keep an alert quiet for an hour, or until the next day's opening; a manager may. Raises BacklogIsOver."""
    inbox, alert = await _reach(session, actor, inbox_id)
    await ownership.require_manager(session, actor, inbox)
    if alert.raised_at is None:
        raise BacklogIsOver
    until = now + timedelta(hours=1)
    if choice == UNTIL_OPENING:
        until = (await hours.read(session, inbox)).next_day(now) or now + timedelta(days=1)
    alert.snoozed_by, alert.snoozed_until, alert.unheeded_since = actor.user_id, until, None
    await redraw(session, inbox, alert, now=now)


async def redraw(session: Session, inbox: Inbox, alert: BacklogAlert, *, now: datetime) -> None:
    """Have a locked alert drawn at once, whether or not anything has changed."""
    stands = place(alert)
    if stands is not None and alert.raised_at is not None:
        await outbox.redraw_alert(session, inbox, alert.raised_at, stands, now=now)


async def restore(session: Session, workspace_id: int, inbox_id: int, *, now: datetime) -> None:
    """Have an alert drawn again although nothing has changed: a menu goes on showing what was chosen in it."""
    inbox = await inboxes.get(session, workspace_id, inbox_id)
    await redraw(session, inbox, await backlogs.lock(session, inbox.id), now=now)
