"""The modal that hands off, how far it is, and the receipts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.blocks import handoff, menu, notices, transfers
from bot.blocks.lines import line
from bot.blocks.post import Post
from desk.values import Choice, Load, Receipt, Waiter
from playground import blocks as kit
from playground import methods_views
from tests.bot.blocks.test_block_limits import WORST
from tests.golden import golden

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
MANY = 10_000


def load(**how: Any) -> Load:
    """Twelve open conversations of Ana's, of which three are unread."""
    about: dict[str, Any] = {
        "name": "Ana",
        "is_own": True,
        "is_by_manager": False,
        "open": 12,
        "unread": 3,
        "snoozed": 2,
    }
    return Load(owner_id="U0ANA", **about | how)


def receipt(**how: Any) -> Receipt:
    """What became of a hundred and twenty conversations of Ana's."""
    about: dict[str, Any] = {"what": "handoff", "is_over": True, "actor_id": "U0ANA", "owner_id": "U0ANA", "total": 120}
    return Receipt(**about | how)


def test_a_reps_form() -> None:
    """To whom, only some, and a note; the colleague may be chosen already."""
    golden("handoff", handoff.handoff(load(), Choice(user_id="U0BEN", name="Ben")))


def test_a_managers_form_about_somebody_else() -> None:
    """Whose, as counts alone, and how many."""
    golden("handoff_of_another", handoff.handoff(load(is_own=False, is_by_manager=True)))


def test_a_form_without_anything_to_hand_off() -> None:
    """It says so and has nothing to fill in."""
    golden("handoff_of_nothing", handoff.handoff(load(open=0, unread=0, snoozed=0)))


def test_how_far_it_is() -> None:
    """In the middle and at the end."""
    golden(
        "handoff_under_way", transfers.progress(receipt(is_over=False, moved=(("U0BEN", 48),), stayed=(("closed", 2),)))
    )
    why = "Ben cannot own them: they are not in its channel"
    golden("handoff_over", transfers.progress(receipt(moved=(("U0BEN", 110),), stayed=((why, 10),))))


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"moved": (("U0BEN", 120),)}, "Handed off 120 conversations to <@U0BEN>."),
        ({"moved": ((None, 120),)}, "Handed off 120 conversations: they wait for a new owner."),
        ({"total": 1, "moved": ((None, 1),)}, "Handed off 1 conversation: it waits for a new owner."),
        (
            {"moved": (("U0BEN", 3),), "actor_id": "U0MARA"},
            "Handed off 3 of 120 conversations of <@U0ANA> to <@U0BEN>.",
        ),
        (
            {"moved": (), "total": 2, "stayed": (("closed by then", 2),)},
            "Handed off 0 of 2 conversations.\n• 2 stayed: closed by then",
        ),
        (
            {"what": "distribution", "owner_id": None, "total": 5, "moved": (("U0BEN", 3), ("U0CHLOE", 2))},
            "Gave out 5 conversations:\n• <@U0BEN>: 3\n• <@U0CHLOE>: 2",
        ),
    ],
)
def test_a_receipt_says_what_went_where(about: dict[str, Any], said: str) -> None:
    """In the modal and, for good, as a message."""
    told = receipt(**about)
    assert transfers.progress(told)["blocks"][0]["text"]["text"] == said
    assert notice(told).text == said


def notice(told: Receipt) -> Post:
    """A receipt as it is stored and drawn."""
    return notices.notice(
        "transferred",
        to=told.actor_id,
        transfer=told.what,
        owner=told.owner_id,
        total=told.total,
        moved=[list(one) for one in told.moved],
        stayed=[list(one) for one in told.stayed],
    )


def test_a_receipt_as_a_message() -> None:
    """With what stayed."""
    golden("transferred", notice(receipt(moved=(("U0BEN", 119),), stayed=(("closed by then", 1),))))


@pytest.mark.parametrize(
    ("why", "counts", "said"),
    [
        ("left", [["C1", "Main", 12]], "Ana left <#C1>: 12 open conversations are unassigned now."),
        (
            "deactivated",
            [["C1", "Main", 1]],
            "The account of Ana is deactivated: 1 open conversation is unassigned now.",
        ),
        (
            "guest",
            [["C1", "Main", 12], ["C2", "Sales", 3]],
            "Ana is a guest now: 15 open conversations are unassigned now.\n• <#C1>: 12\n• <#C2>: 3",
        ),
    ],
)
def test_managers_are_told_what_somebody_left_behind(why: str, counts: list[Any], said: str) -> None:
    """How much in which inbox, and where it is seen."""
    post = notices.notice("left_behind", to="U1", name="Ana", why=why, counts=counts, mentions=[])
    assert post.text == f"{said}\n`/unassigned` shows what waits."
    if why == "guest":
        golden("left_behind", post)


def test_ones_own_conversations_in_a_menu() -> None:
    """Who, for how long they wait, and in which inbox; an answered one is said to be."""
    waits = Waiter(conversation_id=7, contact="Alice", inbox="Main", waiting_since=NOW - timedelta(hours=2))
    answered = Waiter(conversation_id=8, contact="", inbox="Main", waiting_since=None)
    assert [
        (one["value"], one["text"]["text"], one["description"]["text"])
        for one in handoff.conversations([waits, answered], NOW)
    ] == [("7", "Alice", "Waits 2 hours · Main"), ("8", "Unknown number", "Answered · Main")]


@pytest.mark.parametrize("outside", WORST)
def test_slack_takes_the_worst(outside: str) -> None:
    """Ten thousand conversations, five hundred reps, the longest names, and whatever people type."""
    person = Choice(user_id="U" + "0" * 20, name=outside, note=outside)
    for is_own in (True, False):
        many = load(name=outside, open=MANY, snoozed=MANY, unread=MANY, is_by_manager=True, is_own=is_own)
        drawn = handoff.handoff(many, person)
        assert not methods_views.check(drawn, "modal")
    moved = tuple((f"U{number:011}", 20) for number in range(500))
    stayed = tuple((f"{outside[:1500]}{number}", 1) for number in range(500))
    for what in ("handoff", "distribution"):
        told = receipt(what=what, total=MANY, moved=moved if what == "distribution" else moved[:1], stayed=stayed)
        assert not methods_views.check(transfers.progress(told), "modal")
        assert not kit.check(list(notice(told).blocks))
    counts = [["C1", outside, MANY], *([f"<{number}>", outside, MANY] for number in range(100))]
    post = notices.notice("left_behind", to="U1", name=outside, why="left", counts=counts, mentions=["S1"] * 30)
    assert not kit.check(list(post.blocks))
    waiters = [Waiter(conversation_id=10**15, contact=outside, inbox=outside, waiting_since=NOW)] * 200
    assert len(handoff.conversations(waiters, NOW)) == 100
    assert all(0 < len(one["text"]["text"]) <= 75 for one in handoff.conversations(waiters, NOW))
    assert all(0 < len(one["description"]["text"]) <= 75 for one in handoff.conversations(waiters, NOW))
    assert len(menu.options([person] * 500)) == 100
    for line_ in ("handed_off", "distributed"):
        post = line(line_, actor="U1", before="U2", after="U3", note=outside[:500])
        assert not kit.check(list(post.blocks))
