"""What managers are told, what one person alone is told, and the modal that names a contact."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks import actions, alerts, menu, modals, whispers
from bot.blocks.place import Place
from desk.values import Attempt, Backlog, Change, Choice, Filter, Queue

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
DATE = "<!date^1763843580^{date_short_pretty} at {time}|2025-11-22 20:33 UTC>"
BACKLOG = Backlog(inbox_id=4, inbox="Sales <1>", count=6, oldest_since=NOW - timedelta(minutes=27))


def test_a_backlog_mentions_managers_with_count_and_oldest_wait() -> None:
    """People and groups are pinged once, and one press opens the queue."""
    post = alerts.backlog(BACKLOG, ["U1", "S2"], NOW)
    assert post.text == (
        "<@U1> <!subteam^S2> 6 conversations wait for an owner in Sales &lt;1&gt;. "
        f"The oldest has waited 27 minutes, since {DATE}."
    )
    assert post.blocks[0]["text"]["text"] == post.text
    [button] = post.blocks[1]["elements"]
    assert (button["text"]["text"], button["action_id"], button["value"]) == ("Open queue", actions.OPEN_QUEUE, "4")
    assert Place.decode(post.blocks[1]["block_id"]) == Place(queue=Queue.UNASSIGNED, filter=Filter.OPEN, inbox_id=4)


def test_a_reminder_says_how_much_it_has_grown() -> None:
    """More than last time, or still as many."""
    quiet = Backlog(inbox_id=4, inbox="Sales", count=1, oldest_since=None)
    assert "in Sales &lt;1&gt;, 5 more than last time." in alerts.backlog_again(BACKLOG, [], NOW, before=1).text
    assert alerts.backlog_again(quiet, [], NOW, before=1).text == "Still: 1 conversation waits for an owner in Sales."


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (2, "Back to normal: 2 conversations wait for an owner in Sales &lt;1&gt;."),
        (0, "Back to normal: every conversation in Sales &lt;1&gt; has an owner."),
    ],
)
def test_back_to_normal_pings_nobody(count: int, said: str) -> None:
    """Good news needs no mention and no button."""
    post = alerts.backlog_clear(Backlog(inbox_id=4, inbox="Sales <1>", count=count, oldest_since=None))
    assert post.text == said
    assert len(post.blocks) == 1


def test_a_note_can_be_sent_by_its_author() -> None:
    """The press is bound to the note as it was."""
    post = whispers.note_kept(Attempt("C1", "1.2", 1))
    assert post.text == "Kept as a note: the customer does not see it."
    [button] = post.blocks[1]["elements"]
    assert (button["text"]["text"], button["action_id"]) == ("Send as SMS", actions.SEND_AS_SMS)
    assert button["value"] == "C1:1.2:1"


def test_a_refusal_is_shown_exactly() -> None:
    """A name in it is neither markup nor a mention; a refusal is never empty."""
    post = whispers.refused("<!channel> *Anna* has it.")
    assert post.blocks[0]["text"] == {"type": "plain_text", "text": "<!channel> *Anna* has it.", "emoji": False}
    assert post.text == "&lt;!channel&gt; *Anna* has it."
    assert whispers.refused(" ").text == "That did not work. Please try again."


def test_closing_while_the_customer_waits_asks() -> None:
    """It says who waits and since when; the press knows its conversation."""
    post = whispers.close_anyway(12, "Maria", NOW - timedelta(minutes=27))
    assert post.text == f"The customer has been waiting for an answer since {DATE}. Close this anyway?"
    assert post.blocks[0]["elements"][0]["text"] == "Maria"
    assert post.blocks[-1]["elements"][0]["action_id"] == actions.CLOSE_ANYWAY
    assert Place.decode(post.blocks[-1]["block_id"]).conversation_id == 12
    assert len(whispers.close_anyway(12, "", NOW).blocks) == 2


def test_history_says_who_did_what_and_when() -> None:
    """In order, with names, and with words for what it does not know."""
    at = NOW - timedelta(minutes=27)
    changes = [
        Change(what="claimed", actor_id="U1", before=None, after="U1", at=at),
        Change(what="assigned", actor_id="U1", before="U1", after="U2", at=at),
        Change(what="closed", actor_id=None, before="open", after="closed", at=at),
        Change(what="reopened_unassigned", actor_id=None, before="U2", after=None, at=at),
        Change(what="put_<aside>", actor_id="U1", before=None, after=None, at=at),
    ]
    post = whispers.history(changes, "Maria")
    assert post.blocks[0]["text"]["text"] == "History · Maria"
    assert post.blocks[1]["text"]["text"].split("\n") == [
        f"{DATE}  <@U1> claimed it",
        f"{DATE}  <@U1> assigned it to <@U2> (before: <@U1>)",
        f"{DATE}  Threadline closed it",
        f"{DATE}  The customer wrote again, so it reopened without an owner (before: <@U2>)",
        f"{DATE}  <@U1>: put &lt;aside&gt;",
    ]


def test_a_long_history_shows_its_end() -> None:
    """What is left out is counted; nothing has happened is said too."""
    change = Change(what="claimed", actor_id="U1", before=None, after="U1", at=NOW)
    post = whispers.history([change] * 100, "Maria")
    assert post.blocks[1]["elements"][0]["text"] == "60 earlier changes not shown"
    assert "Nothing has changed here yet." in repr(whispers.history([], "Maria").blocks)


def test_help_names_every_command() -> None:
    """How to list, how to answer, how to keep a note, how to take back."""
    said = repr(whispers.help_().blocks)
    for words in (*whispers.COMMANDS, "inbox", "help", "//", "note:", "private:", "take it back", "Claim", "Close"):
        assert words in said


def test_usage_says_what_was_wrong_and_how_it_is_written() -> None:
    """What was typed is shown, never obeyed."""
    post = whispers.usage("/mine", "There is no list called <!here>.")
    assert post.text == ("There is no list called &lt;!here&gt;. Write it as /mine [open|unread|snoozed|closed].")
    assert post.blocks[0]["text"]["type"] == "plain_text"
    assert "`/mine [open|unread|snoozed|closed]`" in post.blocks[1]["text"]["text"]


def test_the_menu_offers_at_most_a_hundred_people() -> None:
    """Names as they are, cut to what Slack takes, with a note where there is one."""
    choices = [Choice(user_id="U1", name="Anna\nLee", note="you"), Choice(user_id="U2", name="x" * 200)]
    first, second = menu.options(choices)
    assert first["text"] == {"type": "plain_text", "text": "Anna Lee", "emoji": False}
    assert (first["value"], first["description"]["text"]) == ("U1", "you")
    assert len(second["text"]["text"]) == 75
    assert len(menu.options([Choice(user_id="U1", name="A")] * 200)) == 100


def test_a_contact_is_named_in_a_modal() -> None:
    """It knows its conversation and starts with the name there is."""
    view = modals.rename(12, "Maria")
    assert (view["callback_id"], view["private_metadata"]) == (actions.RENAME_MODAL, "12")
    [block] = view["blocks"]
    assert block["block_id"] == actions.NAME_BLOCK
    assert block["element"]["action_id"] == actions.NAME_INPUT
    assert block["element"]["initial_value"] == "Maria"
    assert "initial_value" not in modals.rename(12)["blocks"][0]["element"]
    assert len(modals.rename(12, "x" * 200)["blocks"][0]["element"]["initial_value"]) == 75
