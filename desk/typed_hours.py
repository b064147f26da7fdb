"""Business hours as a manager types them, to what `Inbox.hours` keeps, and back. What is wrong is a ValueError.

`Mon-Fri 09:00-17:00, Sat 10:00-14:00`; `2026-12-25 closed, 2026-12-31 09:00-12:00`; `11:00, 15:00`.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from desk import hours
from desk.hours import DAY_MINUTES, DAYS, Spans

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap]m)?"
_TIME_OF_DAY = re.compile(_TIME, re.ASCII)
_SPAN = re.compile(rf"{_TIME}-{_TIME}", re.ASCII)
_DAY_RANGE = re.compile(r"([a-z]{3,9})(?:-([a-z]{3,9}))?")
_DATE = r"\d{4}-\d{2}-\d{2}"
_DATED = re.compile(rf"({_DATE})(?: to ({_DATE}))?\s+(.+)", re.ASCII)
_EVERY_DAY = ("daily", "every day")
_CLOSED = "closed"
_NOON, _LAST_HOUR, _LAST_MINUTE = 12, 24, 59
_BARE = re.compile(r"1[0-2]|[1-9](?:[:.][0-9]{2})?", re.ASCII)  # may be by a twelve-hour clock; never as we write it
_EARLY = 7 * 60  # nobody works only before it, but an afternoon is often written so
_MOST_DATES = 366
_LIKE_A_WEEK = "Write it like this: Mon-Fri 09:00-17:00, Sat 10:00-14:00"
_LIKE_DATES = "Write it like this: 2026-12-25 closed, 2026-12-31 09:00-12:00"


def parse(week: str, dates: str = "", triage: str | None = None, zone: str | None = None) -> dict[str, Any]:
    """What `Inbox.hours` is to keep. Without a `week` it is the usual one; `triage` is None for the usual times.

    No triage times at all (an empty text) mean that nobody is reminded. A `zone` is only checked.
    """
    if zone is not None:
        parse_zone(zone)
    kept: dict[str, Any] = {}
    if week.strip():
        kept["week"] = _parse_week(week)
    if dates.strip():
        kept["dates"] = _parse_dates(dates)
    if triage is not None:
        kept["triage"] = [_written(at) for at in sorted({_reminder(one) for one in _items(triage)})]
    return kept


def parse_zone(name: str) -> str:
    """The name of a time zone, as it is kept."""
    try:
        return ZoneInfo(name.strip()).key
    except (ValueError, OSError, LookupError):
        raise ValueError(f"“{name.strip()}” is no time zone that we know. Write it like Europe/Berlin.") from None


def _parse_week(text: str) -> dict[str, list[str]]:
    """`Mon, Wed 09:00-12:00` says the same of both days, and a day may be told twice."""
    week: dict[int, list[str] | None] = {}
    days: list[int] = []
    for item in _items(text):
        name, times = _divided(item)
        days += _days(name, item)
        if not times:
            continue
        for day in days:
            if times == _CLOSED and week.get(day):
                raise ValueError(f"{_NAMES[day]} cannot be closed and open. {_LIKE_A_WEEK}.")
            week[day] = (week.get(day) or []) + ([] if times == _CLOSED else _spans(times, _NAMES[day]))
            _require_apart(week[day] or [], _NAMES[day])
        days = []
    if days:
        raise ValueError(f"When does {_NAMES[days[0]]} begin and end? {_LIKE_A_WEEK}.")
    if not any(week.values()):
        raise ValueError(f"Say at least one day on which somebody is there. {_LIKE_A_WEEK}.")
    return {DAYS[day]: sorted(told) for day, told in sorted(week.items()) if told}


def _divided(item: str) -> tuple[str, str]:
    """The days and the times of one item."""
    found = re.search(rf"\s+({_CLOSED}\Z|\d)", item)
    return (item, "") if found is None else (item[: found.start()], item[found.start() :].strip())


def _days(name: str, item: str) -> list[int]:
    if name in _EVERY_DAY:
        return list(range(len(DAYS)))
    found = _DAY_RANGE.fullmatch(name)
    ends = [_day(one) for one in found.groups() if one] if found else []
    if not ends or None in ends:
        raise ValueError(f"“{item}” is not understood. {_LIKE_A_WEEK}.")
    first, last = ends[0] or 0, ends[-1] or 0
    return [(first + number) % len(DAYS) for number in range((last - first) % len(DAYS) + 1)]


def _day(name: str) -> int | None:
    """`tue`, `tues` and `tuesday`."""
    return next((number for number, full in enumerate(_NAMES) if full.lower().startswith(name)), None)


def _parse_dates(text: str) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for item in _items(text):
        found = _DATED.fullmatch(item)
        if found is None:
            raise ValueError(f"“{item}” is not understood. {_LIKE_DATES}.")
        first, last = _date(found[1]), _date(found[2] or found[1])
        if not 0 <= (last - first).days < _MOST_DATES:
            raise ValueError(f"“{item}” ends before it begins, or lasts for longer than a year.")
        for number in range((last - first).days + 1):
            day = (first + timedelta(days=number)).isoformat()
            if day in kept:
                raise ValueError(f"{day} is there twice. Write all its times together: {day} 09:00-12:00 13:00-17:00.")
            kept[day] = [] if found[3] == _CLOSED else sorted(_spans(found[3], day))
            _require_apart(kept[day], day)
    return dict(sorted(kept.items()))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"There is no day {text}.") from None


def _items(text: str) -> list[str]:
    """What commas, semicolons or line breaks divide, in small letters, with plain dashes and without spaces there."""
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", text.lower())
    items = (" ".join(item.split()) for item in re.split(r"[,;\n]", plain))
    return [re.sub(r"\s*-\s*", "-", item) for item in items if item]


def _spans(text: str, whose: str) -> list[str]:
    """`09:00-12:00 13:00-17:00`, in its one written form."""
    found = list(_SPAN.finditer(text))
    if not found or _SPAN.sub("", text).replace("and", "").strip():
        raise ValueError(f"“{text}” are no hours of {whose}. Write them like 09:00-17:00, or closed.")
    return [_span(*one.group(0).split("-")) for one in found]


def _span(opens: str, closes: str) -> str:
    """One of them. Of `9-5` and `1-5` nobody can tell whether they end in the afternoon: it is asked."""
    began, ended = _minutes(opens), _minutes(closes)
    if began in {DAY_MINUTES, ended}:
        raise ValueError(f"“{opens}-{closes}” has no beginning or no end. The whole day is 00:00-24:00.")
    is_morning = opens[0] != "0" and began < (_NOON + 1) * 60
    if is_morning and _BARE.fullmatch(closes) and ended <= _NOON * 60 and (ended < began or ended < _EARLY):
        likely = f"{_written(began + (_NOON * 60 if began < ended else 0))}-{_written(ended + _NOON * 60)}"
        raise ValueError(
            f"“{opens}-{closes}” can be understood in two ways: write {likely}, or {_written(began)}-{_written(ended)}."
        )
    return f"{_written(began)}-{_written(ended)}"


def _reminder(text: str) -> int:
    """A time of reminders. `3` is asked about: nobody would be there at night, and so nobody reminded."""
    at = _minutes(text)
    if at < _EARLY and _BARE.fullmatch(text):
        late = _written(at + _NOON * 60)
        raise ValueError(f"“{text}” can be understood in two ways: write {late}, or {_written(at)}.")
    return at


def _minutes(text: str) -> int:
    """A time of day, `9`, `9:30`, `5pm` or `24:00`, as minutes after midnight."""
    found = _TIME_OF_DAY.fullmatch(text.strip())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (_LAST_HOUR, 1)
    if found and found[3]:
        hour = hour % _NOON + (_NOON if found[3] == "pm" else 0) if 1 <= hour <= _NOON else _LAST_HOUR + 1
    if minute > _LAST_MINUTE or hour * 60 + minute > DAY_MINUTES:
        raise ValueError(f"“{text}” is no time of day. Write it like 09:00.")
    return hour * 60 + minute


def _written(at: int) -> str:
    return f"{at // 60:02}:{at % 60:02}"


def _require_apart(told: list[str], whose: str) -> None:
    if hours.overlap(hours.spans(told)):
        raise ValueError(f"The hours of {whose} overlap: {' '.join(sorted(told))}.")


def week_text(kept: Mapping[str, Any]) -> str:
    """The week as somebody would type it."""
    week = hours.of(kept, ZoneInfo("UTC")).week
    told = []
    for times, days in groupby(range(len(DAYS)), key=lambda day: week[day]):
        run = list(days)
        if times:
            name = DAYS[run[0]].title() + (f"-{DAYS[run[-1]].title()}" if len(run) > 1 else "")
            told.append(f"{name} {_times(times)}")
    return ", ".join(told)


def dates_text(kept: Mapping[str, Any]) -> str:
    """The exceptions as somebody would type them."""
    told: list[tuple[date, date, Spans]] = []
    for day, times in sorted(hours.of(kept, ZoneInfo("UTC")).dates.items()):
        if told and told[-1][1] + timedelta(days=1) == day and told[-1][2] == times:
            told[-1] = (told[-1][0], day, times)
        else:
            told.append((day, day, times))
    return ", ".join(
        f"{first}{f' to {last}' if last > first else ''} {_times(times) or _CLOSED}" for first, last, times in told
    )


def triage_text(kept: Mapping[str, Any]) -> str | None:
    """The times of reminders as somebody would type them; None: the usual ones."""
    triage: Iterable[str] | None = kept.get("triage")
    return None if triage is None else ", ".join(triage)


def _times(spans: Spans) -> str:
    return " ".join(f"{_written(opens)}-{_written(_closing(closes))}" for opens, closes in spans)


def _closing(at: int) -> int:
    """The next day's midnight is 24:00, what is later is told by its own time of day."""
    return at if at <= DAY_MINUTES else at - DAY_MINUTES
