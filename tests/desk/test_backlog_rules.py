"""When managers are pinged about a backlog: plain arithmetic."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desk import alerts, hours
from desk.alerts import Step
from desk.backlog import Moment, Thresholds, decide
from desk.values import Backlog
from storage.models import BacklogAlert

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DEFAULTS = Thresholds(
    count=5,
    oldest=timedelta(minutes=15),
    growth=4,
    again_count=5,
    again_after=timedelta(minutes=60),
    escalate_after=timedelta(minutes=30),
    clear=2,
)


def backlog(count: int, waited: int | None) -> Backlog:
    """So many conversations, the oldest of which has waited for so many minutes at noon."""
    oldest = None if waited is None else NOON - timedelta(minutes=waited)
    return Backlog(inbox_id=1, inbox="(555) 010-0000", count=count, oldest_since=oldest)


def alert(pinged: int | None = None, minutes_ago: int = 0) -> BacklogAlert:
    """What was said last: nothing, or that so many waited, so many minutes before noon."""
    at = None if pinged is None else NOON - timedelta(minutes=minutes_ago)
    return BacklogAlert(inbox_id=1, workspace_id=1, raised_at=at, pinged_at=at, pinged_count=pinged or 0)


def say(last: BacklogAlert, count: int, waited: int | None, growth: int = 0, **at: Any) -> Step | None:
    return decide(DEFAULTS, last, replace(backlog(count, waited), growth=growth), Moment(now=NOON, **at))


def test_it_begins_at_five_or_a_quarter_of_an_hour() -> None:
    """Either is enough, and one less of both is not."""
    assert say(alert(), 0, None) is None
    assert say(alert(), 4, 14) is None
    assert say(alert(), 5, 0) is Step.PING
    assert say(alert(), 1, 15) is Step.PING


def test_it_is_said_again_at_five_more_or_after_an_hour() -> None:
    """While it lasts; in between there is silence."""
    assert say(alert(5, 59), 9, 59) is None
    assert say(alert(5, 1), 10, 1) is Step.AGAIN
    assert say(alert(5, 60), 5, 10) is Step.AGAIN
    assert say(alert(5, 60), 3, 60) is Step.AGAIN
    assert say(alert(5, 60), 4, 10) is None


def test_it_is_over_at_two_unless_one_of_them_is_old() -> None:
    """And then it may begin again."""
    assert say(alert(5, 5), 3, 1) is None
    assert say(alert(5, 5), 2, 1) is Step.CLEAR
    assert say(alert(5, 5), 0, None) is Step.CLEAR
    assert say(alert(5, 5), 1, 15) is None
    assert say(alert(5, 60), 1, 75) is Step.AGAIN


def test_it_begins_when_it_grows_fast() -> None:
    """More coming in than is claimed, before there are too many."""
    assert say(alert(), 4, 1, growth=3) is None
    assert say(alert(), 4, 1, growth=4) is Step.PING
    assert say(alert(4, 5), 2, 1, growth=4) is None


def test_at_night_only_the_end_is_told() -> None:
    """What begins then is told when somebody is there."""
    assert say(alert(), 50, 600, is_open=False) is None
    assert say(alert(5, 600), 50, 600, is_open=False, unheeded=timedelta(hours=5)) is None
    assert say(alert(5, 600), 0, None, is_open=False) is Step.CLEAR


def test_somebody_else_is_told_when_nobody_acts() -> None:
    """Half an hour after a ping; before it would be said again."""
    assert say(alert(5, 30), 5, 30, unheeded=timedelta(minutes=29)) is None
    assert say(alert(5, 30), 5, 30, unheeded=timedelta(minutes=30)) is Step.ESCALATE
    assert say(alert(5, 60), 5, 60, unheeded=timedelta(minutes=60)) is Step.ESCALATE
    assert say(alert(5, 30), 5, 30, unheeded=None) is None


def test_a_snoozed_alert_is_quiet_and_then_wakes_up() -> None:
    """Until its end nothing but the end of the backlog is told; then it is said again, however late it is."""
    last = alert(5, 20)
    last.snoozed_until = NOON + timedelta(seconds=1)
    assert say(last, 50, 20, unheeded=timedelta(hours=1)) is None
    assert say(last, 0, None) is Step.CLEAR
    last.snoozed_until = NOON
    assert say(last, 5, 20) is Step.AGAIN
    assert say(last, 3, 1) is None


def test_reminders_at_set_times_need_something_that_waits() -> None:
    """And no ping just before."""
    assert say(alert(), 1, 1, is_triage=True) is Step.TRIAGE
    assert say(alert(), 0, None, is_triage=True) is None
    assert say(alert(), 5, 1, is_triage=True) is Step.PING
    assert say(alert(), 1, 1, is_triage=True, is_open=False) is None
    assert say(alert(5, 59), 3, 1, is_triage=True) is None
    assert say(alert(5, 60), 3, 1, is_triage=True) is Step.TRIAGE


def test_nought_is_never() -> None:
    """A threshold that is switched off is no reason."""
    off = Thresholds(count=0, oldest=timedelta(), again_count=0, again_after=timedelta(), clear=0)
    for last in (alert(), alert(5, 6000)):
        unheeded = Moment(now=NOON, unheeded=timedelta(days=9))
        assert decide(off, last, replace(backlog(99, 6000), growth=99), unheeded) is None


SAMPLES = [(NOON - timedelta(minutes=minutes), count) for minutes, count in ((300, 2), (40, 6), (20, 9), (5, 7))]


def test_growth_is_measured_against_what_was() -> None:
    """What it was when the time began counts; before anything is known it has not grown."""
    assert alerts.growth(SAMPLES, 8, since=NOON - timedelta(minutes=30)) == 2
    assert alerts.growth(SAMPLES, 8, since=NOON - timedelta(minutes=60)) == 6
    assert alerts.growth(SAMPLES, 8, since=NOON - timedelta(minutes=400)) == 6
    assert alerts.growth(SAMPLES, 1, since=NOON - timedelta(minutes=30)) == 0
    assert alerts.growth([], 8, since=NOON) == 0


def test_the_trend_is_the_most_of_each_quarter_of_an_hour() -> None:
    """From when it is known, up to now; a backlog stays as it is until it changes."""
    assert alerts.trend(SAMPLES, 7, now=NOON) == (*[2] * 17, 6, 9, 9, 7)
    assert alerts.trend(SAMPLES, 7, now=NOON + timedelta(hours=2)) == (*[2] * 12, 6, 9, 9, *[7] * 9)
    assert alerts.trend(SAMPLES, 12, now=NOON + timedelta(hours=20)) == (*[7] * 23, 12)
    assert alerts.trend([], 3, now=NOON) == (3,)


@dataclass
class Reader:
    """A simple reader of what is said: whether they think that there is a backlog, and what they heard last."""

    worried: bool = False
    heard_at: datetime = NOON
    heard_count: int = 0
    unheeded_since: datetime | None = None
    snoozed_until: datetime | None = None
    told_at: list[datetime] = field(default_factory=list)

    def row(self) -> BacklogAlert:
        return BacklogAlert(
            inbox_id=1,
            workspace_id=1,
            raised_at=self.heard_at if self.worried else None,
            pinged_at=self.heard_at if self.worried else None,
            pinged_count=self.heard_count if self.worried else 0,
            snoozed_until=self.snoozed_until,
        )


looks = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=400),  # minutes since the look before
        st.integers(min_value=0, max_value=30),  # conversations
        st.integers(min_value=0, max_value=120),  # minutes that the oldest has waited
        st.integers(min_value=0, max_value=12),  # growth
        st.sampled_from(["", "", "", "act", "snooze"]),  # what a manager does then
    ),
    max_size=40,
)
thresholds = st.builds(
    Thresholds,
    count=st.integers(min_value=3, max_value=12),
    oldest=st.integers(min_value=1, max_value=60).map(lambda minutes: timedelta(minutes=minutes)),
    growth=st.integers(min_value=0, max_value=9),
    again_count=st.integers(min_value=1, max_value=10),
    again_after=st.integers(min_value=1, max_value=120).map(lambda minutes: timedelta(minutes=minutes)),
    escalate_after=st.integers(min_value=0, max_value=120).map(lambda minutes: timedelta(minutes=minutes)),
    clear=st.integers(min_value=0, max_value=2),
)
USUAL = hours.of({}, ZoneInfo("Europe/Berlin"))


@given(terms=thresholds, seen=looks)
def test_what_is_said_is_true_and_never_too_often(
    terms: Thresholds, seen: list[tuple[int, int, int, int, str]]
) -> None:
    """Over any days: a ping only when there was none, an end only after one, a reminder only when there is reason to.

    Nobody is left in the dark: after each look while somebody is there, managers are worried if the backlog is past a
    threshold, and at ease if it is at or below the mark for that. Nothing is said at night but that it is over, or
    while it is snoozed, and nothing is said twice within the cooldown unless it has grown.
    """
    now, reader = NOON, Reader()
    for minutes, count, waited, growth, does in seen:
        now += timedelta(minutes=minutes)
        last = Backlog(
            inbox_id=1,
            inbox="",
            count=count,
            oldest_since=now - timedelta(minutes=waited) if count else None,
            growth=min(growth, count),
        )
        is_open, due = USUAL.is_open(now), USUAL.last_reminder(now)
        unheeded = USUAL.open_time(reader.unheeded_since, now) if reader.unheeded_since else None
        is_triage = due is not None and (not reader.told_at or reader.told_at[-1] < due)
        step = decide(
            terms, reader.row(), last, Moment(now=now, is_open=is_open, is_triage=is_triage, unheeded=unheeded)
        )
        past = terms.is_past(last, now=now)
        is_snoozed = reader.snoozed_until is not None and now < reader.snoozed_until
        woke = reader.snoozed_until is not None and reader.heard_at < reader.snoozed_until <= now
        cooled = now - reader.heard_at >= terms.again_after or woke
        assert is_open or step in {None, Step.CLEAR}
        assert not is_snoozed or step in {None, Step.CLEAR}
        match step:
            case Step.PING:
                assert not reader.worried
                assert past
            case Step.AGAIN:
                assert reader.worried
                assert count - reader.heard_count >= terms.again_count or (past and cooled)
            case Step.TRIAGE:
                assert count
                assert not past or not reader.worried
                assert cooled or not reader.worried
            case Step.ESCALATE:
                assert unheeded is not None
                assert unheeded >= terms.escalate_after
            case Step.CLEAR:
                assert reader.worried
                assert count <= terms.clear
                assert not past
        _hear(reader, step, count, now=now)
        if is_open and not is_snoozed:
            assert reader.worried or not past
        assert not (reader.worried and not past and count <= terms.clear)
        if does and reader.worried:
            reader.unheeded_since = None
            reader.snoozed_until = now + timedelta(hours=1) if does == "snooze" else reader.snoozed_until


def _hear(reader: Reader, step: Step | None, count: int, *, now: datetime) -> None:
    """What a step leaves behind."""
    if step is Step.TRIAGE:
        reader.told_at.append(now)
    if step is Step.CLEAR:
        reader.worried, reader.unheeded_since, reader.snoozed_until = False, None, None
    elif step is Step.ESCALATE:
        reader.unheeded_since = None
    elif step is Step.PING or (step is not None and reader.worried):
        reader.worried, reader.heard_at, reader.heard_count = True, now, count
        reader.unheeded_since = reader.unheeded_since or now
