"""An inbox's business hours in its own time zone: whether somebody is there, since when not, and when again.

Days are local ones, moments are in UTC. What opens on a day may close on the next one. Where clocks are put back, what
opens in the hour that comes twice opens the first time, and what closes in it the second time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from desk.clock import zone
from storage import people
from storage.database import Session
from storage.models import Inbox

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
TRIAGE = (0.25, 0.75)  # of a day's hours, unless the inbox has times of its own

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_FARTHEST = 400  # days in which an opening is looked for: longer than a year, in which every exception has passed
_NINE_TO_FIVE = ((9 * 60, 17 * 60),)

Span = tuple[int, int]  # from opening to closing, in minutes after midnight; over 24 hours it is the next day
Spans = tuple[Span, ...]
WEEK: tuple[Spans, ...] = (*[_NINE_TO_FIVE] * 5, (), ())


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment to another, which is no part of it."""

    began: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When an inbox is open. `dates` are the days that are not as the week has them; none: closed.

    `triage` are the times of day, in minutes, at which managers are reminded; None: at parts of the day's hours.
    """

    week: tuple[Spans, ...]
    dates: Mapping[date, Spans]
    triage: tuple[int, ...] | None
    zone: tzinfo

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there."""
        return any(one.began <= at < one.ends for one in self._open(at - _DAY, at))

    def opening(self, at: datetime) -> datetime | None:
        """The next moment at which somebody is there, which may be now; None: not within a year."""
        if self.is_open(at):
            return at
        first = self._day(at)
        days = (first + number * _DAY for number in range(_FARTHEST))
        return next((one.began for day in days for one in self._of_day(day) if one.began >= at), None)

    def next_day(self, at: datetime) -> datetime | None:
        """When the hours of a later day begin. Those in which a moment lies may be of the day before."""
        today = self._day(at)
        is_of_before = any(one.began <= at < one.ends for one in self._of_day(today - _DAY))
        first = today if is_of_before else today + _DAY
        days = (first + number * _DAY for number in range(_FARTHEST))
        return next((one.began for day in days for one in self._of_day(day) if one.began > at), None)

    def night(self, at: datetime) -> Stretch | None:
        """The time without anybody in which a moment lies; None while somebody is there."""
        if self.is_open(at):
            return None
        far = timedelta(days=_FARTHEST)
        weeks = (at - number * _WEEK for number in range(_FARTHEST // 7))
        ended = (one.ends for week in weeks for one in reversed(self._open(week - _WEEK, week)) if one.ends <= at)
        return Stretch(next(ended, at - far), self.opening(at) or at + far)

    def reminders(self, day: date) -> list[datetime]:
        """When managers are reminded on a day of what nobody owns; never while nobody is there."""
        spans = self._of_day(day)
        if self.triage is not None:
            moments = (self._moment(day, minutes) for minutes in self.triage)
            return [at for at in moments if spans and self.is_open(at)]
        total = sum((one.ends - one.began for one in spans), timedelta())
        return [moment for part in TRIAGE if (moment := _after(spans, part * total)) is not None]

    def last_reminder(self, at: datetime) -> datetime | None:
        """The last of these moments that is past, if it was today or yesterday."""
        today = self._day(at)
        past = [moment for day in (today - _DAY, today) for moment in self.reminders(day) if moment <= at]
        return max(past, default=None)

    def open_time(self, since: datetime, until: datetime) -> timedelta:
        """For how much of the time between two moments somebody was there."""
        since = max(since, until - timedelta(days=_FARTHEST))
        return sum(
            (max(timedelta(), min(one.ends, until) - max(one.began, since)) for one in self._open(since, until)),
            timedelta(),
        )

    def before(self, at: datetime, length: timedelta) -> datetime | None:
        """The last moment since which somebody was there for so long by now; None: not within a year."""
        if length <= timedelta():
            return at
        left, until = length, at
        while until > at - timedelta(days=_FARTHEST):
            since = until - _WEEK
            for one in reversed(self._open(since, until)):
                began, ends = max(one.began, since), min(one.ends, until)
                if ends - began >= left:
                    return ends - left
                left -= max(timedelta(), ends - began)
            until = since
        return None

    def _open(self, since: datetime, until: datetime) -> list[Stretch]:
        """The times in which somebody is there and that reach into this time, in order; none touches another."""
        first, last = self._day(since) - _DAY, self._day(until)
        found = sorted(
            (one for number in range((last - first).days + 1) for one in self._of_day(first + number * _DAY)),
            key=lambda one: one.began,
        )
        return list(_joined(found))

    def _of_day(self, day: date) -> list[Stretch]:
        """What opens on a day."""
        spans = self.dates.get(day, self.week[day.weekday()])
        moments = ((self._moment(day, opens), self._moment(day, closes, is_last=True)) for opens, closes in spans)
        return [Stretch(began, ends) for began, ends in moments if began < ends]

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _moment(self, day: date, minutes: int, *, is_last: bool = False) -> datetime:
        """A time of day, of which there are two, or none, where clocks are changed."""
        days, minutes = divmod(minutes, DAY_MINUTES)
        local = datetime.combine(day + days * _DAY, time(*divmod(minutes, 60)), self.zone)
        first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return max(first, second) if is_last else first


def _joined(stretches: list[Stretch]) -> Iterator[Stretch]:
    """Those that touch, as one."""
    began: datetime | None = None
    ends: datetime | None = None
    for one in stretches:
        if began is None or ends is None or one.began > ends:
            if began is not None and ends is not None:
                yield Stretch(began, ends)
            began, ends = one.began, one.ends
        else:
            ends = max(ends, one.ends)
    if began is not None and ends is not None:
        yield Stretch(began, ends)


def _after(stretches: list[Stretch], length: timedelta) -> datetime | None:
    """The moment after so much of the time in these."""
    for one in stretches:
        if length < one.ends - one.began:
            return one.began + length
        length -= one.ends - one.began
    return None


def of(stored: Mapping[str, Any], there: tzinfo) -> Hours:
    """The hours as `Inbox.hours` keeps them; what it does not say is as usual: nine to five, Monday to Friday.

    `{"week": {"mon": ["09:00-17:00"]}, "dates": {"2026-12-25": []}, "triage": ["11:00"]}`. In a week that is told, days
    that are left out are closed.
    """
    week, dates, triage = stored.get("week"), stored.get("dates") or {}, stored.get("triage")
    return Hours(
        week=WEEK if week is None else tuple(spans(week.get(day, ())) for day in DAYS),
        dates={date.fromisoformat(day): spans(told) for day, told in dates.items()},
        triage=None if triage is None else tuple(minutes(at) for at in triage),
        zone=there,
    )


def spans(told: Any) -> Spans:
    """`09:00-17:00`, as often as a day has it."""
    return tuple(span(one) for one in told)


def span(told: str) -> Span:
    """`22:00-06:00` closes on the next day."""
    opens, closes = (minutes(part) for part in told.split("-"))
    return opens, closes if closes > opens else closes + DAY_MINUTES


def minutes(told: str) -> int:
    """`09:30`, as minutes after midnight."""
    hour, minute = told.split(":")
    return int(hour) * 60 + int(minute)


async def read(session: Session, inbox: Inbox) -> Hours:
    """An inbox's hours: in its time zone, or in that of most of those who may work in it."""
    name = inbox.timezone or await people.most_common_timezone(session, inbox.workspace_id, inbox.channel_id)
    return of(inbox.hours, zone(name or "UTC"))


def overlap(day: Spans) -> bool:
    """Whether two spans of a day have a moment in common."""
    return any(second[0] < first[1] for first, second in pairwise(sorted(day)))
