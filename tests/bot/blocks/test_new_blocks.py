"""The modal that texts a number, and what it says in the end."""

import pytest

from bot.blocks import new
from playground import methods_views
from tests.bot.blocks.test_block_limits import BIG, URL, WORST
from tests.golden import golden

THREAD = ("https://acme.slack.com/archives/C1/p1763871234000100", ("C1", "1763871234.000100"))


def test_it_asks_for_number_inbox_and_text() -> None:
    """What is known already is filled in."""
    golden("new", new.new([(1, "(555) 010-0000"), (2, "020 7946 0018")], 2, "07400 123456"))


def test_it_says_where_the_thread_is() -> None:
    """And leads there."""
    golden("new_begun", new.begun(7, "Alice & Bob", "C1", THREAD, None))


def test_it_says_why_nobody_owns_it() -> None:
    """And who can give it to somebody; the thread is still being posted."""
    golden("new_unowned", new.begun(7, "(415) 555-0123", "C1", None, "Ask Mara."))


@pytest.mark.parametrize("outside", WORST)
def test_slack_takes_the_worst(outside: str) -> None:
    """Long names, and more inboxes than a menu holds: all can be chosen."""
    inboxes = [(BIG + number, outside) for number in range(250)]
    for view in (
        new.new(inboxes, BIG + 240, outside),
        new.new(inboxes[:100], None, outside),
        new.begun(BIG, outside, "C" * 20, (URL, ("C" * 20, f"{10**15 - 1}.{10**6 - 1}")), outside or "x"),
    ):
        assert not methods_views.check(view, "modal")
    groups = new.new(inboxes, None)["blocks"][1]["element"]["option_groups"]
    assert [group["label"]["text"] for group in groups] == ["1 to 100", "101 to 200", "201 to 250"]
    assert sum(len(group["options"]) for group in groups) == 250
