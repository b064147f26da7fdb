"""What a person sees on a card."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.blocks import actions
from bot.blocks.card import OPTED_OUT, card
from bot.blocks.place import Place
from bot.blocks.post import Post
from desk.values import Card

SINCE = datetime(2025, 11, 22, 20, 43, tzinfo=UTC)
NEW = Card(
    conversation_id=12,
    revision=3,
    contact="(555) 010-0123",
    number="(555) 010-0123",
    inbox="(555) 010-0000",
    is_open=True,
    waiting_since=SINCE,
    opening="Hi there",
)
OWNED = replace(NEW, contact="Maria Gomez", assignee_id="U1", assignee_name="Anna Lee", unread=2)


def pressed(post: Post) -> dict[str, dict[str, Any]]:
    return {element["action_id"]: element for element in post.blocks[-1]["elements"]}


def entries(post: Post) -> list[str]:
    return [option["value"] for option in pressed(post)[actions.MORE]["options"]]


def facts(post: Post) -> list[str]:
    return [element["text"] for element in post.blocks[1]["elements"]]


def test_a_new_conversation_says_who_wrote_what_and_since_when_it_waits() -> None:
    """The headline is the number, the opening text stands on the card, and the date needs no redrawing."""
    post = card(NEW)
    assert post.text == "New text from (555) 010-0123: Hi there"
    assert post.blocks[0]["text"] == {"type": "plain_text", "text": "(555) 010-0123", "emoji": False}
    assert facts(post) == [
        "🟢 *Open*",
        "to (555) 010-0000",
        f"waiting since <!date^{int(SINCE.timestamp())}^{{date_short_pretty}} at {{time}}|2025-11-22 20:43 UTC>",
        "No owner",
    ]
    assert post.blocks[2]["elements"] == [
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Hi there"}]}
    ]


def test_an_unowned_conversation_can_be_assigned_claimed_and_closed() -> None:
    """The menu opens without typing, Claim stands out, and nothing that needs an owner is offered."""
    post = card(NEW)
    assert list(pressed(post)) == [actions.ASSIGN, actions.CLAIM, actions.CLOSE, actions.MORE]
    menu = pressed(post)[actions.ASSIGN]
    assert menu["type"] == "external_select"
    assert menu["min_query_length"] == 0
    assert menu["placeholder"]["text"] == "Assign to…"
    assert "initial_option" not in menu
    assert pressed(post)[actions.CLAIM]["style"] == "primary"
    assert "confirm" not in pressed(post)[actions.CLOSE]
    assert entries(post) == [actions.HISTORY, actions.RENAME, actions.DETAILS]


def test_an_owned_conversation_shows_its_owner_without_pinging() -> None:
    """The owner is a plain name and the menu's choice; Claim is gone; the name stands beside the number."""
    post = card(OWNED)
    assert facts(post)[1] == "(555) 010-0123"
    assert facts(post)[-1] == "Owner: Anna Lee"
    assert pressed(post)[actions.ASSIGN]["initial_option"]["value"] == "U1"
    assert pressed(post)[actions.ASSIGN]["initial_option"]["text"]["text"] == "Anna Lee"
    assert actions.CLAIM not in pressed(post)
    assert entries(post) == [actions.RELEASE, actions.MARK_READ, actions.HISTORY, actions.RENAME, actions.DETAILS]
    assert entries(card(replace(OWNED, unread=0)))[1] == actions.MARK_UNREAD
    assert "<@" not in repr(post)


def test_a_closed_card_is_calm() -> None:
    """It says when it was closed and offers Reopen; nothing is highlighted and nothing waits."""
    post = card(replace(OWNED, is_open=False, closed_at=SINCE))
    assert facts(post)[0].startswith("⚪ Closed <!date^")
    assert not any("waiting" in fact for fact in facts(post))
    assert list(pressed(post)) == [actions.ASSIGN, actions.REOPEN, actions.MORE]
    assert "primary" not in repr(post)
    assert post.text == "Conversation with Maria Gomez, closed."
    assert facts(card(replace(NEW, is_open=False)))[0] == "⚪ Closed"


def test_a_snoozed_card_says_until_when() -> None:
    """It goes on saying since when the customer waits, and offers to reopen it or to close it."""
    post = card(replace(OWNED, is_open=False, is_snoozed=True, snoozed_until=SINCE))
    assert facts(post)[0].startswith("💤 Snoozed until <!date^")
    assert any("waiting since" in fact for fact in facts(post))
    assert list(pressed(post)) == [actions.ASSIGN, actions.REOPEN, actions.CLOSE, actions.MORE]
    assert post.text == "Conversation with Maria Gomez, snoozed."
    post = card(replace(OWNED, is_open=False, is_snoozed=True))
    assert facts(post)[0] == "💤 Snoozed until the customer writes"


def test_labels_and_the_note_stand_on_the_card() -> None:
    """As plain text, the note on one line with as much as is read at a glance."""
    post = card(replace(NEW, labels=("billing", "<!here>"), about="Calls *before*\nnoon. " + "x" * 200))
    said = [block["elements"][0] for block in post.blocks if block["type"] == "context"][1:]
    assert said[0]["text"] == "🏷 billing, <!here>"
    assert said[1]["text"].startswith("📝 Calls *before* noon. xxx")
    assert all(one["type"] == "plain_text" for one in said)
    assert said[1]["text"].endswith("x…")
    assert len(said[1]["text"]) <= 155


def test_pictures_and_empty_texts_are_said() -> None:
    """An image-only text and an empty one are never a blank card."""
    assert "The customer sent a picture" in repr(card(replace(NEW, opening="", opening_pictures=1)).blocks)
    assert "The customer sent 2 pictures" in repr(card(replace(NEW, opening="look", opening_pictures=2)).blocks)
    assert card(replace(NEW, opening="", opening_pictures=1)).text.endswith(": The customer sent a picture")
    assert "(empty text)" in repr(card(replace(NEW, opening=" ")).blocks)


def test_a_card_without_opening_links_the_other_threads() -> None:
    """A later thread of the same conversation leads back, and an earlier one leads on."""
    post = card(
        replace(NEW, opening=None, earlier_url="https://x.slack.com/a?b=1&c=2", later_url="https://x.slack.com/d")
    )
    assert [element["text"] for element in post.blocks[2]["elements"]] == [
        "<https://x.slack.com/a?b=1&amp;c=2|Earlier thread>",
        "<https://x.slack.com/d|Continued in a later thread>",
    ]
    assert post.text == "Conversation with (555) 010-0123 continues here."


def test_an_opted_out_contact_is_said_on_the_card() -> None:
    """A rep sees before writing that replies are not sent."""
    assert OPTED_OUT in repr(card(replace(NEW, opted_out=True)).blocks)
    assert OPTED_OUT not in repr(card(NEW).blocks)


def test_a_changed_revision_changes_the_block_and_the_place_can_be_read_back() -> None:
    """Slack shows a menu's old choice until its block_id changes."""
    first, second = (card(replace(NEW, revision=revision)).blocks[-1]["block_id"] for revision in (3, 4))
    assert first != second
    assert Place.decode(first) == Place(conversation_id=12, revision=3)


def test_a_strangers_name_is_never_markup() -> None:
    """A contact or colleague who is called like a mention pings nobody and formats nothing."""
    post = card(replace(OWNED, contact="<!channel> *x*\n<@U9>", assignee_name="<!here>"))
    assert post.blocks[0]["text"]["text"] == "<!channel> *x* <@U9>"
    assert all(e["type"] == "plain_text" for e in post.blocks[1]["elements"] if "<!here>" in e["text"])
    assert post.text.startswith("New text from &lt;!channel&gt; *x* &lt;@U9&gt;: ")


def test_nobody_is_left_nameless() -> None:
    """A colleague whose name is unknown, and a contact without name or number, still show as something."""
    post = card(replace(NEW, contact=" ", number="", assignee_id="U1"))
    assert post.blocks[0]["text"]["text"] == "Unknown number"
    assert facts(post)[-1] == "Owner: Somebody"
