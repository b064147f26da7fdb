"""The App Home as it is drawn, and that Slack takes it whatever there is."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks.home import MOST_INBOXES, MOST_LOADS, home
from desk.team_values import Away, HomePage, Load, Unassigned
from desk.values import Filter, Page, Queue, Row
from playground import methods_views
from tests.bot.blocks.test_block_limits import WORST
from tests.golden import golden

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
BIG = 10**15


def row(number: int, text: str = "Is my order ready?", contact: str = "Dana") -> Row:
    return Row(
        conversation_id=number,
        revision=3,
        contact=contact,
        number="(415) 555-0101",
        inbox="(555) 010-0000",
        is_open=True,
        assignee_id="U1",
        assignee_name="Ana",
        waiting_since=NOW - timedelta(minutes=20),
        last_activity_at=NOW,
        unread=2,
        last_text=text,
        thread_url="https://x.slack.com/archives/C1/p1",
        thread=("C1", "1.000100"),
    )


def queue(*rows: Row) -> Page:
    counts = {Filter.ALL: 3, Filter.UNREAD: 1, Filter.OPEN: 2, Filter.CLOSED: 1}
    return Page(
        queue=Queue.MINE,
        filter=Filter.ALL,
        inbox_id=None,
        number=0,
        size=10,
        total=len(rows),
        rows=rows,
        counts=counts,
        now=NOW,
    )


def inbox(number: int, count: int = 5, name: str = "(555) 010-0000") -> Unassigned:
    since = NOW - timedelta(minutes=30) if count else None
    return Unassigned(inbox_id=number, inbox=name, channel_id="C1", count=count, oldest_since=since)


def test_a_reps_home() -> None:
    """Their queue, whether they are away, and what nobody owns."""
    page = HomePage(
        queue=queue(row(1), row(2)),
        unassigned=(inbox(1), inbox(2, count=0)),
        is_manager=False,
        away=Away(until=NOW + timedelta(hours=2)),
        now=NOW,
    )
    golden("home_rep", home(page))


def test_a_managers_home() -> None:
    """The same, with the load in counts, and what they set up."""
    load = (
        Load(name="Ana", open=12, unread=3),
        Load(name="Ben", open=4, unread=0, is_away=True),
    )
    golden("home_manager", home(HomePage(queue=queue(), unassigned=(inbox(1),), is_manager=True, load=load, now=NOW)))


def test_the_home_of_somebody_in_no_inbox() -> None:
    """One sentence that says what to do."""
    golden("home_nobody", home(HomePage(queue=None, unassigned=(), is_manager=False, now=NOW)))


@pytest.mark.parametrize("outside", WORST)
def test_slack_takes_a_home_of_any_size(outside: str) -> None:
    """Ten full rows, a thousand inboxes and five hundred reps with the worst names."""
    page = HomePage(
        queue=queue(*(row(BIG + number, outside, outside) for number in range(10))),
        unassigned=tuple(inbox(number, BIG, outside) for number in range(1, 1001)),
        is_manager=True,
        load=tuple(Load(name=outside, open=BIG, unread=BIG, is_away=True) for n in range(500)),
        away=Away(until=None),
        now=NOW,
    )
    drawn = home(page)
    assert not methods_views.check(drawn, "home")
    assert f"And {1000 - MOST_INBOXES} more inboxes" in str(drawn)
    assert f"And {500 - MOST_LOADS} more reps" in str(drawn)
