"""Who is away, and until when: they are offered last, and what waits for them is offered to the others."""

import re
from datetime import UTC, datetime, time, timedelta

from desk import access, outbox
from desk.access import Actor
from desk.clock import zone
from desk.errors import NotAway, NotAWhile, NotInChannel
from desk.team_values import Away
from storage import conversations, inboxes, people, reps
from storage.database import Session
from storage.models import Conversation, Inbox, Person, Rep

MOST_AT_ONCE = 20  # conversations that one look offers to a channel
LOOK_SECONDS = 30.0

_MORNING = time(9)
_LONGEST = timedelta(days=366)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS_LONG = ("d", "w")
_WHILE = re.compile(r"(?:for )?(\d{1,3}) ?(m|h|d|w)(?:in(?:ute)?s?|(?:ou)?rs?|ays?|eeks?)?", re.ASCII)
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)


def until(words: str, *, now: datetime, timezone: str) -> datetime | None:
    """When somebody is back who says `until 14:00`, `until tomorrow`, `until mon 9:00`, `until 2026-12-24`, `for 2h`.

    Without a time they are back at nine in the morning, in their own time zone; None when nothing is said. Raises
    NotAWhile for anything else, and for what is over already or more than a year away.
    """
    said = " ".join(words.lower().split())
    if not said:
        return None
    here = now.astimezone(zone(timezone))
    at = _after(said, here) or _at(said.removeprefix("until ").removeprefix("till "), here)
    if at is None or not now < at <= now + _LONGEST:
        raise NotAWhile
    return at.astimezone(now.tzinfo)


def _after(said: str, here: datetime) -> datetime | None:
    found = _WHILE.fullmatch(said)
    if found is None:
        return None
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    # Days end at the same time of day, also where clocks are changed meanwhile; hours are as long as hours are.
    return here + length if found[2] in _DAYS_LONG else here.astimezone(UTC) + length


def _at(said: str, here: datetime) -> datetime | None:
    day, _, rest = said.partition(" ")
    date = _day(day, here)
    if date is None:
        at = _time(said)
        if at is None:
            return None
        today = datetime.combine(here.date(), at, here.tzinfo).replace(fold=here.fold)  # of an hour that comes twice
        return today if today > here else datetime.combine(here.date() + timedelta(days=1), at, here.tzinfo)
    at = _time(rest.removeprefix("at ")) if rest else _MORNING
    return None if at is None else datetime.combine(date, at, here.tzinfo)


def _day(word: str, here: datetime) -> datetime | None:
    if word == "tomorrow":
        return here + timedelta(days=1)
    if word == "today":
        return here
    named = [number for number, day in enumerate(_DAYS) if len(word) >= 3 and day.startswith(word)]  # noqa: PLR2004
    if named:
        return here + timedelta(days=(named[0] - here.weekday() - 1) % 7 + 1)
    found = _DATE.fullmatch(word)
    try:
        return here.replace(year=int(found[1]), month=int(found[2]), day=int(found[3])) if found else None
    except ValueError:
        return None


def _time(word: str) -> time | None:
    found = _TIME.fullmatch(word)
    if found is None or (found[2] is None and found[3] is None):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] is not None:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - a clock's face
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None


async def go_away(session: Session, actor: Actor, words: str, *, now: datetime) -> Away:
    """Note that somebody is away, until as they say or until they are back. Raises NotAWhile."""
    await access.require_inboxes(session, actor, NotInChannel)
    timezone = await people.timezone(session, actor.workspace_id, actor.user_id)
    back_at = until(words, now=now, timezone=timezone)
    await reps.keep(session, actor.workspace_id, actor.user_id, away_since=now, away_until=back_at)
    outbox.draw_home(session, actor.workspace_id, actor.user_id, now=now)
    return Away(until=back_at)


async def come_back(session: Session, actor: Actor, *, now: datetime) -> None:
    """Note that somebody is back. Raises NotAway."""
    await access.require_inboxes(session, actor, NotInChannel)
    if await read(session, actor.workspace_id, actor.user_id, now=now) is None:
        raise NotAway
    await reps.keep(session, actor.workspace_id, actor.user_id, away_since=None, away_until=None)
    outbox.draw_home(session, actor.workspace_id, actor.user_id, now=now)


async def read(session: Session, workspace_id: int, user_id: str, *, now: datetime) -> Away | None:
    """Until when somebody is away; None when they are not."""
    rep = await reps.find(session, workspace_id, user_id)
    return Away(until=rep.away_until) if reps.is_away(rep, now) else None


def note(person: Person, rep: Rep | None, *, now: datetime) -> str:
    """What a menu says beside somebody who is away, in their own time; nothing beside anybody else."""
    if rep is None or not reps.is_away(rep, now):
        return ""
    if rep.away_until is None:
        return "away"
    back_at = rep.away_until.astimezone(zone(person.timezone))
    return f"away until {back_at:%a %d %b %H:%M} ({back_at.tzname()})"


async def look_around(session: Session, workspace_id: int, now: datetime) -> None:
    """Show in the channel, with Claim, what has waited too long for an owner who is away."""
    away = {rep.user_id: rep for rep in await reps.list_away(session, workspace_id, now=now)}
    for inbox in await inboxes.list_(session, workspace_id) if away else ():
        until = now - timedelta(minutes=inbox.offer_minutes)
        for conversation in await conversations.lock_unoffered(
            session, inbox, list(away), until=until, limit=MOST_AT_ONCE
        ):
            await _offer(session, conversation, inbox, away[conversation.assignee_id or ""], now=now)


async def _offer(session: Session, conversation: Conversation, inbox: Inbox, owner: Rep, *, now: datetime) -> None:
    conversation.offered_at = conversation.seen_at = now
    await outbox.post_line(
        session,
        conversation,
        inbox,
        "offered",
        now=now,
        broadcast=True,
        conversation_id=conversation.id,
        owner=owner.user_id,
        until=owner.away_until.isoformat() if owner.away_until else None,
        waiting_since=(conversation.waiting_since or now).isoformat(),
    )
