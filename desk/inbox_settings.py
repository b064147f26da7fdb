"""What managers set for an inbox: who gives out its conversations, its hours, what is said outside them, its alerts."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from desk import access, ownership, typed_hours
from desk.access import Actor
from desk.errors import NotInChannel, Unfit, WhichInbox
from desk.team_values import InboxSettings
from desk.values import Choice
from storage import inboxes, people
from storage.database import Session
from storage.models import Inbox
from storage.states import Model

_MOST_TARGETS = 500
LONGEST_AWAY_MESSAGE = 320  # two segments of plain text
_NEVER = "never"
_DAY = 24 * 60

# The least and the most of each number.
NUMBERS: Mapping[str, tuple[int, int]] = {
    "hold_seconds": (0, 600),
    "offer_minutes": (1, _DAY),
    "alert_count": (1, 10_000),
    "alert_minutes": (1, 7 * _DAY),
    "alert_growth": (2, 10_000),
    "alert_growth_minutes": (5, 12 * 60),
    "alert_again_count": (1, 10_000),
    "alert_again_minutes": (5, 7 * _DAY),
    "alert_clear": (0, 9_999),
    "escalate_minutes": (5, 7 * _DAY),
    "nudge_minutes": (0, 7 * _DAY),
    "nudge_managers_minutes": (0, 7 * _DAY),
}
_OPTIONAL = {"hold_seconds"}


async def read(session: Session, actor: Actor, inbox_id: int) -> InboxSettings:
    """What is set for an inbox, as a manager types it. Raises NotAManager."""
    inbox = await _get(session, actor, inbox_id)
    to = inbox.escalate_to
    named = await people.names(session, inbox.workspace_id, [to] if to else [])
    channels = await people.channel_names(session, inbox.workspace_id, [to] if to else [])
    return InboxSettings(
        inbox_id=inbox.id,
        inbox=inbox.label,
        model=inbox.model,
        claim_on_reply=inbox.claim_on_reply,
        numbers={name: getattr(inbox, name) for name in NUMBERS},
        week=typed_hours.week_text(inbox.hours),
        dates=typed_hours.dates_text(inbox.hours),
        triage=_triage_text(inbox.hours),
        timezone=inbox.timezone or "",
        away_message=inbox.away_message or "",
        escalate_to=Choice(user_id=to, name=_escalation_name(to, named, channels)) if to else None,
    )


async def read_of_channel(session: Session, actor: Actor, channel_id: str) -> InboxSettings:
    """The same for the inbox whose channel this is, or the only one that the actor works in. Raises WhichInbox."""
    meant = access.narrowed(await access.require_inboxes(session, actor, NotInChannel), channel_id)
    if len(meant) != 1:
        raise WhichInbox
    return await read(session, actor, meant[0].id)


def _triage_text(kept: Mapping[str, Any]) -> str:
    triage = typed_hours.triage_text(kept)
    return "" if triage is None else triage or _NEVER


async def keep_ways(
    session: Session,
    actor: Actor,
    inbox_id: int,
    *,
    model: str,
    claim_on_reply: bool | None,
    numbers: Mapping[str, str],
    typed: Mapping[str, str],
) -> None:
    """Set who gives out what, and when somebody is there: `typed` are `week`, `dates`, `timezone`, `away_message`.

    Raises NotAManager, and Unfit for whatever cannot be taken.
    """
    inbox = await _get(session, actor, inbox_id)
    taken = _Taken()
    inbox.model = taken.take("model", lambda: Model(model).value)
    inbox.claim_on_reply = claim_on_reply
    _take_numbers(taken, inbox, numbers)
    week, dates = typed["week"], typed["dates"]
    kept = taken.take("week", lambda: typed_hours.parse(week)) or {}
    kept |= taken.take("dates", lambda: typed_hours.parse("", dates)) or {}
    if "triage" in inbox.hours:
        kept["triage"] = inbox.hours["triage"]
    zone = typed["timezone"].strip()
    inbox.timezone = taken.take("timezone", lambda: typed_hours.parse_zone(zone)) if zone else None
    inbox.hours = kept
    inbox.away_message = taken.take("away_message", lambda: _away_message(typed["away_message"]))
    taken.require()


async def keep_alerts(
    session: Session,
    actor: Actor,
    inbox_id: int,
    *,
    numbers: Mapping[str, str],
    triage: str,
    escalate_to: str | None,
) -> None:
    """Set when managers are told of what. Raises NotAManager, and Unfit for whatever cannot be taken."""
    inbox = await _get(session, actor, inbox_id)
    taken = _Taken()
    _take_numbers(taken, inbox, numbers)
    if not taken.problems and inbox.alert_clear >= inbox.alert_count:
        taken.problems["alert_clear"] = "This has to be less than the number at which managers are told."
    if triage.strip():
        said = "" if triage.strip().lower() == _NEVER else triage
        inbox.hours = inbox.hours | (taken.take("triage", lambda: typed_hours.parse("", triage=said)) or {})
    else:
        inbox.hours = {name: kept for name, kept in inbox.hours.items() if name != "triage"}
    known = {inbox.escalate_to, *(one.user_id for one in await _escalation_targets(session, actor, inbox, ""))}
    if escalate_to and escalate_to not in known:
        taken.problems["escalate_to"] = "This is nobody who is in the channel, and no channel that we know."
    inbox.escalate_to = escalate_to or None
    taken.require()


async def list_escalation_targets(session: Session, actor: Actor, inbox_id: int, *, matching: str) -> list[Choice]:
    """Whom an alert may go to when nobody acts: the reps of the inbox, and the channels of the actor's inboxes."""
    return await _escalation_targets(session, actor, await _get(session, actor, inbox_id), matching.strip())


async def _escalation_targets(session: Session, actor: Actor, inbox: Inbox, matching: str) -> list[Choice]:
    reps = await people.list_reps(
        session, inbox.workspace_id, inbox.channel_id, matching=matching, now=inbox.created_at, limit=_MOST_TARGETS
    )
    ids = {one.channel_id for one in await access.list_inboxes(session, actor)}  # in which the bot is, too
    channels = await people.channel_names(session, inbox.workspace_id, ids)
    named = [Choice(user_id=id_, name=f"#{name}") for id_, name in sorted(channels.items(), key=lambda one: one[1])]
    return [
        *(one for one in named if matching.casefold() in one.name.casefold()),
        *(Choice(user_id=person.user_id, name=person.name) for person in reps),
    ]


def _escalation_name(to: str, people_: Mapping[str, str], channels: Mapping[str, str]) -> str:
    return f"#{channels[to]}" if to in channels else people_.get(to, "Someone")


async def _get(session: Session, actor: Actor, inbox_id: int) -> Inbox:
    inbox = await inboxes.get(session, actor.workspace_id, inbox_id)
    await ownership.require_manager(session, actor, inbox)
    return inbox


def _take_numbers(taken: "_Taken", inbox: Inbox, numbers: Mapping[str, str]) -> None:
    for name, typed in numbers.items():
        number = taken.take(name, partial(_number, name, typed))
        if name not in taken.problems:
            setattr(inbox, name, number)


def _number(name: str, typed: str) -> int | None:
    least, most = NUMBERS[name]
    if not typed.strip() and name in _OPTIONAL:
        return None
    try:
        number = int(typed)
    except ValueError:
        raise ValueError(f"A whole number from {least:,} to {most:,}.") from None
    if not least <= number <= most:
        raise ValueError(f"From {least:,} to {most:,}.")
    return number


def _away_message(typed: str) -> str | None:
    if len(typed.strip()) > LONGEST_AWAY_MESSAGE:
        raise ValueError(f"At most {LONGEST_AWAY_MESSAGE} characters.")
    return typed.strip() or None


class _Taken:
    """Takes what was filled in field by field, so that everything that is wrong is told at once."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}

    def take(self, field: str, take: Callable[[], Any]) -> Any:
        """What a field says; None when it cannot be taken."""
        try:
            return take()
        except ValueError as error:
            self.problems[field] = str(error)
            return None

    def require(self) -> None:
        """Raise Unfit unless everything could be taken."""
        if self.problems:
            raise Unfit(self.problems)
