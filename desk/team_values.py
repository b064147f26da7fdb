"""What is shown of the team and its work, as plain values: load, people, settings, and what is given to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.values import Backlog, Choice, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody is away; without `until` until they say that they are back."""

    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much somebody has to do, in counts: open conversations, and those of them with something unread."""

    name: str
    open: int
    unread: int
    is_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A backlog as its alert shows it.

    It has grown within `growth_span`. `trend` is how large it was in each quarter of an hour, up to now. `loads` are
    the busiest reps, and `others` counts those who are left out.
    """

    backlog: Backlog
    growth_span: timedelta
    trend: tuple[int, ...] = ()
    loads: tuple[Load, ...] = ()
    others: int = 0
    acted_by: str | None = None
    acted_at: datetime | None = None
    snoozed_by: str | None = None
    snoozed_until: datetime | None = None
    escalated_to: str | None = None
    escalated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """What nobody owns in an inbox, as Home shows it."""

    inbox_id: int
    inbox: str
    channel_id: str
    count: int
    oldest_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """The App Home of one reader; no `queue` for somebody who is in no inbox's channel. `load` is for managers."""

    queue: Page | None
    unassigned: tuple[Unassigned, ...]
    is_manager: bool
    load: tuple[Load, ...] = ()
    away: Away | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What is said of a rep. `is_manager` was said in Slack; `is_manager_by_settings` cannot be changed there."""

    user_id: str
    name: str
    is_manager: bool
    is_manager_by_settings: bool
    is_new: bool
    capacity: int | None
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """What is set for an inbox, as a manager types it. `numbers` are by the names that `desk/inbox_settings.py` has."""

    inbox_id: int
    inbox: str
    model: str
    claim_on_reply: bool | None
    numbers: Mapping[str, int | None]
    week: str
    dates: str
    triage: str
    timezone: str
    away_message: str
    escalate_to: Choice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be given conversations of an inbox, and what is said of them.

    `open` and `unread` are counted in the inboxes of whoever asks, for whom they are shown. `load` is all that they
    own or are being given, in every inbox: `capacity` is of that.
    """

    user_id: str
    name: str
    open: int = 0
    unread: int = 0
    load: int = 0
    capacity: int | None = None
    skills: tuple[str, ...] = ()
    is_away: bool = False

    def is_full(self, more: int = 0) -> bool:
        """Whether they take none any more, once they have been given so many."""
        return self.capacity is not None and self.load + more >= self.capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A conversation that nobody owns, and who would be given it if it were done evenly."""

    conversation_id: int
    contact: str
    labels: tuple[str, ...]
    waiting_since: datetime | None
    last_text: str
    to: Candidate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What an inbox has to give out: `count` in all, the first of them as `offers`; to whom, least busy first."""

    inbox_id: int
    inbox: str
    count: int
    offers: tuple[Offer, ...]
    candidates: tuple[Candidate, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How much somebody owns in the inboxes of whoever looks, as counts: all that anybody else sees of it.

    `is_own`: it is their own; `is_by_manager`: they may look at anybody's.
    """

    owner_id: str
    name: str
    is_own: bool
    is_by_manager: bool
    open: int
    unread: int
    snoozed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """One of one's own open conversations, to be chosen in a menu."""

    conversation_id: int
    contact: str
    inbox: str
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What has become of conversations that change their owner together, so far.

    `owner_id` owned them (None: nobody did). `moved` says to whom how many went (None: to nobody), `stayed` for which
    reasons how many did not; both the most first.
    """

    what: str
    is_over: bool
    actor_id: str | None
    owner_id: str | None
    total: int
    moved: tuple[tuple[str | None, int], ...] = ()
    stayed: tuple[tuple[str, int], ...] = ()
