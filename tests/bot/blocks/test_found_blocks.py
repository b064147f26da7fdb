"""What a search has found, as its reader sees it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.blocks.found import found, parse_further
from desk.find import LONGEST_QUERY, SHOWN, excerpt
from desk.values import Found, Hit, Match, Row
from playground import blocks as kit
from tests.bot.blocks.test_block_limits import BIG, URL, WORST, units, walk
from tests.golden import golden

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
ROW = Row(
    conversation_id=7,
    revision=3,
    contact="Alice <b>",
    number="(415) 555-0123",
    inbox="Support",
    is_open=True,
    assignee_id="U1",
    assignee_name="Ana",
    waiting_since=NOW,
    last_activity_at=NOW,
    unread=0,
    last_text="Hello *there*",
    thread_url="https://acme.slack.com/archives/C1/p1",
    thread=("C1", "1763871234.000100"),
)


def _found(*hits: Hit, **about: Any) -> Found:
    defaults: dict[str, Any] = {"query": "order", "has_more": False, "looked_back_to": None, "days": 90}
    return Found(hits=hits, **defaults | about)


def test_it_shows_where_each_was_found() -> None:
    """A contact with their last text, a label, the note about them, and whose words those are that were said."""
    closed = replace(ROW, is_open=False, assignee_id=None, thread_url=None, thread=None)
    words = excerpt("My order <!here> is late", ["order"])
    hits = [
        Hit(row=ROW, where=Match.CONTACT, excerpt=()),
        Hit(row=closed, where=Match.LABEL, excerpt=excerpt("Orders", ["order"])),
        Hit(row=replace(ROW, conversation_id=8), where=Match.ABOUT, excerpt=words),
        Hit(row=replace(ROW, conversation_id=9), where=Match.INBOUND, excerpt=words, at=NOW),
        Hit(row=replace(ROW, conversation_id=10), where=Match.OUTBOUND, excerpt=words, by="Ana", at=NOW),
        Hit(row=replace(ROW, conversation_id=11), where=Match.OUTBOUND, excerpt=words, at=NOW),
        Hit(row=replace(ROW, conversation_id=12), where=Match.NOTE, excerpt=words, by="Ben", at=NOW),
    ]
    golden("found", found(_found(*hits, has_more=True, inboxes=2)))


def test_it_says_how_far_it_looked() -> None:
    """When the time was up, and offers to go on."""
    golden("found_further", found(_found(looked_back_to=NOW, is_partial=True)))


@pytest.mark.parametrize("value", ["", "[]", '["a"]', '["a", 5]', '["a", "b", "c"]', "{}", '["a", "noon"]'])
def test_what_is_no_search_is_refused(value: str) -> None:
    """A press comes from outside."""
    with pytest.raises(ValueError):
        parse_further(value)


@pytest.mark.parametrize("outside", WORST)
def test_slack_takes_the_worst(outside: str) -> None:
    """As many hits as are shown, with the longest of everything; and what is asked further comes back as it was."""
    row = replace(ROW, contact=outside, number=outside, inbox=outside, assignee_name=outside, last_text=outside)
    row = replace(row, thread_url=URL, thread=("C" * 20, f"{10**15 - 1}.{10**6 - 1}"), labels=(outside,) * 10)
    for where in Match:
        hits = tuple(
            Hit(
                row=replace(row, conversation_id=BIG + number),
                where=where,
                excerpt=excerpt(outside, [outside[:1].casefold()] if outside.strip() else []),
                by=outside,
                at=NOW,
            )
            for number in range(SHOWN)
        )
        query = outside[:LONGEST_QUERY]
        about = {"query": query, "has_more": True, "looked_back_to": NOW, "is_partial": True, "inboxes": 9}
        post = found(_found(*hits, **about))
        assert not kit.check(list(post.blocks))
        assert post.text.strip()
        assert all(units(part["text"]) <= 3000 for part in walk(post.blocks) if part.get("type") == "text")
        [further] = [one for one in walk(post.blocks) if one.get("action_id") == "find_further"]
        assert parse_further(further["value"]) == (query, NOW)
