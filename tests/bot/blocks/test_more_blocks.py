"""What `More`, `Snooze` and the message shortcuts open."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.blocks import actions, modals, shortcuts, snooze, whispers
from bot.blocks.more import label_options, labels_block, more, parse_metadata
from bot.blocks.place import Place
from desk import details
from desk.details import Shown
from desk.snooze import moments
from desk.values import Card
from playground import methods_views
from tests.bot.blocks.test_block_limits import BIG, NOW, WORST, units, walk
from tests.golden import golden

CARD = Card(
    conversation_id=12,
    revision=3,
    contact="Maria Gomez",
    number="(555) 010-0123",
    inbox="(555) 010-0000",
    is_open=True,
    assignee_id="U1",
    assignee_name="Anna Lee",
    waiting_since=NOW,
    labels=("billing", "vip"),
    about="Prefers calls.\nNever before noon.",
)
SUNDAY = datetime(2026, 3, 8, 12, tzinfo=UTC)
LISBON = ZoneInfo("Europe/Lisbon")


def block(view: dict[str, Any], block_id: str) -> Any:
    return next(block for block in view["blocks"] if block.get("block_id") == block_id)


def views(outside: str) -> list[dict[str, Any]]:
    """Every modal with the worst in it."""
    names = tuple(details.label(f"{number}{outside}")[:30] for number in range(10))
    found = []
    for is_snoozed in (True, False):
        card = Card(
            conversation_id=BIG,
            revision=BIG,
            contact=outside,
            number=outside,
            inbox=outside,
            is_open=not is_snoozed,
            is_snoozed=is_snoozed,
            snoozed_until=NOW,
            assignee_id="U1",
            assignee_name=outside,
            waiting_since=NOW,
            labels=names,
            about=outside[:1000],
        )
        found += [more(card), shortcuts.assign(card), shortcuts.note(card)]
    closed = Card(conversation_id=1, revision=1, contact=outside, number=outside, inbox=outside, is_open=False)
    return [
        *found,
        more(closed),
        shortcuts.close(BIG, outside, NOW),
        snooze.snooze(BIG, moments(NOW, "UTC"), UTC),
        modals.told(whispers.refused(outside)),
    ]


def test_more_shows_and_asks() -> None:
    """Who it is and how things stand, then the labels, the note, and what is done less often."""
    view = more(CARD)
    golden("more", view)
    assert parse_metadata(view["private_metadata"]) == (
        12,
        Shown(labels=("billing", "vip"), about=details.digest(CARD.about)),
    )
    assert Place.decode(labels_block(12)) == Place(conversation_id=12)


def test_a_closed_conversation_is_not_snoozed() -> None:
    """The button would only be refused."""
    view = more(Card(conversation_id=12, revision=3, contact="x", number="x", inbox="x", is_open=False))
    assert [one["action_id"] for one in view["blocks"][2]["elements"]] == [actions.SAVED_REPLIES]
    assert "initial_options" not in repr(view)


def test_a_label_can_be_found_or_added() -> None:
    """What is new says so, and keeps its own words as its value."""
    options = label_options(["billing"], "bill")
    assert [(one["text"]["text"], one["value"]) for one in options] == [("billing", "billing"), ("Add “bill”", "bill")]
    assert label_options([], "") == []


def test_snooze_offers_moments_by_ones_own_clocks() -> None:
    """Each with its day, any other time, and the next text; on a Sunday, Monday is tomorrow."""
    view = snooze.snooze(12, moments(SUNDAY, "Europe/Lisbon"), LISBON)
    golden("snooze", view)
    options = block(view, actions.SNOOZE_BLOCK)["element"]["options"]
    assert [(one["text"]["text"], one.get("description", {}).get("text")) for one in options] == [
        ("In 1 hour", "Sunday, 8 March, 13:00"),
        ("In 3 hours", "Sunday, 8 March, 15:00"),
        ("Tomorrow at 9:00", "Monday, 9 March, 09:00"),
        ("When the customer writes", None),
    ]


def test_a_shortcut_asks_what_it_needs() -> None:
    """Whom to give it to, whether to close it anyway, what to note: each says about whom."""
    golden("shortcut_assign", shortcuts.assign(CARD))
    golden("shortcut_close", shortcuts.close(12, "Maria Gomez", NOW))
    golden("shortcut_note", shortcuts.note(CARD))
    golden("told", modals.told(whispers.refused("It is closed already.")))


@pytest.mark.parametrize("outside", WORST)
def test_slack_takes_the_worst_in_a_modal(outside: str) -> None:
    """Lengths, counts and metadata stay inside Slack's limits, however one counts."""
    for view in views(outside):
        assert not methods_views.check(view, "modal")
        assert units(view.get("private_metadata", "")) <= 3000
        for part in walk(view["blocks"]):
            if part.get("type") in ("plain_text", "mrkdwn"):
                assert part["text"].strip()
                assert units(part["text"]) <= 3000
            if "value" in part and "text" in part:
                assert units(part["text"]["text"]) <= 75
                assert units(part["value"]) <= 150
    for one in label_options([outside[:30] or "x"] * 99, outside[:30]):
        assert units(one["text"]["text"]) <= 75


@pytest.mark.parametrize("outside", ["<!channel>", "<@U99>", "<!here|x>"])
def test_nobody_outside_pings_in_a_modal(outside: str) -> None:
    """Where Slack reads markup, only what we wrote is markup."""
    for view in views(outside):
        assert all(outside not in part["text"] for part in walk(view["blocks"]) if part.get("type") == "mrkdwn")
        json.dumps(view)
