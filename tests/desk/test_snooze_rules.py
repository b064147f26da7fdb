"""Until when one snoozes: by the clocks of whoever does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import snooze

ZONES = sorted(available_timezones())
TIMES = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2032, 1, 1), timezones=st.just(UTC))


@given(TIMES, st.sampled_from(ZONES))
def test_every_moment_is_still_to_come_and_none_is_there_twice(now: datetime, timezone: str) -> None:
    """The mornings are at nine by the clocks there, whatever these do in between, and within eight days."""
    moments = snooze.moments(now, timezone)
    times = [at for _, at in moments]
    assert all(now < at <= now + timedelta(days=8) for at in times)
    assert len({at.timestamp() for at in times}) == len(times)
    assert times[:2] == [now + timedelta(hours=1), now + timedelta(hours=3)]
    for words, at in moments[2:]:
        there = at.astimezone(ZoneInfo(timezone))
        assert (there.hour, there.minute) == (9, 0)
        days = (there.date() - now.astimezone(ZoneInfo(timezone)).date()).days
        assert days == 1 if words.startswith("Tomorrow") else there.weekday() == 0


@pytest.mark.parametrize(
    ("now", "timezone", "words"),
    [
        ("2026-03-04T12:00+00:00", "Europe/Lisbon", ["Tomorrow 05 09:00", "Monday 09 09:00"]),
        ("2026-03-09T07:00+00:00", "Europe/Lisbon", ["Tomorrow 10 09:00", "Monday 16 09:00"]),
        ("2026-03-08T12:00+00:00", "Europe/Lisbon", ["Tomorrow 09 09:00"]),  # a Sunday
        ("2026-03-04T23:30+00:00", "Asia/Tokyo", ["Tomorrow 06 09:00", "Monday 09 09:00"]),  # Thursday there
        ("2026-03-28T12:00+00:00", "Europe/Berlin", ["Tomorrow 29 09:00", "Monday 30 09:00"]),  # the night is shorter
    ],
)
def test_the_mornings_are_those_of_ones_own_calendar(now: str, timezone: str, words: list[str]) -> None:
    """On a Sunday, Monday is tomorrow and offered once; on a Monday it is the next one."""
    moments = snooze.moments(datetime.fromisoformat(now), timezone)[2:]
    assert [f"{said.split()[0]} {at:%d %H:%M}" for said, at in moments] == words


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "x" * 300, "\0"])
def test_a_time_zone_that_nobody_knows_is_utc(name: str) -> None:
    """Slack's directory may name one that this machine does not have."""
    assert snooze.zone(name) == ZoneInfo("UTC")
