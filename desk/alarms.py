"""Managers are told, once, that something is stuck or that we are refused, and once that it is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from desk import outbox
from desk.health import SLACK, TWILIO, UNAUTHORIZED, by_lane, lanes_of, waiting
from desk.values import Waiting
from storage import alarms, deliveries, health, inboxes
from storage.database import Session
from storage.database import now as database_now
from storage.models import Alarm, Inbox

STUCK_SECONDS = 300.0

T = TypeVar("T", float, datetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who is told: people each for themselves; groups whose members are unknown, or nobody, in an inbox's channel."""

    people: Sequence[str]
    groups: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A trouble that began, or (`alarm`) one that is over: `what` is a lane that is stuck, or who refuses us."""

    what: str
    inbox: Inbox | None
    is_texting: bool = False
    reason: str | None = None
    waiting: Waiting | None = None
    alarm: Alarm | None = None

    @property
    def about(self) -> str:
        """What it is about in a word: `stuck`, or who refuses us."""
        return self.what if self.what in {SLACK, TWILIO} else "stuck"

    @property
    def channel_id(self) -> str:
        """The channel that posts wait for, else the inbox's own."""
        if self.about == "stuck" and not self.is_texting:
            return inboxes.channel_of(self.what)
        return self.inbox.channel_id if self.inbox else ""


async def compare(
    session: Session, workspace_id: int, refused: Mapping[str, bool | None], *, now: datetime
) -> list[Change]:
    """What has changed since managers were last told.

    `refused` says of Slack and Twilio whether they refuse us at this moment; None: they could not be asked.

    A lane is stuck when something in it that was first tried five minutes ago is not done, or has been waiting for as
    long since it could not be looked for. Pace alone makes none of them: when a burst drains slowly, each post is done
    soon after its turn has come. What waits since our token is refused is told as that.
    """
    known = {alarm.what: alarm for alarm in await alarms.list_(session, workspace_id)}
    own = await inboxes.list_(session, workspace_id)
    lanes = lanes_of(own)
    first = own[0] if own else None
    everything = await health.list_due(session, now=now)
    due, told = by_lane(everything), by_lane(one for one in everything if one.reason != UNAUTHORIZED)
    before, sought_before = await database_now(session) - STUCK_SECONDS, now - timedelta(seconds=STUCK_SECONDS)
    begun = [Change(what=who, inbox=first) for who, is_refused in refused.items() if is_refused]
    for lane, (inbox, is_texting) in lanes.items():
        if lane in told and (
            _is_before(told[lane].failed_at, before) or _is_before(told[lane].sought_since, sought_before)
        ):
            one = waiting(inbox, told[lane], is_texting=is_texting)
            begun.append(Change(what=lane, inbox=inbox, is_texting=is_texting, reason=one.reason, waiting=one))
    over = []
    for what, alarm in known.items():
        is_stuck = what in due and (  # also while it is being tried again
            _is_before(due[what].tried_at, before) or _is_before(due[what].sought_since, sought_before)
        )
        if not is_stuck and refused.get(what, False) is False:
            where: tuple[Inbox | None, bool] = lanes[what] if what in lanes else (first, False)  # noqa: SIM401
            over.append(Change(what=what, inbox=where[0], is_texting=where[1], reason=alarm.reason, alarm=alarm))
    return [*(change for change in begun if change.what not in known), *over]


def _is_before(at: T | None, before: T) -> bool:
    return at is not None and at < before


async def tell(session: Session, workspace_id: int, change: Change, told: Told, *, now: datetime) -> bool:
    """Have everybody told of a change, unless another replica has; False then.

    While Slack refuses our token nobody can be told in Slack: it is told once the token works, with since when.
    """
    if change.alarm is None:
        if not await alarms.raise_(session, workspace_id, change.what, change.reason, now=now):
            return False
        since = now
    else:
        if not await alarms.clear(session, change.alarm):
            return False
        since = change.alarm.raised_at
    if change.what == SLACK and change.alarm is None:
        return True
    for to, mentions in _places(change, told):
        began = _cause(change.what, since, is_over=False)
        if change.alarm is not None:
            await deliveries.cancel(session, outbox.notice_id(began, to), now=now)
        await outbox.post_notice(
            session,
            workspace_id,
            to=to,
            cause=_cause(change.what, since, is_over=change.alarm is not None),
            payload={"mentions": mentions, **_payload(change, since)},
            now=now,
        )
    return True


def _places(change: Change, told: Told) -> list[tuple[str, list[str]]]:
    """Where it is told, and whom it mentions there."""
    places: list[tuple[str, list[str]]] = [(person, []) for person in told.people]
    if change.inbox is not None and (told.groups or not told.people):
        places.append((change.inbox.channel_id, list(told.groups)))
    return places


def _cause(what: str, since: datetime, *, is_over: bool) -> str:
    return f"{what}:{since.isoformat()}:{'over' if is_over else 'began'}"


def _payload(change: Change, since: datetime) -> dict[str, object]:
    stuck = change.waiting
    return {
        "what": change.about,
        "is_over": change.alarm is not None,
        "since": (stuck.since if stuck else since).isoformat(),
        "inbox": change.inbox.label if change.inbox else "",
        "channel_id": change.channel_id,
        "is_texting": change.is_texting,
        "count": stuck.count if stuck else 0,
        "reason": change.reason,
    }
