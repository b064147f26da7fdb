"""Until when somebody is away, in the words that they write."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import presence
from desk.errors import NotAWhile

FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)  # 11:00 in Berlin


@pytest.mark.parametrize(
    ("words", "back_at"),
    [
        ("until 14:00", datetime(2026, 11, 27, 13, 0, tzinfo=UTC)),
        ("14:00", datetime(2026, 11, 27, 13, 0, tzinfo=UTC)),
        ("till 2pm", datetime(2026, 11, 27, 13, 0, tzinfo=UTC)),
        ("until 2:30 pm", datetime(2026, 11, 27, 13, 30, tzinfo=UTC)),
        ("until 9:00", datetime(2026, 11, 28, 8, 0, tzinfo=UTC)),
        ("until 12am", datetime(2026, 11, 27, 23, 0, tzinfo=UTC)),
        ("until tomorrow", datetime(2026, 11, 28, 8, 0, tzinfo=UTC)),
        ("until tomorrow 7:15", datetime(2026, 11, 28, 6, 15, tzinfo=UTC)),
        ("Until  Monday", datetime(2026, 11, 30, 8, 0, tzinfo=UTC)),
        ("until mon at 12pm", datetime(2026, 11, 30, 11, 0, tzinfo=UTC)),
        ("until friday", datetime(2026, 12, 4, 8, 0, tzinfo=UTC)),
        ("until today 18:00", datetime(2026, 11, 27, 17, 0, tzinfo=UTC)),
        ("until 2026-12-24", datetime(2026, 12, 24, 8, 0, tzinfo=UTC)),
        ("until 2027-3-29 10.00", datetime(2027, 3, 29, 8, 0, tzinfo=UTC)),  # summer time by then
        ("for 2h", FRIDAY + timedelta(hours=2)),
        ("for 30 minutes", FRIDAY + timedelta(minutes=30)),
        ("90 min", FRIDAY + timedelta(minutes=90)),
        ("for 2 weeks", FRIDAY + timedelta(weeks=2)),
        ("for 3 days", FRIDAY + timedelta(days=3)),
    ],
)
def test_a_time_is_understood_where_the_person_is(words: str, back_at: datetime) -> None:
    """In their own time zone; without a time, at nine in the morning."""
    assert presence.until(words, now=FRIDAY, timezone="Europe/Berlin") == back_at


def test_a_while_is_as_long_as_it_says_when_the_clocks_change() -> None:
    """Hours pass as ever, and a day later it is as late as now."""
    before = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)  # 1:30 in Berlin, where 2:00 to 3:00 comes twice
    assert presence.until("for 2h", now=before, timezone="Europe/Berlin") == before + timedelta(hours=2)
    assert presence.until("for 1 day", now=before, timezone="Europe/Berlin") == before + timedelta(hours=25)
    within = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # the second 2:15
    assert presence.until("for 30m", now=within, timezone="Europe/Berlin") == within + timedelta(minutes=30)
    assert presence.until("until 2:40", now=within, timezone="Europe/Berlin") == within + timedelta(minutes=25)


@pytest.mark.parametrize(
    "words",
    [
        *("until", "soon", "until 25:00", "until 13pm", "until 14", "until mon tue", "until today 9:00"),
        *("until 2026-02-30", "until 2026-11-26", "until 2029-01-01", "until 0000-01-01"),
        *("for 0m", "for ten minutes", "for 999w"),
    ],
)
def test_what_is_no_time_is_refused(words: str) -> None:
    """Also what is over, and what is more than a year away."""
    with pytest.raises(NotAWhile):
        presence.until(words, now=FRIDAY, timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "words", "back_at"),
    [
        (datetime(2027, 3, 28, 0, 30), "for 2h", datetime(2027, 3, 28, 2, 30)),  # 01:30, and then it is 04:30
        (datetime(2026, 10, 25, 0, 30), "for 60m", datetime(2026, 10, 25, 1, 30)),  # 02:30, and then again
        (datetime(2026, 10, 25, 1, 30), "for 10m", datetime(2026, 10, 25, 1, 40)),  # the second 02:30
        (datetime(2027, 3, 27, 8, 0), "for 1 day", datetime(2027, 3, 28, 7, 0)),  # 09:00 and 09:00
    ],
)
def test_hours_are_as_long_as_hours_are_when_clocks_change(now: datetime, words: str, back_at: datetime) -> None:
    """And days end at the time of day at which they begin."""
    told = presence.until(words, now=now.replace(tzinfo=UTC), timezone="Europe/Berlin")
    assert told == back_at.replace(tzinfo=UTC)


@given(st.text(max_size=40), st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1)), st.sampled_from(["UTC", "x"]))
def test_whatever_is_typed_is_a_time_to_come_or_refused(words: str, now: datetime, timezone: str) -> None:
    """Nothing else is raised."""
    try:
        back_at = presence.until(words, now=now.replace(tzinfo=UTC), timezone=timezone)
    except NotAWhile:
        return
    assert back_at is None or back_at > now.replace(tzinfo=UTC)
