"""When managers are pinged about a backlog: plain arithmetic."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desk.backlog import Step, Thresholds, decide
from desk.values import Backlog
from storage.models import BacklogAlert

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DEFAULTS = Thresholds(count=5, oldest=timedelta(minutes=15), again_count=5, again_after=timedelta(minutes=60), clear=2)


def backlog(count: int, waited: int | None) -> Backlog:
    """So many conversations, the oldest of which has waited for so many minutes at noon."""
    oldest = None if waited is None else NOON - timedelta(minutes=waited)
    return Backlog(inbox_id=1, inbox="(555) 010-0000", count=count, oldest_since=oldest)


def alert(pinged: int | None = None, minutes_ago: int = 0) -> BacklogAlert:
    """What was said last: nothing, or that so many waited, so many minutes before noon."""
    at = None if pinged is None else NOON - timedelta(minutes=minutes_ago)
    return BacklogAlert(inbox_id=1, workspace_id=1, raised_at=at, pinged_at=at, pinged_count=pinged or 0)


def say(last: BacklogAlert, count: int, waited: int | None) -> Step | None:
    return decide(DEFAULTS, last, backlog(count, waited), now=NOON)


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


@dataclass
class Channel:
    """A simple reader of what is said: whether they think that there is a backlog, and what they heard last."""

    worried: bool = False
    heard_at: datetime = NOON
    heard_count: int = 0


looks = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=90),  # minutes since the look before
        st.integers(min_value=0, max_value=30),  # conversations
        st.integers(min_value=0, max_value=120),  # minutes that the oldest has waited
    ),
    max_size=40,
)
thresholds = st.builds(
    Thresholds,
    count=st.integers(min_value=3, max_value=12),
    oldest=st.integers(min_value=1, max_value=60).map(lambda minutes: timedelta(minutes=minutes)),
    again_count=st.integers(min_value=1, max_value=10),
    again_after=st.integers(min_value=1, max_value=120).map(lambda minutes: timedelta(minutes=minutes)),
    clear=st.integers(min_value=0, max_value=2),
)


@given(terms=thresholds, seen=looks)
def test_what_is_said_is_true_and_never_too_often(terms: Thresholds, seen: list[tuple[int, int, int]]) -> None:
    """Over any day: a ping only when there was none, an end only after one, a reminder only when there is reason to.

    And nobody is left in the dark: after each look managers are worried if the backlog is past a threshold, and at
    ease if it is at or below the mark for that.
    """
    now, last, channel = NOON, alert(), Channel()
    for minutes, count, waited in seen:
        now += timedelta(minutes=minutes)
        oldest = now - timedelta(minutes=waited) if count else None
        step = decide(terms, last, Backlog(inbox_id=1, inbox="", count=count, oldest_since=oldest), now=now)
        past = count >= terms.count or (count > 0 and timedelta(minutes=waited) >= terms.oldest)
        if step is Step.PING:
            assert not channel.worried
            assert past
        if step is Step.AGAIN:
            assert channel.worried
            grown = count - channel.heard_count >= terms.again_count
            assert grown or (past and now - channel.heard_at >= terms.again_after)
        if step is Step.CLEAR:
            assert channel.worried
            assert count <= terms.clear
            assert not past
        if step is not None:
            channel = Channel(worried=step is not Step.CLEAR, heard_at=now, heard_count=count)
        assert channel.worried or not past
        assert not (channel.worried and not past and count <= terms.clear)
        if channel.worried:
            assert count < channel.heard_count + terms.again_count
        at = channel.heard_at if channel.worried else None
        heard = channel.heard_count if channel.worried else 0
        last = BacklogAlert(inbox_id=1, workspace_id=1, raised_at=at, pinged_at=at, pinged_count=heard)
