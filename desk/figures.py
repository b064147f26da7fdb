"""The numbers of a period, and how they are computed: plain arithmetic over what was said and changed.

A wait begins with the first text that nobody has answered. It ends with an answer: the first message after it that a
person has sent and that neither failed nor was cancelled; or without one, when the conversation is closed.
"""

import statistics
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from desk.team_values import Load
from storage.statistics import Change, Said, Story

HOURS = 24

# Up to how long a first response took, in each bar of its distribution; the last one has no end.
SPREAD = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 240, 480, 1440))
_QUARTER = 900
_EDGES = [edge.total_seconds() for edge in SPREAD]


class Period(StrEnum):
    """What numbers are about: whole days of the reader's own, today included."""

    TODAY = "today"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def days(self) -> int:
        """How many days that is."""
        return {Period.TODAY: 1, Period.WEEK: 7, Period.MONTH: 30}[self]

    def first_day(self, now: datetime, zone: ZoneInfo) -> date:
        """The day that it begins with."""
        return now.astimezone(zone).date() - timedelta(days=self.days - 1)

    def since(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When it began: at midnight in the reader's zone."""
        return datetime.combine(self.first_day(now, zone), time(), zone).astimezone(UTC)


class Wait(NamedTuple):
    """A contact's wait: since when, and until when, if it is over. No author: it was closed without an answer."""

    begun: float
    ended: float | None = None
    author_id: str | None = None


class Span(NamedTuple):
    """A time from `begun` on, that may not be over."""

    begun: float
    ended: float | None = None


def waits(said: Iterable[Said]) -> Iterator[Wait]:
    """The waits of a conversation, from what was said in its order.

    A text that was read back late may have been written before the first one of its wait.
    """
    begun: float | None = None
    for one in said:
        if one.is_text:
            begun = one.at if begun is None else min(begun, one.at)
        elif begun is not None:
            yield Wait(begun, max(begun, one.at), one.author_id)
            begun = None
    if begun is not None:
        yield Wait(begun)


def unassigned(changes: Iterable[Change], *, still: bool) -> Iterator[Span]:
    """The times for which a conversation stood open without an owner; `still` says that it stands so now.

    One that was given its owner in the moment of its beginning did not stand without.
    """
    begun: float | None = None
    for at, is_unassigned in changes:
        if is_unassigned:
            begun = at if begun is None else begun
        elif begun is not None:
            if at > begun:
                yield Span(begun, at)
            begun = None
    if begun is not None and still:
        yield Span(begun)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Some durations: the middle one (between the two in the middle), and that which nine in ten do not exceed."""

    count: int
    median: timedelta
    ninth: timedelta

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Lengths | None":
        """None when there are none."""
        if not seconds:
            return None
        ordered = sorted(seconds)
        ninth = ordered[-(-9 * len(ordered) // 10) - 1]
        return cls(len(ordered), timedelta(seconds=statistics.median(ordered)), timedelta(seconds=ninth))


@dataclass(frozen=True, slots=True)
class Bar:
    """A day, or an hour of today: texts that came in, and waits that were answered in it."""

    label: str
    texts: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What is to be done now, in counts. `each` owner is shown to managers only; who asks always sees `mine`."""

    unowned: int
    mine: Load
    team: Load
    each: tuple[Load, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of a period. Of the `waits` that began in it some were answered, some closed, and the rest waits.

    `answered_by_me` are among the answered ones. `unassigned` has the times of those that `standing` stand so still,
    up to now.
    """

    period: Period
    zone: str
    first_day: date
    last_day: date
    inboxes: tuple[str, ...]
    texts: int
    conversations: int
    waits: int
    answered: int
    answered_by_me: int
    closed: int
    waiting: int
    waiting_since: datetime | None
    response: Lengths | None
    spread: tuple[int, ...]
    unassigned: Lengths | None
    standing: int
    standing_since: datetime | None
    hours: tuple[int, ...]
    bars: tuple[Bar, ...]
    load: Workload


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts what is handed over, conversation by conversation; what began before the period does not count."""

    period: Period
    zone: ZoneInfo
    now: datetime
    reader_id: str
    texts: int = 0
    conversations: int = 0
    answered_by_me: int = 0
    closed: int = 0
    responses: list[float] = field(default_factory=list)
    waiting: list[float] = field(default_factory=list)
    unassigned: list[float] = field(default_factory=list)
    standing: list[float] = field(default_factory=list)
    texts_at: Counter[int] = field(default_factory=Counter)
    answers_at: Counter[int] = field(default_factory=Counter)

    def add(self, story: Story) -> None:
        """One conversation."""
        since = self.period.since(self.now, self.zone).timestamp()
        texts = [one.at for one in story.said if one.is_text and one.at >= since]
        self.texts += len(texts)
        self.conversations += bool(texts)
        self.texts_at.update(map(_quarter, texts))
        for wait in waits(story.said):
            if wait.begun >= since:
                self._add_wait(wait)
        for begun, ended in unassigned(story.changes, still=story.is_unassigned):
            if begun >= since:
                self.unassigned.append((self.now.timestamp() if ended is None else ended) - begun)
                if ended is None:
                    self.standing.append(begun)

    def _add_wait(self, wait: Wait) -> None:
        if wait.ended is None:
            self.waiting.append(wait.begun)
        elif wait.author_id is None:
            self.closed += 1
        else:
            self.responses.append(wait.ended - wait.begun)
            self.answered_by_me += wait.author_id == self.reader_id
            self.answers_at[_quarter(wait.ended)] += 1

    def figures(self, inboxes: Sequence[str], load: Workload) -> Figures:
        """What was counted."""
        hours = self._by_hour(self.texts_at)
        return Figures(
            period=self.period,
            zone=self.zone.key,
            first_day=self.period.first_day(self.now, self.zone),
            last_day=self.now.astimezone(self.zone).date(),
            inboxes=tuple(inboxes),
            texts=self.texts,
            conversations=self.conversations,
            waits=len(self.responses) + self.closed + len(self.waiting),
            answered=len(self.responses),
            answered_by_me=self.answered_by_me,
            closed=self.closed,
            waiting=len(self.waiting),
            waiting_since=_first(self.waiting),
            response=Lengths.of(self.responses),
            spread=spread(self.responses),
            unassigned=Lengths.of(self.unassigned),
            standing=len(self.standing),
            standing_since=_first(self.standing),
            hours=tuple(hours[hour] for hour in range(HOURS)),
            bars=tuple(self._bars()),
            load=load,
        )

    def _by_hour(self, counted: Counter[int]) -> Counter[int]:
        hours: Counter[int] = Counter()
        for quarter, number in counted.items():
            hours[_at(quarter * _QUARTER).astimezone(self.zone).hour] += number
        return hours

    def _by_day(self, counted: Counter[int]) -> Counter[date]:
        days: Counter[date] = Counter()
        for quarter, number in counted.items():
            days[_at(quarter * _QUARTER).astimezone(self.zone).date()] += number
        return days

    def _bars(self) -> Iterator[Bar]:
        if self.period is Period.TODAY:
            came, went = self._by_hour(self.texts_at), self._by_hour(self.answers_at)
            for hour in range(HOURS):
                yield Bar(f"{hour:02}", came[hour], went[hour])
            return
        days, answered = self._by_day(self.texts_at), self._by_day(self.answers_at)
        first = self.period.first_day(self.now, self.zone)
        for day in (first + timedelta(days=number) for number in range(self.period.days)):
            yield Bar(f"{day:%b} {day.day}", days[day], answered[day])


def spread(seconds: Iterable[float]) -> tuple[int, ...]:
    """How many are up to each of `SPREAD`, itself included, and beyond the one before; and how many beyond the last."""
    counts = [0] * (len(SPREAD) + 1)
    for one in seconds:
        counts[bisect_left(_EDGES, one)] += 1
    return tuple(counts)


def _quarter(at: float) -> int:
    """Time zones differ by quarters of an hour, so that one is within an hour and a day in each of them."""
    return int(at // _QUARTER)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _first(times: Iterable[float]) -> datetime | None:
    return min(map(_at, times), default=None)
