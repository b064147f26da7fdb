"""Business hours: whether somebody is there, since when not and when again, across nights and changes of clocks."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import hours, typed_hours
from desk.hours import DAYS, Hours, Stretch

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
MONDAY = date(2026, 3, 2)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """A moment, by a clock on the wall."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def typed(week: str = "", dates: str = "", triage: str | None = None, zone: ZoneInfo = BERLIN) -> Hours:
    return hours.of(typed_hours.parse(week, dates, triage), zone)


USUAL = hours.of({}, BERLIN)


def test_it_is_nine_to_five_on_workdays_unless_told_otherwise() -> None:
    """By the clock of the inbox's own zone."""
    assert USUAL.is_open(at("2026-03-02 09:00"))
    assert USUAL.is_open(at("2026-03-06 16:59"))
    assert not USUAL.is_open(at("2026-03-06 17:00"))
    assert not USUAL.is_open(at("2026-03-02 08:59"))
    assert not USUAL.is_open(at("2026-03-07 12:00"))
    assert not hours.of({}, NEW_YORK).is_open(at("2026-03-02 09:00"))


def test_a_night_is_the_whole_time_without_anybody() -> None:
    """Over a weekend it is one; in between there is none."""
    assert USUAL.night(at("2026-03-03 12:00")) is None
    friday = USUAL.night(at("2026-03-06 17:00"))
    assert friday == Stretch(at("2026-03-06 17:00"), at("2026-03-09 09:00"))
    assert USUAL.night(at("2026-03-08 03:00")) == friday
    assert USUAL.opening(at("2026-03-06 20:00")) == at("2026-03-09 09:00")
    assert USUAL.opening(at("2026-03-06 10:00")) == at("2026-03-06 10:00")
    assert USUAL.next_day(at("2026-03-05 10:00")) == at("2026-03-06 09:00")
    assert USUAL.next_day(at("2026-03-06 03:00")) == at("2026-03-09 09:00")


def test_reminders_come_at_a_quarter_and_three_quarters_of_the_hours() -> None:
    """A lunch break is no part of them; an inbox may have times of its own, which never fall into a night."""
    assert USUAL.reminders(MONDAY) == [at("2026-03-02 11:00"), at("2026-03-02 15:00")]
    assert USUAL.reminders(date(2026, 3, 7)) == []
    split = typed("Mon 08:00-10:00 14:00-16:00")
    assert split.reminders(MONDAY) == [at("2026-03-02 09:00"), at("2026-03-02 15:00")]
    own = typed("Mon-Fri 09:00-17:00", triage="08:00, 9:30, 18:00")
    assert own.reminders(MONDAY) == [at("2026-03-02 09:30")]
    assert own.last_reminder(at("2026-03-02 09:29")) is None
    assert own.last_reminder(at("2026-03-03 08:00")) == at("2026-03-02 09:30")
    assert typed(triage="").reminders(MONDAY) == []


def test_some_days_are_different() -> None:
    """Closed, or with other times; also several in a row."""
    holidays = typed("", "2026-12-24 to 2026-12-26 closed, 2026-12-31 09:00-12:00, 2026-12-27 10:00-11:00")
    assert not holidays.is_open(at("2026-12-25 10:00"))
    assert holidays.is_open(at("2026-12-31 11:59"))
    assert not holidays.is_open(at("2026-12-31 12:00"))
    assert holidays.opening(at("2026-12-23 18:00")) == at("2026-12-27 10:00")


def test_the_next_day_is_not_the_rest_of_a_shift_over_midnight() -> None:
    """Neither before midnight nor after it; one that is never closed has a new day at midnight."""
    nights = typed("daily 22:00-06:00")
    assert nights.next_day(at("2026-03-05 23:00")) == at("2026-03-06 22:00")
    assert nights.next_day(at("2026-03-06 03:00")) == at("2026-03-06 22:00")
    assert nights.next_day(at("2026-03-06 12:00")) == at("2026-03-07 22:00")
    assert typed("daily 00:00-24:00").next_day(at("2026-03-05 23:00")) == at("2026-03-06 00:00")


def test_a_shift_may_end_on_the_next_day() -> None:
    """It belongs to the day on which it begins; whoever is always there has no night."""
    late = typed("Fri 22:00-06:00")
    assert late.is_open(at("2026-03-07 05:59"))
    assert not late.is_open(at("2026-03-07 06:00"))
    assert not late.is_open(at("2026-03-06 05:00"))
    assert not typed("Fri 22:00-06:00", "2026-03-06 closed").is_open(at("2026-03-07 01:00"))
    always = typed("daily 00:00-24:00")
    assert always.night(at("2026-03-07 00:00")) is None
    assert always.open_time(at("2026-03-01 00:00"), at("2026-03-03 12:00")) == timedelta(hours=60)


def test_clocks_are_put_forward_and_back() -> None:
    """A night shift is an hour shorter in spring and an hour longer in autumn; opening stays nine by the clock."""
    nights = typed("daily 22:00-06:00")
    assert nights.open_time(at("2026-03-28 12:00"), at("2026-03-29 12:00")) == timedelta(hours=7)
    assert nights.open_time(at("2026-10-24 12:00"), at("2026-10-25 12:00")) == timedelta(hours=9)
    first, second = (datetime(2026, 10, 25, 2, 45, tzinfo=BERLIN, fold=fold) for fold in (0, 1))
    until_half = typed("Sun 01:00-02:50")
    assert until_half.is_open(first)
    assert until_half.is_open(second)
    assert USUAL.opening(at("2026-03-28 12:00")) == at("2026-03-30 09:00")
    assert at("2026-03-30 09:00").hour == 7


def test_only_the_hours_count() -> None:
    """What waits since shortly before closing has waited minutes the next morning."""
    assert USUAL.open_time(at("2026-03-06 16:50"), at("2026-03-09 09:20")) == timedelta(minutes=30)
    assert USUAL.before(at("2026-03-09 09:20"), timedelta(minutes=30)) == at("2026-03-06 16:50")
    assert USUAL.before(at("2026-03-09 12:00"), timedelta(0)) == at("2026-03-09 12:00")
    assert typed("", "2026-01-01 to 2026-12-31 closed").opening(at("2026-02-01 09:00")) == at("2027-01-01 09:00")


def test_hours_that_never_come_are_no_error() -> None:
    """When every day of a year is an exception, nobody is there."""
    never = typed(
        "Mon 09:00-10:00",
        "2025-01-01 to 2025-12-31 closed, 2026-01-01 to 2026-05-31 closed, 2026-06-01 to 2027-05-31 closed",
    )
    midsummer = at("2026-03-02 09:30")
    assert never.opening(midsummer) is None
    assert never.before(midsummer, timedelta(hours=1)) is None
    night = never.night(midsummer)
    assert night is not None
    assert night.began < midsummer < night.ends


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mon-Fri 09:00-17:00, Sat 10:00-14:00", "Mon-Fri 09:00-17:00, Sat 10:00-14:00"),
        ("monday \u2013 friday 9am-5pm", "Mon-Fri 09:00-17:00"),
        ("Mon, Wed; Fri 9:30-12", "Mon 09:30-12:00, Wed 09:30-12:00, Fri 09:30-12:00"),
        ("Sat-Mon 22:00-06:00", "Mon 22:00-06:00, Sat-Sun 22:00-06:00"),
        ("daily 0:00-24:00", "Mon-Sun 00:00-24:00"),
        ("Mon-Fri 09:00-12:00 and 13:00-17:00", "Mon-Fri 09:00-12:00 13:00-17:00"),
        ("Mon-Tue 13:00-17:00, Mon 8-12", "Mon 08:00-12:00 13:00-17:00, Tue 13:00-17:00"),
        ("Mon 12am-12pm, Sun closed", "Mon 00:00-12:00"),
        ("Mon 22-6, Tue 10pm-6", "Mon-Tue 22:00-06:00"),
        ("Mon 6-14, Tue 9-5pm, Wed 12:00-05:00", "Mon 06:00-14:00, Tue 09:00-17:00, Wed 12:00-05:00"),
    ],
)
def test_a_week_is_typed_as_people_write_it(text: str, written: str) -> None:
    """And shown in one form."""
    assert typed_hours.week_text(typed_hours.parse(text)) == written


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Frday 09:00-17:00", "“frday 09:00-17:00” is not understood. Write it like this: Mon-Fri 09:00-17:00"),
        ("always", "“always” is not understood."),
        ("Mon-Fri", "When does Monday begin and end?"),
        ("Mon 25:00-26:00", "“25:00” is no time of day. Write it like 09:00."),
        ("Mon 09:00-9:60", "“9:60” is no time of day."),
        ("Mon 13pm-5pm", "“13pm” is no time of day."),
        ("Mon 00:00-00:00", "“00:00-00:00” has no beginning or no end. The whole day is 00:00-24:00."),
        ("Mon 09:00 to noon", "“09:00 to noon” are no hours of Monday."),
        ("Mon 09:00-12:00 11:00-13:00", "The hours of Monday overlap: 09:00-12:00 11:00-13:00."),
        ("Mon 09:00-12:00, Mon closed", "Monday cannot be closed and open."),
        ("Mon-Fri 9-5", "“9-5” can be understood in two ways: write 09:00-17:00, or 09:00-05:00."),
        ("Mon 9am-5:30", "“9am-5:30” can be understood in two ways: write 09:00-17:30, or 09:00-05:30."),
        ("Mon 9-12 1-5", "“1-5” can be understood in two ways: write 13:00-17:00, or 01:00-05:00."),
        ("Mon 12-8", "“12-8” can be understood in two ways: write 12:00-20:00, or 12:00-08:00."),
        ("Mon 12:00-10", "“12:00-10” can be understood in two ways: write 12:00-22:00, or 12:00-10:00."),
        ("Mon-Sun closed", "Say at least one day on which somebody is there."),
    ],
)
def test_a_week_that_cannot_be_read_is_a_sentence(text: str, told: str) -> None:
    """Which says how it is written."""
    with pytest.raises(ValueError) as refused:
        typed_hours.parse(text)
    assert str(refused.value).startswith(told)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("25.12.2026 closed", "“25.12.2026 closed” is not understood. Write it like this: 2026-12-25 closed"),
        ("2026-02-30 closed", "There is no day 2026-02-30."),
        ("2026-12-26 to 2026-12-24 closed", "“2026-12-26 to 2026-12-24 closed” ends before it begins"),
        ("2026-12-25 closed, 2026-12-25 09:00-10:00", "2026-12-25 is there twice."),
        ("2026-12-25 perhaps", "“perhaps” are no hours of 2026-12-25."),
    ],
)
def test_exceptions_that_cannot_be_read_are_a_sentence(text: str, told: str) -> None:
    """Which says what is wrong."""
    with pytest.raises(ValueError) as refused:
        typed_hours.parse("", text)
    assert str(refused.value).startswith(told)


def test_exceptions_and_reminders_are_shown_as_they_were_typed() -> None:
    """Days in a row together, times in order."""
    kept = typed_hours.parse("", "2026-12-31 9-12, 2026-12-25 closed\n2026-12-24 closed", "15:00, 11")
    assert typed_hours.dates_text(kept) == "2026-12-24 to 2026-12-25 closed, 2026-12-31 09:00-12:00"
    assert typed_hours.triage_text(kept) == "11:00, 15:00"
    assert typed_hours.triage_text({}) is None
    assert typed_hours.week_text({}) == "Mon-Fri 09:00-17:00"
    assert typed_hours.dates_text({}) == ""


def test_a_reminder_that_may_be_one_of_the_night_is_asked_about() -> None:
    """At night nobody is there to be reminded."""
    with pytest.raises(ValueError, match=r"“3:30” can be understood in two ways: write 15:30, or 03:30\."):
        typed_hours.parse("", triage="11, 3:30")
    assert typed_hours.parse("", triage="3pm, 03:30")["triage"] == ["03:30", "15:00"]


def test_a_time_zone_is_one_that_there_is() -> None:
    """Written as the world's list of them has it."""
    assert typed_hours.parse_zone(" Europe/Berlin ") == "Europe/Berlin"
    for name in ("Berlin", "", "../etc/passwd", "Europe/"):
        with pytest.raises(ValueError, match="is no time zone that we know"):
            typed_hours.parse("", zone=name)


times = st.integers(min_value=0, max_value=24 * 60 - 1)


@st.composite
def days(draw: st.DrawFn) -> list[str]:
    """The hours of a day: none, one or two spans, perhaps into the next day."""
    marks = sorted(draw(st.lists(times, max_size=4, unique=True)))
    marks = marks[: len(marks) // 2 * 2]
    return [f"{_clock(opens)}-{_clock(closes)}" for opens, closes in zip(marks[::2], marks[1::2], strict=True)]


@st.composite
def night_shifts(draw: st.DrawFn) -> list[str]:
    opens, closes = sorted(draw(st.lists(times, min_size=2, max_size=2, unique=True)), reverse=True)
    return [f"{_clock(opens)}-{_clock(closes)}"]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


day = days() | night_shifts() | st.just(["00:00-24:00"])
kept_hours = st.fixed_dictionaries(
    {
        "week": st.dictionaries(st.sampled_from(DAYS), day.filter(bool), min_size=1),
        "dates": st.dictionaries(
            st.dates(date(2026, 3, 20), date(2026, 4, 10)).map(lambda one: one.isoformat()), day, max_size=4
        ),
    }
)
moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 15), timezones=st.just(UTC))


@given(kept=kept_hours, zone=st.sampled_from(ZONES), now=moments)
def test_hours_hold_together(kept: dict[str, Any], zone: str, now: datetime) -> None:
    """Open and night exclude each other; a night is dark to its end; reminders come while somebody is there."""
    about = hours.of(kept, ZoneInfo(zone))
    night = about.night(now)
    assert (night is None) == about.is_open(now)
    opening = about.opening(now)
    assert opening is not None
    assert about.is_open(opening)
    assert opening >= now
    if night is not None:
        assert night.began <= now < night.ends == opening
        assert about.open_time(night.began, night.ends) == timedelta()
        assert not about.is_open(night.ends - timedelta(seconds=1))
    assert all(about.is_open(moment) for moment in about.reminders(now.date()))


@given(kept=kept_hours, zone=st.sampled_from(ZONES), now=moments, minutes=st.integers(0, 50))
def test_time_before_is_open_time_backwards(kept: dict[str, Any], zone: str, now: datetime, minutes: int) -> None:
    """Exactly so much of the time since then was open; and time adds up."""
    about, length = hours.of(kept, ZoneInfo(zone)), timedelta(minutes=minutes)
    since = about.before(now, length)
    assert since is not None
    assert about.open_time(since, now) == length
    between = since + (now - since) / 3
    assert about.open_time(since, between) + about.open_time(between, now) == length


@given(kept=kept_hours, zone=st.sampled_from(ZONES), now=moments)
def test_open_is_what_the_clock_on_the_wall_says(kept: dict[str, Any], zone: str, now: datetime) -> None:
    """Except within the hours around a change of clocks, in which a wall shows no time or one time twice."""
    place = ZoneInfo(zone)
    offsets = {(now + timedelta(hours=shift)).astimezone(place).utcoffset() for shift in range(-26, 27)}
    if len(offsets) > 1:
        return
    wall = now.astimezone(place)
    midnight = datetime.combine(wall.date(), time())
    told = False
    for back in (0, 1):
        spans = hours.of(kept, place).dates.get(
            wall.date() - timedelta(days=back),
            hours.of(kept, place).week[(wall.date() - timedelta(days=back)).weekday()],
        )
        since_midnight = wall.replace(tzinfo=None) - midnight + timedelta(days=back)
        told = told or any(
            timedelta(minutes=opens) <= since_midnight < timedelta(minutes=closes) for opens, closes in spans
        )
    assert hours.of(kept, place).is_open(now) == told


@given(kept=kept_hours)
def test_what_is_typed_is_kept_and_shown_again(kept: dict[str, Any]) -> None:
    """Whatever is shown can be typed, and means the same."""
    again = typed_hours.parse(typed_hours.week_text(kept), typed_hours.dates_text(kept))
    assert hours.of(again, BERLIN) == hours.of(kept, BERLIN)


@given(text=st.text(max_size=40) | st.from_regex(r"(mon|fri|2026-12-25|daily)?[ ,]?[0-9:apm. -]{0,20}", fullmatch=True))
def test_whatever_is_typed_is_kept_or_refused_in_a_sentence(text: str) -> None:
    """Nothing else comes of it."""
    refusals = []
    for read in (typed_hours.parse, lambda typed: typed_hours.parse("", typed, typed)):
        try:
            assert hours.of(read(text), BERLIN).week
        except ValueError as error:
            refusals.append(str(error))
    assert all(refusal.endswith(".") for refusal in refusals)
