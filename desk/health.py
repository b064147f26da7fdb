"""What waits, what is uncertain or was parked, and who texts in storms: told to those whom it concerns (rule 0)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from desk import access
from desk.access import Actor
from desk.cards import permalink
from desk.errors import NoInbox, NothingToTell
from desk.outbox import LATE_SECONDS
from desk.values import Health, Kept, Storm, Trouble, Troubled, Waiting
from storage import alarms, health, inboxes, managers, workspaces
from storage.database import Session
from storage.health import Due
from storage.models import Inbox
from storage.states import DeliveryState, Kind

SLACK, TWILIO = "slack", "twilio"  # who can refuse us, as alarms name them
UNAUTHORIZED = "unauthorized"  # why a delivery waits when Slack or Twilio refuses our credentials
MATTERS = timedelta(days=7)  # after which nobody acts on a text that could not be shown or sent
STORM = timedelta(minutes=10)
STORM_TEXTS = 60  # six a minute for ten minutes is more than a person types

T = TypeVar("T", float, datetime)

_LATE = timedelta(seconds=LATE_SECONDS)
_USABLE_SOON = timedelta(minutes=1)  # what came before its card or its author is known is used within moments
_MOST_TROUBLED = 100


async def read(session: Session, actor: Actor, *, now: datetime) -> Health:
    """What is wrong in the inboxes that the actor may work in; managers also hear of what belongs to no inbox.

    Raises NothingToTell for somebody who is in no inbox's channel, and GuestsDoNotOwn for a guest.
    """
    own = await access.list_inboxes(session, actor)
    is_manager = await managers.is_one(session, actor.workspace_id, actor.user_id)
    if not own and not is_manager:
        await access.refuse_guest(session, actor)
        raise NothingToTell
    workspace = await workspaces.get_by_id(session, actor.workspace_id)
    ids = [inbox.id for inbox in own]
    troubles, found = await health.list_troubles(session, workspace.id, ids, since=now - MATTERS, limit=_MOST_TROUBLED)
    storms = await health.list_storms(session, workspace.id, ids, since=now - STORM, least=STORM_TEXTS)
    return Health(
        refused={
            alarm.what: alarm.raised_at
            for alarm in await alarms.list_(session, workspace.id)
            if alarm.what in {SLACK, TWILIO}
        },
        waiting=tuple(_waiting(own, await health.list_due(session, now=now), now=now)),
        troubles=troubles,
        troubled=tuple(
            Troubled(
                what=_what(delivery.kind, delivery.state),
                contact=contact.known_as,
                thread_url=permalink(workspace.url, thread),
                at=delivery.finished_at or delivery.created_at,
                reason=delivery.reason if delivery.kind == Kind.REPLY else None,
            )
            for delivery, contact, thread in found
        ),
        storms=tuple(
            Storm(contact=contact.known_as, thread_url=permalink(workspace.url, thread), texts=texts)
            for texts, contact, thread in storms
        ),
        kept=tuple(await _kept(session, now=now)) if is_manager else (),
    )


def _what(kind: str, state: str) -> Trouble:
    if state == DeliveryState.UNCERTAIN:
        return Trouble.UNCERTAIN
    return Trouble.NOT_SENT if kind == Kind.REPLY else Trouble.NOT_SHOWN


def by_lane(due: Iterable[Due]) -> dict[str, Due]:
    """All that is due in each lane as one, with the reason of what waits longest among what was tried."""
    lanes: dict[str, Due] = {}
    for one in sorted(due, key=lambda one: (one.reason is None, one.oldest_at)):
        if one.lane is not None:
            before = lanes.get(one.lane)
            lanes[one.lane] = one if before is None else _with(before, one)
    return lanes


def _with(one: Due, other: Due) -> Due:
    return Due(
        lane=one.lane,
        reason=one.reason,
        count=one.count + other.count,
        oldest_at=min(one.oldest_at, other.oldest_at),
        tried_at=_first(one.tried_at, other.tried_at),
        failed_at=_first(one.failed_at, other.failed_at),
        sought_since=_first(one.sought_since, other.sought_since),
    )


def _first(*times: T | None) -> T | None:
    return min((at for at in times if at is not None), default=None)


def waiting(inbox: Inbox, due: Due, *, is_texting: bool) -> Waiting:
    """What is due in one of an inbox's lanes, as it is told."""
    return Waiting(
        inbox=inbox.label,
        channel_id=inbox.channel_id if is_texting else inboxes.channel_of(due.lane or ""),
        is_texting=is_texting,
        count=due.count,
        since=due.oldest_at,
        reason=due.reason,
    )


def lanes_of(own: Iterable[Inbox]) -> dict[str, tuple[Inbox, bool]]:
    """The lanes of inboxes: whose each is, and whether replies leave by it. Inboxes may share a channel.

    The channel to which an inbox's alert escalates is one of them, after all that inboxes have themselves.
    """
    own = list(own)
    lanes: dict[str, tuple[Inbox, bool]] = {}
    for inbox in own:
        lanes.setdefault(inboxes.channel_lane(inbox.workspace_id, inbox.channel_id), (inbox, False))
        lanes[inboxes.number_lane(inbox.number)] = (inbox, True)
    for inbox in own:
        channel_id = inboxes.escalation_channel(inbox)
        if channel_id is not None:
            lanes.setdefault(inboxes.channel_lane(inbox.workspace_id, channel_id), (inbox, False))
    return lanes


def _waiting(own: list[Inbox], due: list[Due], *, now: datetime) -> list[Waiting]:
    """What is late in the lanes of these inboxes; what has waited for moments only is on its way."""
    late = by_lane(due)
    return [
        waiting(inbox, late[lane], is_texting=is_texting)
        for lane, (inbox, is_texting) in lanes_of(own).items()
        if lane in late and late[lane].oldest_at <= now - _LATE
    ]


async def _kept(session: Session, *, now: datetime) -> list[Kept]:
    found = await health.list_unprocessed(session, before=now - _USABLE_SOON, no_inbox=NoInbox.__name__)
    kept: dict[str | None, Kept] = {}
    for one in found:
        before = kept.get(one.number, Kept(number=one.number, count=0, since=one.oldest_at))
        since = min(before.since, one.oldest_at)
        kept[one.number] = Kept(number=one.number, count=before.count + one.count, since=since)
    return sorted(kept.values(), key=lambda one: one.since)
