"""Answers get lost, and Slack and Twilio ask for patience: nothing is lost, nothing is sent twice."""

import pytest

from playground.seed import CHANNEL, NUMBER
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import (
    DELIVERED,
    line,
    lines,
    marks,
    opened,
    quoted,
    received,
    reply,
    sms,
    waits,
    whispers,
)
from tests.journeys.screen import ALICE, ANA, BEN, buttons

SEND = "twilio.messages.create"


pytestmark = pytest.mark.usefixtures("soon")


async def test_a_text_whose_answer_was_lost_is_found_at_twilio(world: World, eventually: Eventually) -> None:
    """The connection broke after Twilio had taken the text: it is adopted from Twilio's list and never sent again."""
    world.play.receipts.hold = True
    card = await opened(world)
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])
    world.play.faults.drop(SEND, after_effect=True)
    post = await reply(world, card, "Yes")
    await eventually(lambda: any(call.method == "twilio.messages.list" for call in world.play.calls))
    await reply(world, card, "Next")
    await eventually(lambda: received(world) == ["Yes", "Yes", "Next"])
    await world.play.receipt(sms(world)[1], "delivered")
    await eventually(lambda: marks(post) == {DELIVERED})
    assert lines(world, card) == []


async def test_a_receipt_settles_a_lost_answer(world: World, eventually: Eventually) -> None:
    """Twilio's list is away too, but its receipt comes: the text is known to have left."""
    world.play.faults.drop(SEND, after_effect=True)
    world.play.faults.answer("twilio.messages.list", 503, times=None)
    card = await opened(world)
    post = await reply(world, card, "Yes")
    await eventually(lambda: DELIVERED in marks(post))
    await reply(world, card, "Next")
    await eventually(lambda: received(world) == ["Yes", "Next"])
    assert line(world, card, "could not find out") is None


@pytest.mark.parametrize("how", ["dropped", "refused"])
async def test_a_text_that_nobody_knows_about_is_asked_about(world: World, eventually: Eventually, how: str) -> None:
    """No answer and no trace at Twilio, though an equal text went before: not repeated by itself; Send again sends."""
    card = await opened(world)
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])
    if how == "dropped":
        world.play.faults.drop(SEND)
    else:
        world.play.faults.answer(SEND, 503, body={"code": 20503, "message": "Unavailable", "status": 503})
    await reply(world, card, "Yes")
    asked = await eventually(lambda: line(world, card, "we could not find out whether this text went out"))
    assert buttons(asked) == ["Send again", "It arrived"]
    assert received(world) == ["Yes"]
    await world.play.press(BEN, CHANNEL, asked.ts, "send_again")
    await eventually(lambda: received(world) == ["Yes", "Yes"])
    for press in ("it_arrived", "send_again"):
        await world.play.press(ANA, CHANNEL, asked.ts, press)
    await eventually(lambda: sum("Ben" in words and "first" in words for words in whispers(world, ANA)) == 2)
    await world.play.quiet()
    assert received(world) == ["Yes", "Yes"]


async def test_it_arrived_settles_it(world: World, eventually: Eventually) -> None:
    """A rep's word that the customer has it: nothing more is sent, and the customer does not wait."""
    world.play.faults.drop(SEND)
    card = await opened(world)
    await reply(world, card, "Yes")
    asked = await eventually(lambda: line(world, card, "we could not find out"))
    await world.play.press(ANA, CHANNEL, asked.ts, "it_arrived")
    await eventually(lambda: line(world, card, f"<@{ANA}> says that this text arrived."))
    await reply(world, card, "Next")
    await eventually(lambda: received(world) == ["Next"])
    await eventually(lambda: not waits(card))


async def test_twilio_asks_for_patience(world: World, eventually: Eventually) -> None:
    """Twilio's 429 is certain: the reply leaves a little later, once."""
    world.play.faults.answer(SEND, 429, body={"code": 20429, "message": "Too Many Requests", "status": 429}, times=2)
    card = await opened(world)
    post = await reply(world, card, "Yes")
    await eventually(lambda: DELIVERED in marks(post))
    assert received(world) == ["Yes"]
    assert lines(world, card) == []


async def test_a_post_whose_answer_was_lost_is_not_posted_twice(world: World, eventually: Eventually) -> None:
    """Slack took the card, and a text, but its answers were lost: both are found by what they carry."""
    world.play.faults.drop("chat.postMessage", after_effect=True)
    card = await opened(world)
    await world.play.text(ALICE, NUMBER, "Second")
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)] == [["Second"]])
    world.play.faults.drop("chat.postMessage", after_effect=True)
    await world.play.text(ALICE, NUMBER, "Third")
    await world.play.text(ALICE, NUMBER, "Fourth")
    shown = ["Second", "Third", "Fourth"]
    await eventually(lambda: [body for post in world.thread(card.ts) for body in quoted(post)] == shown)
    assert len(world.roots()) == 1


@pytest.mark.parametrize("how", ["dropped", "refused"])
async def test_a_post_that_did_not_take_place_is_made_up_for(world: World, eventually: Eventually, how: str) -> None:
    """The connection broke before Slack had the card, or Slack was ill: it comes a moment later, once."""
    if how == "dropped":
        world.play.faults.drop("chat.postMessage")
    else:
        world.play.faults.answer("chat.postMessage", 503)
    await world.play.text(ALICE, NUMBER, "Hello")
    await eventually(world.roots)
    await world.play.quiet()
    assert [quoted(post) for post in world.posts] == [["Hello"]]


async def test_slack_asks_for_patience(world: World, eventually: Eventually) -> None:
    """Slack's 429 is obeyed: nothing is posted before its Retry-After is over, and everything once and in order."""
    card = await opened(world)
    world.play.faults.answer("chat.postMessage", 429, error="ratelimited", headers={"Retry-After": "1"})
    for body in ("One", "Two"):
        await world.play.text(ALICE, NUMBER, body)
    await eventually(lambda: [body for post in world.thread(card.ts) for body in quoted(post)] == ["One", "Two"])
    refused, after = [call for call in world.play.calls if call.method == "chat.postMessage"][1:3]
    assert refused.status == 429
    assert after.at - refused.at >= 1.0


async def test_slacks_pace_is_kept_and_texts_that_wait_share_a_post(start: Start, eventually: Eventually) -> None:
    """With Slack's limits on and our real pace nothing is refused; a burst becomes one post, in order."""
    world: World
    async with start(post_seconds=1.05) as world:
        world.play.faults.limits = True
        card = await opened(world, body="0")
        for number in range(1, 8):
            await world.play.text(ALICE, NUMBER, str(number))
        await eventually(lambda: [body for post in world.thread(card.ts) for body in quoted(post)] == list("1234567"))
        assert len(world.thread(card.ts)) <= 2
        assert not [call for call in world.play.calls if call.status == 429]
