"""Slack takes every message, even with the worst that customers, names and numbers can be."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot.blocks import alerts, whispers
from bot.blocks.card import card
from bot.blocks.history import history
from bot.blocks.lines import LINES, line
from bot.blocks.post import Post
from bot.blocks.queue import FILTERS, PAGE_SIZE, queue
from bot.blocks.statistics import statistics
from bot.blocks.texts import MOST_TEXTS, texts
from desk.figures import Bar, Figures, Lengths, Period, Workload
from desk.team_values import Alert, Load
from desk.values import Attempt, Backlog, Card, Change, Filter, Page, Queue, Row, Text

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
BIG = 10**15
WORST = [
    "x" * 1600,
    "<&>" * 533,
    "😀" * 800,
    "👩‍👩‍👧‍👦" * 145,
    "שלום " * 320,
    "\u202e" * 1600,
    "\n" * 1600,
    "https://a.co/" + "&" * 1587,
    "https://a.co " * 123,
    "*_~`>" * 320,
    "",
]
URL = "https://x.slack.com/archives/C1/p1?" + "a" * 500


def cards(outside: str) -> Iterator[Post]:
    for is_open in (True, False):
        for assignee in (None, "U1"):
            yield card(
                Card(
                    conversation_id=BIG,
                    revision=BIG,
                    contact=outside,
                    number=outside,
                    inbox=outside,
                    is_open=is_open,
                    assignee_id=assignee,
                    assignee_name=outside,
                    waiting_since=NOW,
                    unread=BIG,
                    closed_at=NOW,
                    opted_out=True,
                    opening=outside,
                    opening_pictures=10,
                    earlier_url=URL,
                    later_url=URL,
                    is_snoozed=not is_open and assignee is not None,
                    snoozed_until=NOW,
                    labels=(outside[:30],) * 10,
                    about=outside,
                )
            )


def queues(outside: str) -> Iterator[Post]:
    for which in Queue:
        for filter_ in FILTERS[which]:
            for assignee in (None, "U1"):
                rows = tuple(
                    Row(
                        conversation_id=BIG + number,
                        revision=BIG,
                        contact=outside,
                        number=outside,
                        inbox=outside,
                        is_open=filter_ not in (Filter.CLOSED, Filter.SNOOZED),
                        assignee_id=assignee,
                        assignee_name=outside,
                        waiting_since=NOW,
                        last_activity_at=NOW,
                        unread=BIG,
                        last_text=outside,
                        thread_url=URL,
                        thread=("C" * 20, f"{10**15 - 1}.{10**6 - 1}"),
                        is_snoozed=filter_ is Filter.SNOOZED,
                        snoozed_until=NOW,
                        labels=(outside[:30],) * 10,
                    )
                    for number in range(PAGE_SIZE)
                )
                yield queue(
                    Page(
                        queue=which,
                        filter=filter_,
                        inbox_id=BIG,
                        number=BIG // PAGE_SIZE // 2 % 10**8,
                        size=PAGE_SIZE,
                        total=BIG,
                        rows=rows,
                        counts=dict.fromkeys(Filter, BIG),
                        inboxes=9,
                        now=NOW,
                    )
                )


def others(outside: str) -> Iterator[Post]:
    text = Text(body=outside, pictures=10, recovered=True)
    yield texts([text], outside, "U1")
    yield texts([Text(body=outside[:1500])] * 2, outside)
    yield texts([Text(body="x" * (3000 // MOST_TEXTS), recovered=True, pictures=1)] * MOST_TEXTS, outside, "U1")
    details: dict[str, Any] = {
        "sentence": outside * 3,
        "choice": outside,
        "excerpt": outside,
        "retry": True,
        "channel_id": "C" * 64,
        "ts": "1763871234.000100",
        "attempt": 10**8,
        "author": "U1",
        "after": "U2",
        "before": "U3",
        "owner": "U2",
        "conversation_id": 7,
        "colleague": "U2",
        "seconds": 30,
        "waiting_since": NOW.isoformat(),
        "about": outside,
        "body": outside,
        "until": NOW.isoformat(),
        "length": BIG,
        "limit": BIG,
        "mentions": ["U0123456789"] * 500,
        "note": outside[:500],
    }
    for what in LINES:
        yield line(what, actor="U1", **details)
    backlog = Backlog(inbox_id=BIG, inbox=outside, count=BIG, oldest_since=NOW)
    managers = [f"U{number:010}" for number in range(500)]
    alert = Alert(
        backlog=replace(backlog, growth=BIG),
        growth_span=timedelta(days=999),
        trend=(BIG,) * 24,
        loads=(Load(name=outside, open=BIG, unread=BIG),) * 20,
        others=480,
        acted_by="U0123456789",
        acted_at=NOW,
        snoozed_by="U0123456789",
        snoozed_until=NOW,
        escalated_to="S0123456789",
        escalated_at=NOW,
    )
    yield alerts.alert(alert, managers, revision=BIG)
    yield alerts.again(backlog, managers, NOW, before=1)
    yield alerts.escalated(backlog, NOW, to=["S0123456789"], minutes=BIG % 10**6, url=URL)
    yield alerts.triage(backlog, managers, NOW)
    yield alerts.over(backlog)
    yield whispers.note_kept(Attempt("C" * 64, "1763871234.000100", 10**8))
    yield whispers.refused(outside * 3)
    yield whispers.close_anyway(BIG, outside, NOW)
    strange = Change(what=outside, actor_id="<@U9>", before=None, after=None, at=NOW, source=outside)
    someone = "U0123456789"
    owned = Change(what="assigned", actor_id=someone, before=someone, after=someone, at=NOW, source="shortcut")
    yield history([strange] * 100, outside, BIG)
    yield history([owned] * 100, outside, BIG)
    yield whispers.takes_longer()
    yield whispers.file_sent("the history")
    yield statistics(figures(outside))
    yield whispers.help_()
    yield whispers.usage("/mine", outside)
    yield whispers.usage(outside, outside)


def figures(outside: str) -> Figures:
    long = Lengths(BIG, timedelta(days=10**6), timedelta(days=10**6))
    counts = dict.fromkeys(("texts", "conversations", "waits", "answered", "answered_by_me", "closed", "waiting"), BIG)
    return Figures(
        period=Period.MONTH,
        zone="America/Argentina/ComodRivadavia",
        first_day=NOW.date(),
        last_day=NOW.date() + timedelta(days=29),
        inboxes=(outside,) * 3,
        waiting_since=NOW,
        response=long,
        spread=(BIG,) * 9,
        unassigned=long,
        standing=BIG,
        standing_since=NOW,
        hours=(BIG,) * 24,
        bars=(Bar("Nov 22", BIG, BIG),) * 30,
        load=Workload(
            unowned=BIG,
            mine=Load(name=outside, open=BIG, unread=BIG),
            team=Load(name="", open=BIG, unread=BIG),
            each=(Load(name=outside, open=BIG, unread=BIG),) * 500,
        ),
        **counts,
    )


def walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from walk(inner)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("outside", WORST)
def test_slack_takes_the_worst(outside: str) -> None:
    """Lengths, counts, ids and whole messages stay inside Slack's limits, however one counts."""
    for post in (*cards(outside), *queues(outside), *others(outside)):
        assert post.text.strip()
        assert len(post.text) <= 4000
        assert 0 < len(post.blocks) <= 50
        assert [block.to_dict() for block in Block.parse_all(post.blocks)] == list(post.blocks)
        ids = [block["block_id"] for block in post.blocks if "block_id" in block]
        assert len(ids) == len(set(ids))
        assert all(len(block_id) <= 255 for block_id in ids)
        spoken = 0
        for part in walk(post.blocks):
            kind = part.get("type")
            if kind in ("plain_text", "mrkdwn", "text"):
                assert part["text"]
                assert units(part["text"]) <= 3000
                spoken += len(part["text"])
            if kind == "header":
                assert units(part["text"]["text"]) <= 150
            if kind == "button":
                assert units(part["text"]["text"]) <= 75
            if kind == "actions":
                assert 0 < len(part["elements"]) <= 25
                pressed = [element["action_id"] for element in part["elements"]]
                assert len(pressed) == len(set(pressed))
            if kind == "context":
                assert 0 < len(part["elements"]) <= 10
            if kind == "overflow":
                assert 0 < len(part["options"]) <= 5
            if "value" in part and "text" in part and kind is None:
                assert units(part["text"]["text"]) <= 75
        assert spoken < 11_000  # a whole message over some 13,000 characters is refused


@pytest.mark.parametrize("outside", ["<!channel>", "<@U99>", "<!here|x>", "<#C99>", "<http://evil.example|Slack>"])
def test_nobody_outside_pings_or_links(outside: str) -> None:
    """Where Slack reads markup, only what we wrote is markup."""
    for post in (*cards(outside), *queues(outside), *others(outside)):
        assert outside not in post.text
        for part in walk(post.blocks):
            if part.get("type") == "mrkdwn":
                assert outside not in part["text"]
                assert part["verbatim"] is True


def test_a_post_is_json() -> None:
    """It travels as it is."""
    for post in (*cards("שלום 😀"), *queues("x")):
        assert json.loads(json.dumps(post.blocks)) == list(post.blocks)
