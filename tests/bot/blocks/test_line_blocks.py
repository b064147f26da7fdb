"""What a line in a thread says, whom it pings, and what can be pressed."""

from typing import Any

import pytest

from bot.blocks import actions
from bot.blocks.lines import LINES, line
from bot.blocks.reply_lines import PICTURES_NOT_SENT
from tests.golden import golden

DATE = "<!date^1763845200^{date_short_pretty} at {time}|2025-11-22 21:00 UTC>"
SAYS: list[tuple[dict[str, Any], str]] = [
    ({"what": "claimed", "actor": "U1"}, "<@U1> claimed this conversation."),
    ({"what": "claimed_by_reply", "actor": "U1"}, "<@U1> answered first, so this conversation is theirs."),
    ({"what": "handed_off", "actor": "U1", "before": "U1", "after": "U2"}, "<@U1> handed this off to <@U2>."),
    (
        {"what": "handed_off", "actor": "U3", "before": "U1", "after": "U2"},
        "<@U3> handed this off from <@U1> to <@U2>.",
    ),
    (
        {"what": "handed_off", "actor": "U1", "before": "U1", "after": None},
        "<@U1> handed this off: it waits for a new owner.",
    ),
    ({"what": "distributed", "actor": "U1", "before": None, "after": "U2"}, "<@U1> gave this to <@U2>."),
    (
        {"what": "left_behind", "actor": None, "before": "U1", "after": None, "why": "left"},
        "<@U1> is no longer in this channel, so this waits for a new owner.",
    ),
    (
        {"what": "left_behind", "actor": None, "before": "U1", "after": None, "why": "deactivated"},
        "<@U1>'s account is deactivated, so this waits for a new owner.",
    ),
    ({"what": "helped", "owner": "U1", "colleague": "<Ben>"}, "<@U1>, &lt;Ben&gt; answered here."),
    ({"what": "begun", "actor": "U1", "after": "U1"}, "<@U1> began this conversation."),
    ({"what": "begun", "actor": "U1"}, "<@U1> began this conversation. It waits for an owner."),
    ({"what": "assigned", "actor": "U1", "after": "U2", "before": None}, "<@U1> assigned this to <@U2>."),
    ({"what": "assigned", "actor": "U1", "after": "U2", "before": "U1"}, "<@U1> handed this to <@U2>."),
    (
        {"what": "assigned", "actor": "U1", "after": "U2", "before": "U3"},
        "<@U1> reassigned this from <@U3> to <@U2>.",
    ),
    ({"what": "assigned", "actor": "U1", "after": "U1", "before": "U3"}, "<@U1> took this over from <@U3>."),
    ({"what": "assigned", "actor": "U1", "after": "U1", "before": None}, "<@U1> took this over."),
    ({"what": "assigned", "actor": None, "after": "U1", "before": None}, "Threadline assigned this to <@U1>."),
    (
        {"what": "released", "actor": "U1", "before": "U2"},
        "<@U1> released this conversation, which <@U2> owned. It waits for a new owner.",
    ),
    (
        {"what": "released", "actor": "U1", "before": "U1"},
        "<@U1> released this conversation. It waits for a new owner.",
    ),
    ({"what": "closed", "actor": "U1"}, "<@U1> closed this conversation."),
    ({"what": "reopened", "actor": "U1"}, "<@U1> reopened this conversation."),
    (
        {"what": "reopened_by_text", "owner": "U2"},
        "<@U2>, the customer wrote again: this conversation is open, and still yours.",
    ),
    (
        {"what": "reopened_by_text", "owner": None},
        "The customer wrote again: this conversation is open and waits for an owner.",
    ),
    (
        {"what": "reopened_unassigned", "before": "U2"},
        "The customer wrote again: this conversation is open. <@U2> can no longer own it, so it waits for a new owner.",
    ),
    (
        {
            "what": "failed",
            "sentence": "Not a <mobile> number.",
            "retry": False,
            "message_id": 5,
            "attempt": 1,
            "author": "U1",
        },
        "❗ <@U1>: Not a &lt;mobile&gt; number.",
    ),
    ({"what": "pictures_not_sent", "author": "U1"}, "Pictures are not sent yet; nothing went out"),
    (
        {"what": "not_a_rep", "author": "U1"},
        "<@U1> is a guest or not a member of this channel, so this reply was not sent to the customer.",
    ),
    (
        {"what": "opted_out", "author": "U1"},
        "<@U1>, this contact texted STOP, so the reply was not sent. They can text START to hear from us again.",
    ),
    ({"what": "stopped"}, "The customer texted STOP: replies are not sent until they text START."),
    ({"what": "started"}, "The customer texted START: replies reach them again."),
    (
        {"what": "too_long", "author": "U1", "length": 1700, "limit": 1600},
        (
            "<@U1>, this reply has 1,700 characters and a text holds 1,600, so it was not sent. "
            "Shorten it, or send it in parts."
        ),
    ),
    (
        {"what": "late_edit", "author": "U1"},
        "<@U1>, this text had already left, so the customer has the wording from before the edit.",
    ),
    (
        {"what": "late_delete", "author": None},
        "This text had already left: it is deleted here, but the customer has it.",
    ),
    (
        {"what": "perhaps_late", "author": "U1"},
        "<@U1>, nobody knows whether this text had already left: the customer may have it as it was before.",
    ),
    (
        {"what": "twice", "author": "U1"},
        "<@U1>, this text may have gone out twice: one of our machines stood still while it was being sent.",
    ),
    (
        {"what": "flooded", "author": "U1"},
        "<@U1>, that was very many replies at once, so those marked ❗ were not sent. Edit one to send it.",
    ),
    (
        {"what": "not_shown", "sids": ["SM1"], "at": "2025-11-22T21:00:00+00:00"},
        (
            f"A text of the customer could not be shown here, because Slack refused it. It came in {DATE}. Read it in "
            "Twilio's console: SM1."
        ),
    ),
    (
        {"what": "not_shown", "sids": ["SM1", "<!here>", "SM2"], "at": "2025-11-22T21:00:00+00:00"},
        (
            "3 texts of the customer could not be shown here, because Slack refused them. The first came in "
            f"{DATE}. Read them in Twilio's console: SM1, SM2."
        ),
    ),
    (
        {"what": "not_shown", "is_unsent": True, "author": "U1"},
        "<@U1>, a text to the customer could not be shown here, because Slack refused it, so it was not sent.",
    ),
    (
        {"what": "dropped"},
        "This was to be sent by itself, and was not: it was more than an hour late.",
    ),
    ({"what": "not_shown"}, "Something that belongs here could not be shown, because Slack refused it."),
    ({"what": "cannot_reply", "author": "U1"}, "<@U1>, this sender cannot receive replies, so nothing was sent."),
    ({"what": "resolved", "actor": "U1", "choice": "It arrived"}, "<@U1> says that this text arrived."),
    ({"what": "resolved", "actor": "U1", "choice": "Don't send"}, "<@U1> decided not to send this reply."),
    ({"what": "resolved", "actor": "U1", "choice": "Cancel"}, "<@U1> took this text back before it left."),
    (
        {"what": "nudged", "owner": "U2", "waiting_since": "2025-11-22T21:00:00+00:00"},
        f"<@U2>, the customer has been waiting for an answer since {DATE}.",
    ),
    (
        {
            "what": "nudged_managers",
            "owner": "U2",
            "waiting_since": "2025-11-22T21:00:00+00:00",
            "mentions": ["U1", "S9"],
        },
        f"<@U1> <!subteam^S9> the customer has been waiting for an answer since {DATE}. <@U2> owns this conversation.",
    ),
    ({"what": "resolved", "actor": "U1", "choice": "Later"}, "<@U1> chose “Later”."),
    (
        {"what": "about", "actor": "U1", "about": "Prefers\ncalls <!here>"},
        "<@U1> noted about this customer: Prefers calls &lt;!here&gt;",
    ),
    ({"what": "about", "actor": "U1", "about": ""}, "<@U1> took away the note about this customer."),
    (
        {"what": "snoozed", "actor": "U1", "owner": "U1", "until": "2025-11-22T21:00:00+00:00"},
        f"<@U1> snoozed this conversation until {DATE}.",
    ),
    (
        {"what": "snoozed", "actor": "U1", "owner": "U2", "until": None},
        "<@U1> snoozed this conversation, which <@U2> owns, until the customer writes.",
    ),
    ({"what": "unsnoozed", "actor": "U1"}, "<@U1> reopened this conversation, which was snoozed."),
    ({"what": "woken", "owner": "U2"}, "<@U2>, the snooze is over: this conversation is open again."),
    ({"what": "woken_by_text"}, "The customer wrote, so this conversation is awake again."),
    (
        {"what": "woken_unassigned", "before": "U2"},
        "The snooze is over. <@U2> can no longer own this conversation, so it waits for a new owner.",
    ),
]
SHOWS: list[tuple[dict[str, Any], str]] = [
    ({"what": "composed", "author": "U1"}, "<@U1> wrote to the customer:"),
    ({"what": "automatic", "author": None}, "Sent by itself:"),
]
ASKS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"what": "composed_held"}, [("Cancel", actions.CANCEL), ("Send now", actions.SEND_AT_ONCE)]),
    ({"what": "failed", "sentence": "Try later.", "retry": True}, [("Retry", actions.RETRY)]),
    ({"what": "uncertain"}, [("Send again", actions.SEND_AGAIN), ("It arrived", actions.IT_ARRIVED)]),
    (
        {"what": "just_answered", "colleague": "U1", "seconds": 30},
        [("Cancel", actions.CANCEL), ("Send now", actions.SEND_AT_ONCE)],
    ),
    ({"what": "stale"}, [("Send now", actions.SEND_NOW), ("Don't send", actions.DONT_SEND)]),
]


@pytest.mark.parametrize(("payload", "said"), SAYS)
def test_a_line_says_it_in_words(payload: dict[str, Any], said: str) -> None:
    """The same words in the notification and in the thread, with mentions and without buttons."""
    post = line(**payload)
    assert post.text == said
    assert [block["text"] for block in post.blocks] == [{"type": "mrkdwn", "text": said, "verbatim": True}]


@pytest.mark.parametrize(("payload", "said"), SHOWS)
def test_a_line_shows_a_text_as_it_is(payload: dict[str, Any], said: str) -> None:
    """Whoever wrote it, it is no markup: it pings and formats nothing."""
    post = line(**payload, body="See *you*\n<!here> :smile: &amp;")
    assert post.text == f"{said} See *you*\n&lt;!here&gt; :smile: &amp;amp;"
    assert post.blocks[0]["text"]["text"] == said
    [quote] = post.blocks[1]["elements"]
    assert quote["type"] == "rich_text_quote"
    assert quote["elements"] == [{"type": "text", "text": "See *you*\n<!here> :smile: &amp;"}]


@pytest.mark.parametrize(("payload", "buttons"), ASKS)
def test_a_line_that_asks_has_its_buttons(payload: dict[str, Any], buttons: list[tuple[str, str]]) -> None:
    """A press is bound to one attempt of one message, and the author is mentioned."""
    post = line(**payload, channel_id="C1", ts="1763871234.000100", attempt=2, author="U1", excerpt="See *you*\nat 5")
    assert "<@U1>" in post.text
    elements = post.blocks[-1]["elements"]
    assert [(element["text"]["text"], element["action_id"]) for element in elements] == buttons
    assert {element["value"] for element in elements} == {"C1:1763871234.000100:2"}
    assert post.blocks[1]["elements"][0]["elements"] == [{"type": "text", "text": "See *you* at 5"}]


def test_a_text_that_was_not_written_in_the_thread_looks_so() -> None:
    """Whose it is, in its own words, and what its author alone is offered while it is held."""
    golden("composed", line("composed", author="U1", body="See *you*\nat <nine>"))
    golden("automatic", line("automatic", author=None, body="We are back at nine."))
    about: dict[str, Any] = {"channel_id": "C1", "ts": "1763871234.000100", "attempt": 1, "author": "U1"}
    golden("composed_held", line("composed_held", **about))


def test_a_note_from_a_window_says_whose_it_is_and_quotes_it_exactly() -> None:
    """Its words are nobody's markup, and are cut nowhere."""
    post = line("noted", actor="U1", body="Ask *Ben* <!here>\nbefore noon")
    assert post.text == "Note from <@U1>. The customer does not see it. Ask *Ben* &lt;!here&gt;\nbefore noon"
    whose, quote = post.blocks
    assert whose["text"]["text"] == "Note from <@U1>. The customer does not see it."
    assert quote["elements"][0]["type"] == "rich_text_quote"
    assert quote["elements"][0]["elements"] == [{"type": "text", "text": "Ask *Ben* <!here>\nbefore noon"}]


def test_an_answer_beside_another_looks_so() -> None:
    """Whose was there, how it began, and what can be done about one's own."""
    about: dict[str, Any] = {"channel_id": "C1", "ts": "1763871234.000100", "attempt": 1, "author": "U1"}
    golden(
        "just_answered", line("just_answered", colleague="U2", seconds=30, excerpt="It is *ready* & <waits>", **about)
    )


def test_every_line_is_drawn_here() -> None:
    """A line added to the table is added to this test."""
    assert {payload["what"] for payload, _ in [*SAYS, *SHOWS, *ASKS]} | {
        "noted",
        "offered",
    } == set(LINES)


def test_an_unknown_line_is_an_error() -> None:
    """Nothing is posted for what nobody knows how to say."""
    with pytest.raises(KeyError):
        line("exploded", actor="U1")


def test_a_payload_may_say_more_than_a_line_shows() -> None:
    """A newer release may store more than an older one draws."""
    assert line("closed", actor="U1", because="done").text == "<@U1> closed this conversation."


def test_pictures_are_refused_in_the_agreed_words() -> None:
    """The words that people learn."""
    assert line("pictures_not_sent").text == PICTURES_NOT_SENT


@pytest.mark.parametrize("character", ["&", "😀", "<", "x"])
@pytest.mark.parametrize("shift", range(6))
def test_a_very_long_sentence_still_fits(character: str, shift: int) -> None:
    """What Slack would refuse is cut, not inside an escaped character."""
    text = line("failed", sentence="x" * shift + character * 5000).text
    assert len(text) <= 3000
    assert not text.removesuffix("…").endswith(("&", "&a", "&am", "&amp", "&l", "&lt"))
