"""Who texts while nobody is there is told so: once in a night, never in a loop, and it answers nothing."""

from typing import Any

import pytest

from playground.seed import CHANNEL, NUMBER
from tests.conftest import Eventually, World
from tests.journeys.scene import at_work, calls, configure, line, lines, opened, quoted, received, reply, unheard, waits
from tests.journeys.screen import ALICE, ANA, BOB, MARA, modal, unread

CLOSED = "Thanks! We are here from 9 to 5, Monday to Friday."


async def at_night(world: World, message: str | None = CLOSED) -> None:
    """It is eight in the evening, and the inbox has an away message."""
    at_work(world, hours=10)
    await configure(world, away_message=message)


async def text(world: World, body: str, phone: str = ALICE) -> None:
    """A customer texts, and what follows has happened."""
    await world.play.text(phone, NUMBER, body)
    await world.play.quiet(0.3)


async def test_at_night_a_customer_is_told_that_nobody_is_there(world: World, eventually: Eventually) -> None:
    """It is marked in the thread as sent by itself; the customer goes on waiting, and the text is unread."""
    await at_night(world)
    card = await opened(world)
    await eventually(lambda: received(world) == [CLOSED])
    shown = await eventually(lambda: line(world, card, "Sent by itself"))
    assert quoted(shown) == [CLOSED]
    assert waits(world.roots()[0])
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await text(world, "Oh, I see")
    assert waits(world.roots()[0])
    assert await unread(world, ANA) == 1


async def test_once_in_a_night(world: World, eventually: Eventually) -> None:
    """However much is texted; others are told, too, and the next night it is told again."""
    await at_night(world)
    await opened(world)
    await eventually(lambda: received(world) == [CLOSED])
    await text(world, "Hello?")
    world.clock.move(hours=8)
    await text(world, "Anybody there?")
    assert received(world) == [CLOSED]
    await text(world, "And I?", BOB)
    await eventually(lambda: received(world, BOB) == [CLOSED])
    world.clock.move(hours=6)
    await text(world, "Good morning")
    assert received(world) == [CLOSED]
    world.clock.move(hours=10)
    await text(world, "Good night")
    await eventually(lambda: received(world) == [CLOSED, CLOSED])


async def test_it_is_texted_as_it_was_typed(world: World, eventually: Eventually) -> None:
    """Slack gives emoji by their names, which no customer reads."""
    await at_night(world)
    await world.play.command(MARA, CHANNEL, "/sms", "settings")
    typed = "Back at nine :wave: & happy to help"
    assert not await world.play.submit(MARA, modal(world, MARA).id, {"away_message": typed})
    await opened(world)
    await eventually(lambda: received(world) == ["Back at nine 👋 & happy to help"])


@pytest.mark.parametrize("message", [None, "", "  "])
async def test_without_an_away_message_nothing_is_sent(world: World, message: str | None) -> None:
    """It is off until a manager writes one."""
    await at_night(world, message)
    await text(world, "Hello?")
    assert received(world) == []


async def test_while_somebody_is_there_nothing_is_sent(world: World) -> None:
    """People answer then."""
    at_work(world)
    await configure(world, away_message=CLOSED)
    await text(world, "Hello?")
    assert received(world) == []


@pytest.mark.parametrize(
    "body",
    [
        *("STOP", "start", "Help", CLOSED, "Auto-reply: I am driving", "I'm out of the office until Monday"),
        "I\N{RIGHT SINGLE QUOTATION MARK}m driving with Focus turned on.",  # as phones write it
        "Sorry, I can\N{RIGHT SINGLE QUOTATION MARK}t talk right now.",
    ],
)
async def test_words_for_the_carrier_and_machines_are_not_answered(world: World, body: str) -> None:
    """Nor is our own text that comes back: it would never end."""
    await at_night(world)
    await text(world, body)
    assert CLOSED not in received(world)


@pytest.mark.parametrize("sender", ["24365", "ACME", "anonymous"])
async def test_short_codes_and_names_are_not_answered(world: World, sender: str) -> None:
    """They are machines, or nobody."""
    await at_night(world)
    await text(world, "Your parcel is on its way", sender)
    assert received(world, sender) == []


async def test_who_opted_out_is_never_told(world: World, eventually: Eventually) -> None:
    """Not in any night, until they text START; and that word itself is not answered."""
    await at_night(world)
    await text(world, "STOP")
    await text(world, "Are you there?")
    assert received(world) == []
    await text(world, "START")
    assert received(world) == []
    await text(world, "And now?")
    await eventually(lambda: received(world) == [CLOSED])


async def test_an_echo_of_a_reply_is_not_answered(world: World, eventually: Eventually) -> None:
    """Two machines would talk all night."""
    at_work(world, hours=6, minutes=59)
    await configure(world, away_message=CLOSED)
    card = await opened(world)
    await reply(world, card, "We will see to it")
    await eventually(lambda: received(world) == ["We will see to it"])
    world.clock.move(hours=3)
    await text(world, "We will  see to it")
    assert received(world) == ["We will see to it"]


async def test_a_text_from_before_the_night_is_not_answered(world: World, eventually: Eventually) -> None:
    """It reached us late: when it was written somebody was there. One of this night is answered, once."""
    await eventually(lambda: calls(world, "twilio.messages.list"))  # what the first reading finds is never answered
    await world.play.quiet(0.3)
    at_work(world, hours=6, minutes=30)
    await configure(world, away_message=CLOSED)
    with unheard(world):
        await world.play.text(ALICE, NUMBER, "Before closing")
        world.clock.move(hours=4)
        await world.play.text(BOB, NUMBER, "After closing")
    world.bridge.texts.errand.ask()
    await eventually(lambda: len(world.roots()) == 2)
    await world.play.quiet(0.3)
    await eventually(lambda: received(world, BOB) == [CLOSED])
    assert received(world) == []


async def test_it_is_no_reply_that_a_rep_could_change(world: World, eventually: Eventually) -> None:
    """When it fails, the thread says so, and nobody is blamed."""
    await at_night(world)
    world.play.faults.answer("twilio.messages.create", 400, {"code": 21614, "message": "no", "status": 400})
    card: Any = await opened(world)
    failed = await eventually(lambda: line(world, card, "❗"))
    assert "<@" not in failed.text
    assert len([said for said in lines(world, card) if "Sent by itself" in said]) == 1


async def test_who_opts_out_before_it_leaves_is_not_told(world: World, eventually: Eventually) -> None:
    """The line about it was on its way into the thread when STOP came: nothing is handed to Twilio."""
    at_work(world, hours=10)
    card = await opened(world)
    await configure(world, away_message=CLOSED)
    held = world.play.faults.hold("chat.postMessage")
    await world.play.text(ALICE, NUMBER, "Hello?")
    await eventually(lambda: held.held)
    await world.play.text(ALICE, NUMBER, "STOP")
    held.release()
    await eventually(lambda: line(world, card, "Sent by itself"))
    await eventually(lambda: line(world, card, "❗"))
    assert calls(world, "twilio.messages.create") == []


async def test_a_start_that_is_found_late_lifts_no_later_stop(world: World, eventually: Eventually) -> None:
    """What counts is what was texted last, and not what reached us last."""
    await eventually(lambda: calls(world, "twilio.messages.list"))
    await at_night(world)
    await text(world, "STOP")
    with unheard(world):
        world.clock.move(seconds=5)
        await world.play.text(ALICE, NUMBER, "START")
    world.clock.move(seconds=5)
    await text(world, "STOP")
    world.bridge.texts.errand.ask()
    [card] = world.roots()
    await eventually(lambda: ["START"] in [quoted(post) for post in world.thread(card.ts)])
    await text(world, "Are you there?")
    assert calls(world, "twilio.messages.create") == []
    with unheard(world):
        world.clock.move(seconds=5)
        await world.play.text(ALICE, NUMBER, "STOP")
    world.clock.move(seconds=5)
    await text(world, "START")
    world.bridge.texts.errand.ask()
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)].count(["STOP"]) == 2)
    await text(world, "And now?")
    await eventually(lambda: received(world) == [CLOSED])
