"""What a person sees in a queue."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.blocks import actions
from bot.blocks.place import Place
from bot.blocks.post import Post
from bot.blocks.queue import EMPTY, FILTERS, PAGE_SIZE, queue
from desk.values import Filter, Page, Queue, Row

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
ROW = Row(
    conversation_id=7,
    revision=2,
    contact="Maria Gomez",
    number="(555) 010-0123",
    inbox="(555) 010-0000",
    is_open=True,
    assignee_id=None,
    assignee_name=None,
    waiting_since=NOW - timedelta(minutes=5),
    last_activity_at=NOW,
    unread=2,
    last_text="Are you\nopen *today*?",
    thread_url="https://x.slack.com/archives/C1/p1",
    thread=("C1", "1750000000.000100"),
)
OWNED = replace(ROW, assignee_id="U1", assignee_name="Anna Lee")
PAGE = Page(
    queue=Queue.UNASSIGNED,
    filter=Filter.OPEN,
    inbox_id=None,
    number=0,
    size=PAGE_SIZE,
    total=1,
    rows=(ROW,),
    counts={Filter.OPEN: 1, Filter.CLOSED: 12},
    now=NOW,
)


def buttons(block: dict[str, Any]) -> list[tuple[str, str]]:
    return [(e.get("text", e.get("placeholder"))["text"], e["action_id"]) for e in block["elements"]]


def facts(post: Post) -> list[str]:
    return [element["text"] for element in post.blocks[3]["elements"]]


def test_the_unassigned_queue_shows_who_waits_and_what_to_do() -> None:
    """Title with count, filters with counts and the chosen one marked, the row, its buttons, Refresh."""
    post = queue(PAGE)
    assert post.text == "Unassigned · 1. Maria Gomez"
    header, filters, row, _, pressable, _, paging = post.blocks
    assert header["text"]["text"] == "Unassigned · 1"
    assert buttons(filters) == [("Open 1", "filter:open"), ("Closed 12", "filter:closed")]
    assert [element.get("style") for element in filters["elements"]] == ["primary", None]
    assert [line["elements"][0]["text"] for line in row["elements"]] == ["Maria Gomez", "Are you open *today*?"]
    assert row["elements"][0]["elements"][0]["style"] == {"bold": True}
    assert facts(post)[0].startswith("Waiting since <!date^")
    assert facts(post)[1:] == ["*2 unread*"]
    assert buttons(pressable) == [
        ("Open thread", actions.OPEN_THREAD),
        ("Claim", actions.CLAIM),
        ("Assign to…", actions.ASSIGN),
    ]
    assert pressable["elements"][0]["url"] == ROW.thread_url
    assert buttons(paging) == [("Refresh", actions.REFRESH)]


def test_a_press_says_which_conversation_and_which_page() -> None:
    """A private answer comes without its message: the block id says where the press happened."""
    post = queue(replace(PAGE, number=2, total=30, inbox_id=4))
    place = Place(queue=Queue.UNASSIGNED, filter=Filter.OPEN, inbox_id=4, page=2)
    assert Place.decode(post.blocks[1]["block_id"]) == place
    assert Place.decode(post.blocks[-1]["block_id"]) == place
    assert Place.decode(post.blocks[4]["block_id"]) == replace(place, conversation_id=7, revision=2, thread=ROW.thread)


def test_every_drawing_has_new_block_ids() -> None:
    """A refused choice leaves the row as it was; Slack must still forget it."""
    before = {block.get("block_id") for block in queue(PAGE).blocks}
    after = {block.get("block_id") for block in queue(replace(PAGE, now=NOW + timedelta(seconds=1))).blocks}
    assert before & after == {None}


def test_my_own_rows_can_be_handed_on_but_not_claimed() -> None:
    """The menu shows the owner; the reader's own name is not repeated as a fact."""
    post = queue(replace(PAGE, queue=Queue.MINE, filter=Filter.ALL, rows=(OWNED,), counts={}))
    assert post.blocks[0]["text"]["text"] == "Your queue · 1"
    assert [text for text, _ in buttons(post.blocks[1])] == ["All", "Unread", "Open", "Closed"]
    assert [id_ for _, id_ in buttons(post.blocks[4])] == [actions.OPEN_THREAD, actions.ASSIGN]
    assert post.blocks[4]["elements"][1]["initial_option"]["value"] == "U1"
    assert not any("Owner" in fact for fact in facts(post))


def test_the_inbox_names_owners_and_numbers() -> None:
    """Everything with its owner; our number only when the reader sees several."""
    post = queue(replace(PAGE, queue=Queue.INBOX, filter=Filter.ALL, rows=(OWNED, ROW), total=2, inboxes=2))
    assert post.blocks[0]["text"]["text"] == "Inbox · 2"
    assert [id_ for _, id_ in buttons(post.blocks[1])] == ["filter:all", "filter:open", "filter:closed"]
    assert facts(post)[-2:] == ["Owner: Anna Lee", "to (555) 010-0000"]
    assert [id_ for _, id_ in buttons(post.blocks[4])] == [actions.OPEN_THREAD]
    assert "No owner" in repr(post.blocks[7])


def test_answered_and_closed_rows_say_so() -> None:
    """Nothing claims to wait that does not; a closed one cannot be claimed."""
    assert facts(queue(replace(PAGE, rows=(replace(ROW, waiting_since=None),))))[0].startswith("Answered, last active")
    closed = queue(replace(PAGE, filter=Filter.CLOSED, rows=(replace(ROW, is_open=False, unread=0),)))
    assert facts(closed)[0].startswith("Closed, last active")
    assert actions.CLAIM not in repr(closed.blocks)


def test_a_row_whose_card_is_not_posted_yet_says_so() -> None:
    """There is no link to a thread that does not exist, and a row without anything to press has no buttons."""
    post = queue(replace(PAGE, queue=Queue.INBOX, rows=(replace(OWNED, thread_url=None, last_text=""),)))
    assert facts(post)[-1] == "Its thread is being posted"
    assert actions.OPEN_THREAD not in repr(post.blocks)
    assert post.blocks[4]["type"] == "divider"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, [("Next", "page:1"), ("Refresh", "refresh")]),
        (1, [("Previous", "page:0"), ("Next", "page:2"), ("Refresh", "refresh")]),
        (4, [("Previous", "page:3"), ("Refresh", "refresh")]),
    ],
)
def test_pages_are_turned_with_buttons(number: int, expected: list[tuple[str, str]]) -> None:
    """The words count from 1."""
    post = queue(replace(PAGE, number=number, total=45))
    assert post.blocks[-2]["elements"][0]["text"] == f"Page {number + 1} of 5"
    assert buttons(post.blocks[-1]) == expected


def test_a_page_that_emptied_leads_back() -> None:
    """Colleagues were quick: the reader is told, and Previous goes to the last page there is."""
    post = queue(replace(PAGE, number=4, total=12, rows=()))
    assert "Nothing is left on this page." in repr(post.blocks)
    assert buttons(post.blocks[-1])[0] == ("Previous", "page:1")


@pytest.mark.parametrize(("which", "filter_"), [(q, f) for q in Queue for f in FILTERS[q]])
def test_an_empty_queue_is_good_news(which: Queue, filter_: Filter) -> None:
    """Every list has its own friendly word."""
    post = queue(replace(PAGE, queue=which, filter=filter_, total=0, rows=()))
    assert EMPTY[which, filter_] in post.blocks[2]["text"]["text"]
    assert EMPTY[which, filter_] in post.text
