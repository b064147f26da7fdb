"""What managers are told, what one person alone is told, and the modal that names a contact."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks import actions, alerts, menu, modals, whispers, words
from bot.blocks.place import Place
from bot.handlers.commands import SUBCOMMANDS
from desk.team_values import Alert, Load
from desk.values import Attempt, Backlog, Choice
from tests.golden import golden

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
DATE = "<!date^1763843580^{date_short_pretty} at {time}|2025-11-22 20:33 UTC>"
BACKLOG = Backlog(inbox_id=4, inbox="Sales <1>", count=6, oldest_since=NOW - timedelta(minutes=27), growth=4)
ALERT = Alert(
    backlog=BACKLOG,
    growth_span=timedelta(minutes=30),
    trend=(0, 1, 3, 8, 7, 6),
    loads=(Load(name="Ana Lopes", open=12, unread=3), Load(name="<!here>", open=1_007, unread=0)),
    others=480,
    acted_by="U1",
    acted_at=NOW - timedelta(minutes=27),
    snoozed_by="U2",
    snoozed_until=NOW - timedelta(minutes=27),
    escalated_to="S9",
    escalated_at=NOW - timedelta(minutes=27),
)


def test_a_backlog_mentions_managers_with_count_and_oldest_wait() -> None:
    """People and groups are pinged once; how much it grew, and its last hours as a line."""
    post = alerts.alert(ALERT, ["U1", "S2"])
    assert post.text == (
        "<@U1> <!subteam^S2> 6 conversations wait for an owner in Sales &lt;1&gt;. "
        f"The oldest has waited since {DATE}. It has grown by 4 in the last 30 minutes."
    )
    assert post.blocks[0]["text"]["text"] == post.text
    assert post.blocks[1]["elements"][0]["text"] == "`▁▂▃█▇▆`  in the last 1 hour 30 minutes, 8 at most"
    golden("alert", post)


def test_an_alert_shows_the_load_per_rep_as_counts_only() -> None:
    """The busiest, whose names are never markup, and how many others there are."""
    [loads] = alerts.alert(ALERT, []).blocks[2]["elements"]
    assert loads["type"] == "plain_text"
    assert loads["text"] == ("Open per rep: Ana Lopes 12 (3 unread) · <!here> 1,007 · 480 others with 1,007 or fewer")


def test_an_alert_shows_who_does_something_about_it() -> None:
    """Who is on it, who was told, and until when it is quiet; and what can be pressed."""
    *_, on_it, told, snoozed, buttons = alerts.alert(ALERT, [], revision=7).blocks
    assert on_it["elements"][0]["text"] == f"<@U1> is on it, since {DATE}."
    assert told["elements"][0]["text"] == f"<!subteam^S9> was told, {DATE}."
    assert snoozed["elements"][0]["text"] == f"<@U2> has snoozed this until {DATE}."
    open_queue, distribute, take_on, snooze = buttons["elements"]
    assert (open_queue["text"]["text"], open_queue["action_id"]) == ("Open queue", actions.OPEN_QUEUE)
    assert (distribute["text"]["text"], distribute["action_id"]) == ("Distribute", actions.DISTRIBUTE)
    assert (take_on["text"]["text"], take_on["action_id"]) == ("I'm on it", actions.ON_IT)
    assert {element["value"] for element in buttons["elements"][:3]} == {"4"}
    assert snooze["placeholder"]["text"] == "Snooze"
    assert [option["text"]["text"] for option in snooze["options"]] == ["For an hour", "Until we open tomorrow"]
    assert Place.decode(buttons["block_id"]) == Place(inbox_id=4, revision=7)


def test_an_alert_says_only_what_there_is() -> None:
    """Nothing of growth, reps or presses when there are none."""
    quiet = Alert(
        backlog=Backlog(inbox_id=4, inbox="Sales", count=1, oldest_since=None),
        growth_span=timedelta(minutes=30),
        trend=(1,),
    )
    post = alerts.alert(quiet, [])
    assert post.text == "1 conversation waits for an owner in Sales."
    assert len(post.blocks) == 3
    elsewhere = replace(ALERT, escalated_to="C9", acted_by=None, snoozed_by=None)
    assert alerts.alert(elsewhere, []).blocks[3]["elements"][0]["text"] == f"<#C9> was told, {DATE}."


def test_a_reminder_says_how_much_it_has_grown() -> None:
    """More than last time, or still as many."""
    quiet = Backlog(inbox_id=4, inbox="Sales", count=1, oldest_since=None)
    said = alerts.again(BACKLOG, ["U1"], NOW, before=1).text
    assert said.startswith("<@U1> 6 conversations wait for an owner in Sales &lt;1&gt;, 5 more than last time.")
    assert said.endswith(f" The oldest has waited 27 minutes, since {DATE}.")
    assert alerts.again(quiet, [], NOW, before=1).text == "Still: 1 conversation waits for an owner in Sales."


def test_somebody_else_is_told_that_nobody_acted() -> None:
    """A person or a group is mentioned below the alert; another channel has the way to it."""
    said = "Nobody has looked after this for 30 minutes: 6 conversations wait for an owner in Sales &lt;1&gt;."
    oldest = f" The oldest has waited 27 minutes, since {DATE}."
    assert alerts.escalated(BACKLOG, NOW, to=["U9"], minutes=30, url=None).text == f"<@U9> {said}{oldest}"
    there = alerts.escalated(BACKLOG, NOW, to=["C9"], minutes=30, url="https://x.slack.com/archives/C1/p1")
    assert there.text == f"{said}{oldest} <https://x.slack.com/archives/C1/p1|Open the alert>"
    golden("alert-escalated", there)


def test_a_triage_reminder_has_what_is_needed_for_it() -> None:
    """The managers, how many, and the ways to give them out."""
    post = alerts.triage(BACKLOG, ["U1"], NOW)
    assert post.text.startswith("<@U1> Time to give out what is new: 6 conversations wait for an owner in Sales")
    assert [element["action_id"] for element in post.blocks[1]["elements"]] == [actions.OPEN_QUEUE, actions.DISTRIBUTE]
    golden("alert-triage", post)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (2, "Back to normal: 2 conversations wait for an owner in Sales &lt;1&gt;."),
        (1, "Back to normal: 1 conversation waits for an owner in Sales &lt;1&gt;."),
        (0, "Back to normal: every conversation in Sales &lt;1&gt; has an owner."),
    ],
)
def test_back_to_normal_pings_nobody(count: int, said: str) -> None:
    """Good news needs no mention and no button."""
    assert alerts.over(replace(BACKLOG, count=count)).text == said
    post = alerts.over(BACKLOG, left=count)
    assert post.text == said
    assert len(post.blocks) == 1


@pytest.mark.parametrize(
    ("counts", "bars"),
    [((0, 0, 0), "▁▁▁"), ((0, 1, 1_000), "▁▂█"), ((7, 3, 1), "█▄▂"), ((), ""), ((5,), "█")],
)
def test_a_sparkline_tells_nothing_from_a_little(counts: tuple[int, ...], bars: str) -> None:
    """The largest is full, and whatever waits is seen."""
    assert words.sparkline(counts) == bars


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


def test_help_names_every_command() -> None:
    """How to list, how to answer, how to keep a note, how to take back."""
    said = repr(whispers.help_().blocks)
    commands = [*whispers.COMMANDS, *(f"/sms {word}" for word in SUBCOMMANDS if word)]
    for command in (*commands, "//", "note:", "private:", "take it back", "Claim", "Close"):
        assert command in said


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
