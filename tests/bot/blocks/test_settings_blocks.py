"""The modals in which managers set things up, and give out what nobody owns."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks import inbox_settings, modals, people_settings, presence
from bot.blocks.distribution import BY_HAND, EVENLY, distribution, way_and_inbox
from bot.blocks.lines import line
from desk.inbox_settings import NUMBERS
from desk.team_values import Away, Candidate, InboxSettings, Member, Offer, Offers
from desk.values import Choice
from playground import methods_views
from tests.bot.blocks.test_block_limits import WORST
from tests.golden import golden

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
BIG = 10**15

SETTINGS = InboxSettings(
    inbox_id=7,
    inbox="(555) 010-0000",
    model="hybrid",
    claim_on_reply=True,
    numbers={name: least for name, (least, _) in NUMBERS.items()} | {"hold_seconds": None},
    week="Mon-Fri 09:00-17:00",
    dates="2026-12-25 closed",
    triage="11:00, 15:00",
    timezone="Europe/Berlin",
    away_message="We are back at nine.",
    escalate_to=Choice(user_id="U9", name="Mara"),
)
MEMBER = Member(
    user_id="U2",
    name="Ben",
    is_manager=True,
    is_manager_by_settings=True,
    is_new=True,
    capacity=7,
    skills=("billing", "returns"),
)
ANA = Candidate(user_id="U1", name="Ana", open=4, unread=1, capacity=10, skills=("billing",))
OFFERS = Offers(
    inbox_id=7,
    inbox="(555) 010-0000",
    count=12,
    offers=(
        Offer(
            conversation_id=1,
            contact="Dana",
            labels=("billing",),
            waiting_since=NOW - timedelta(minutes=27),
            last_text="Was I billed twice?",
            to=ANA,
        ),
        Offer(conversation_id=2, contact="(415) 555-0177", labels=(), waiting_since=None, last_text="", to=None),
    ),
    candidates=(ANA, Candidate(user_id="U2", name="Ben", open=9, unread=0, is_away=True)),
    now=NOW,
)


def test_an_inboxs_settings() -> None:
    """Who gives out what, and when somebody is there; and when managers are told of what."""
    golden("inbox_settings", inbox_settings.ways(SETTINGS))
    golden("alert_settings", inbox_settings.alerts(SETTINGS))


def test_what_is_said_of_people() -> None:
    """First whom it is about, then what is said of them."""
    golden("people_settings_who", people_settings.people())
    golden("people_settings", people_settings.people(MEMBER))


def test_distributing() -> None:
    """Evenly by load, or each by hand with who would be given it."""
    golden("distribute_evenly", distribution(OFFERS, EVENLY))
    golden("distribute_by_hand", distribution(OFFERS, BY_HAND))


def test_being_away() -> None:
    """Until when; what that means; and what waits meanwhile, in the channel."""
    golden("away", modals.away())
    golden("is_away", presence.away(Away(until=NOW)))
    since = NOW.isoformat()
    golden("offered", line("offered", conversation_id=7, owner="U2", waiting_since=since, until=since))


@pytest.mark.parametrize("outside", WORST)
def test_slack_takes_them_whatever_is_in_them(outside: str) -> None:
    """Long names, ten thousand conversations, five hundred reps."""
    candidates = tuple(
        Candidate(user_id=f"U{n}", name=outside, open=BIG, unread=BIG, capacity=BIG, skills=(outside,) * 20)
        for n in range(500)
    )
    offer = Offer(
        conversation_id=BIG,
        contact=outside,
        labels=(outside,) * 10,
        waiting_since=NOW,
        last_text=outside,
        to=candidates[0],
    )
    offers = replace(OFFERS, inbox=outside, count=10_000, offers=(offer,) * 20, candidates=candidates)
    settings = replace(
        SETTINGS,
        inbox=outside,
        week=outside,
        dates=outside,
        triage=outside,
        timezone=outside,
        away_message=outside,
        escalate_to=Choice(user_id="U9", name=outside),
    )
    for drawn in (
        distribution(replace(offers, offers=tuple(replace(offer, conversation_id=n) for n in range(20))), BY_HAND),
        distribution(offers, EVENLY),
        inbox_settings.ways(settings),
        inbox_settings.alerts(settings),
        people_settings.people(replace(MEMBER, name=outside, skills=tuple(f"{n}{outside}"[:30] for n in range(20)))),
    ):
        assert not methods_views.check(drawn, "modal")


def test_a_modals_metadata_comes_from_outside() -> None:
    """What we did not write is refused."""
    assert way_and_inbox(distribution(OFFERS, BY_HAND)["private_metadata"]) == (BY_HAND, 7)
    for metadata in ("", "evenly", "evenly:x", "never:7"):
        with pytest.raises(ValueError, match=r".+"):
            way_and_inbox(metadata)
