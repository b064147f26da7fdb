"""Snooze: a conversation is out of its owner's open queue until a time, or until the contact writes."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk import access, assignment, outbox, reading
from desk.access import Actor
from desk.clock import zone
from desk.errors import ClosedAlready, NobodyToWake, NotInFuture
from storage import conversations, histories, inboxes, people
from storage.database import Session
from storage.models import Conversation
from storage.states import Status

LONGEST = timedelta(days=366)
MOST_AT_ONCE = 100  # in one round: none of them can be worked on meanwhile
MORNING = time(9)


def moments(now: datetime, timezone: str) -> list[tuple[str, datetime]]:
    """Until when one snoozes mostly, in words, by the clocks of somebody's time zone; none is there twice."""
    local = now.astimezone(zone(timezone))
    tomorrow = local.date() + timedelta(days=1)
    monday = local.date() + timedelta(days=7 - local.weekday())
    mornings = {tomorrow: "Tomorrow at 9:00"}
    mornings.setdefault(monday, "Monday at 9:00")
    return [
        ("In 1 hour", now + timedelta(hours=1)),
        ("In 3 hours", now + timedelta(hours=3)),
        *((words, datetime.combine(day, MORNING, local.tzinfo)) for day, words in mornings.items()),
    ]


async def list_moments(session: Session, actor: Actor, *, now: datetime) -> tuple[list[tuple[str, datetime]], ZoneInfo]:
    """Until when the actor may want to snooze something, and their time zone."""
    timezone = await people.timezone(session, actor.workspace_id, actor.user_id)
    return moments(now, timezone), zone(timezone)


async def require_snoozable(session: Session, actor: Actor, conversation_id: int) -> None:
    """Raise NobodyToWake for a conversation without an owner, ClosedAlready for one that is closed."""
    conversation, _ = await access.view(session, actor, conversation_id)
    _require_snoozable(conversation)


def _require_snoozable(conversation: Conversation) -> None:
    if conversation.status == Status.CLOSED:
        raise ClosedAlready
    if conversation.assignee_id is None:
        raise NobodyToWake


async def snooze(
    session: Session, actor: Actor, conversation_id: int, until: datetime | None, *, now: datetime
) -> None:
    """Snooze a conversation until a time (None: until the contact writes); one that is snoozed, until another.

    It goes on waiting for its answer. Raises NobodyToWake without an owner, ClosedAlready, and NotInFuture.
    """
    conversation, inbox = await access.reach(session, actor, conversation_id)
    _require_snoozable(conversation)
    if until is not None and not now < until <= now + LONGEST:
        raise NotInFuture
    conversation.status, conversation.snoozed_until = Status.SNOOZED, until
    written = until.isoformat() if until else None
    await histories.add(
        session, conversation, "snoozed", now=now, actor_id=actor.user_id, after=written, source=actor.source
    )
    await outbox.post_line(
        session,
        conversation,
        inbox,
        "snoozed",
        now=now,
        actor=actor.user_id,
        owner=conversation.assignee_id,
        until=written,
    )
    await reading.settle(session, conversation, now=now)


async def wake_due(session: Session, workspace_id: int, now: datetime) -> None:
    """Have those awake whose time has come, unread for their owners; those that somebody works on, next time."""
    for conversation in await conversations.lock_due(session, workspace_id, now=now, limit=MOST_AT_ONCE):
        await _wake(session, conversation, now=now)


async def _wake(session: Session, conversation: Conversation, *, now: datetime) -> None:
    inbox = await inboxes.get(session, conversation.workspace_id, conversation.inbox_id)
    owner = conversation.assignee_id
    if owner is None or await access.why_not_owner(session, inbox, owner) is not None:
        await assignment.give(session, conversation, inbox, "woken_unassigned", actor=None, owner=None, now=now)
        return
    conversation.status, conversation.snoozed_until = Status.OPEN, None
    await histories.add(session, conversation, "unsnoozed", now=now)
    await outbox.post_line(session, conversation, inbox, "woken", now=now, owner=owner)
    await reading.mark_last_unread(session, conversation)
    await reading.settle(session, conversation, now=now)
