"""The numbers of a period as they are told and drawn."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.blocks.statistics import PICTURE_FOLLOWS, chart, statistics
from desk.figures import Bar, Figures, Lengths, Period, Workload
from desk.team_values import Load
from tests.golden import golden

SINCE = datetime(2026, 3, 13, 9, 5, tzinfo=UTC)
WEEK = Figures(
    period=Period.WEEK,
    zone="Asia/Kathmandu",
    first_day=date(2026, 3, 7),
    last_day=date(2026, 3, 13),
    inboxes=("(555) 010-0000",),
    texts=128,
    conversations=41,
    waits=44,
    answered=37,
    answered_by_me=12,
    closed=3,
    waiting=4,
    waiting_since=SINCE,
    response=Lengths(37, timedelta(seconds=48), timedelta(hours=1, minutes=5)),
    spread=(20, 4, 3, 3, 2, 4, 1, 0, 0),
    unassigned=Lengths(52, timedelta(minutes=3), timedelta(minutes=40)),
    standing=2,
    standing_since=SINCE,
    hours=(0, 0, 0, 0, 0, 0, 1, 4, 12, 20, 24, 18, 9, 11, 15, 8, 4, 2, 0, 0, 0, 0, 0, 0),
    bars=tuple(Bar(f"Mar {day}", day, day // 2) for day in range(7, 14)),
    load=Workload(unowned=5, mine=Load(name="Ana", open=3, unread=1), team=Load(name="", open=12, unread=5), each=None),
)


def said(figures: Figures) -> str:
    return "\n".join(str(block) for block in statistics(figures).blocks)


def test_a_rep_sees_the_numbers_what_they_mean_and_their_own_load() -> None:
    """And the sum of all owners, but nobody else's."""
    post = statistics(WEEK)
    assert post.text == "Last 7 days in numbers: 128 texts, 37 of 44 waits answered."
    assert "Mar 7 to Mar 13 · Asia/Kathmandu · (555) 010-0000" in said(WEEK)
    received, waits, response, unassigned = post.blocks[2]["text"]["text"].split("\n")
    assert received == "*Received*: 128 texts in 41 conversations"
    assert waits.startswith("*Waits*: 44 · 37 answered (12 by you) · 3 closed without an answer · 4 still waiting, the")
    assert response == "*First response*: median 48 seconds · nine in ten within 1 hour 5 minutes"
    assert unassigned.startswith("*Without an owner*: 52 times · median 3 minutes · nine in ten within 40 minutes · 2")
    assert "`00 ▁▁▁▁▁▁▂▂▄▆█▆▄▄▅▃▂▂▁▁▁▁▁▁ 23`" in said(WEEK)
    assert "busiest from 10:00 to 11:00, with 24 texts" in said(WEEK)
    assert "you own 3 open, 1 unread · all owners together 12 open, 5 unread" in said(WEEK)
    assert PICTURE_FOLLOWS in said(WEEK)
    golden("statistics", post)


def test_a_manager_sees_what_each_has_to_do_in_counts() -> None:
    """The first of them by name, and the others together."""
    shares = tuple(Load(name=f"Rep {number}", open=600 - number, unread=number) for number in range(500))
    figures = replace(WEEK, load=replace(WEEK.load, each=shares))
    assert "Rep 0: 600 open, 0 unread" in said(figures)
    assert "Rep 25:" not in said(figures)
    assert "and 475 more owners: 160,550 open, 124,450 unread" in said(figures)
    golden("statistics_manager", statistics(replace(figures, load=replace(WEEK.load, each=shares[:3]))))


def test_nothing_is_made_up_where_nothing_happened() -> None:
    """No durations, no hours, and no picture to come."""
    nothing = replace(
        WEEK,
        period=Period.TODAY,
        first_day=WEEK.last_day,
        texts=0,
        conversations=0,
        waits=0,
        answered=0,
        answered_by_me=0,
        closed=0,
        waiting=0,
        waiting_since=None,
        response=None,
        unassigned=None,
        standing=0,
        standing_since=None,
        hours=(0,) * 24,
    )
    assert statistics(nothing).blocks[2]["text"]["text"] == "*Received*: 0 texts\n*Waits*: 0"
    assert PICTURE_FOLLOWS not in said(nothing)
    assert "'Mar 13 · " in said(nothing)
    golden("statistics_nothing", statistics(nothing))


def test_many_inboxes_are_counted() -> None:
    """Three are named."""
    assert " · a, b, c" in said(replace(WEEK, inboxes=("a", "b", "c")))
    assert " · 4 inboxes" in said(replace(WEEK, inboxes=("a", "b", "c", "d")))


@pytest.mark.parametrize(("period", "panels"), [(Period.TODAY, 2), (Period.WEEK, 3), (Period.MONTH, 3)])
def test_the_chart_shows_what_is_told(period: Period, panels: int) -> None:
    """Days with their hours, or the hours of today; and how long it took, unless nothing was answered."""
    drawn = chart(replace(WEEK, period=period))
    assert len(drawn["panels"]) == panels
    assert [sum(one["values"]) for one in drawn["panels"][0]["series"]] == [70, 33]
    assert drawn["panels"][-1]["series"][0]["values"] == list(WEEK.spread)
    assert all(len(one["values"]) == len(panel["labels"]) for panel in drawn["panels"] for one in panel["series"])
    assert len(chart(replace(WEEK, period=period, answered=0))["panels"]) == panels - 1
