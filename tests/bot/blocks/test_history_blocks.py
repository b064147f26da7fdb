"""The history of a conversation, as one person is shown it."""

from datetime import UTC, datetime, timedelta

from bot.blocks import actions
from bot.blocks.history import MOST_CHANGES, SOURCES, history
from bot.blocks.place import Place
from desk.values import Change
from tests.golden import golden

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
DATE = "<!date^1763843580^{date_short_pretty} at {time}|2025-11-22 20:33 UTC>"


def test_history_says_who_did_what_when_and_from_where() -> None:
    """In order, with names, and with words for what it does not know."""
    at = NOW - timedelta(minutes=27)
    changes = [
        Change(what="claimed", actor_id="U1", before=None, after="U1", at=at, source="card"),
        Change(what="assigned", actor_id="U1", before="U1", after="U2", at=at, source="list"),
        Change(what="closed", actor_id=None, before="open", after="closed", at=at),
        Change(what="reopened_unassigned", actor_id=None, before="U2", after=None, at=at),
        Change(what="put_<aside>_{now}", actor_id="U1", before=None, after=None, at=at, source="<!here>"),
    ]
    post = history(changes, "Maria", 7)
    assert post.blocks[0]["text"]["text"] == "History · Maria"
    assert post.blocks[1]["text"]["text"].split("\n") == [
        f"{DATE}  <@U1> claimed it, on the card",
        f"{DATE}  <@U1> assigned it to <@U2> (before: <@U1>), in a list",
        f"{DATE}  Threadline closed it",
        f"{DATE}  The customer wrote again, so it reopened without an owner (before: <@U2>)",
        f"{DATE}  <@U1>: put &lt;aside&gt; {{now}}",
    ]
    [button] = post.blocks[2]["elements"]
    assert (button["text"]["text"], button["action_id"]) == ("Export", actions.EXPORT)
    assert Place.decode(post.blocks[2]["block_id"]).conversation_id == 7
    golden("history", post)


def test_every_place_has_words() -> None:
    """Wherever in Slack something can be done."""
    assert {"card", "list", "home", "command", "form", "shortcut", "thread", "reply"} <= SOURCES.keys()


def test_a_long_history_shows_its_end() -> None:
    """What is left out is counted; that nothing has happened is said too, and then there is nothing to export."""
    change = Change(what="claimed", actor_id="U1", before=None, after="U1", at=NOW)
    post = history([change] * 100, "Maria", 7)
    assert post.blocks[1]["elements"][0]["text"] == f"{100 - MOST_CHANGES} earlier changes not shown"
    nothing = history([], "Maria", 7)
    assert "Nothing has changed here yet." in repr(nothing.blocks)
    assert "Export" not in repr(nothing.blocks)
