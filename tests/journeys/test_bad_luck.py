"""Several things go wrong at once: still nothing is lost or sent twice, and nothing stays stuck."""

import asyncio
from typing import Any

import pytest

from desk import outbox
from playground.seed import CHANNEL, NUMBER
from storage import conversations, deliveries, messages
from tests.conftest import Eventually, World
from tests.journeys.scene import (
    FAILED,
    line,
    lines,
    marks,
    opened,
    quoted,
    received,
    reply,
    sms,
    waits,
)
from tests.journeys.screen import ALICE, ANA

SEND = "twilio.messages.create"


pytestmark = pytest.mark.usefixtures("soon")


@pytest.mark.parametrize("error", ["missing_scope", "message_limit_exceeded", "access_denied"])
async def test_a_text_waits_until_slack_lets_us_post(world: World, eventually: Eventually, error: str) -> None:
    """Slack refuses for a reason that an admin can put right: texts wait as long as that takes."""
    world.play.faults.answer("chat.postMessage", error=error, times=8)
    await world.play.text(ALICE, NUMBER, "One")
    await world.play.text(ALICE, NUMBER, "Two")
    card = await eventually(lambda: next(iter(world.roots()), None))
    assert quoted(card) == ["One"]
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)] == [["Two"]])


async def test_a_text_outlives_a_long_outage_that_ends_in_nonsense(world: World, eventually: Eventually) -> None:
    """Slack asks for patience often, and then answers what is no answer: the text is shown in the end, once."""
    card = await opened(world)
    world.play.faults.answer("chat.postMessage", error="not_in_channel", times=8)
    world.play.faults.answer("chat.postMessage", 200, body=["nonsense"])
    await world.play.text(ALICE, NUMBER, "Still there?")
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)] == [["Still there?"]])


async def test_a_card_is_found_below_much_else(world: World, eventually: Eventually) -> None:
    """The answer to a card was lost, and the channel was busy before we could look: it is found all the same."""
    world.play.faults.drop("chat.postMessage", after_effect=True)
    world.play.faults.answer("conversations.history", 503)
    await world.play.text(ALICE, NUMBER, "One")
    card = await eventually(lambda: next(iter(world.roots()), None))
    for number in range(120):
        await world.play.post(ANA, CHANNEL, f"{number}")
    await world.play.text(ALICE, NUMBER, "Two")
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)] == [["Two"]])
    assert len(world.roots()) == 1


async def test_an_unreadable_answer_is_never_a_certain_refusal(world: World, eventually: Eventually) -> None:
    """Twilio asks for patience often, then takes the text but answers nonsense: the text is found, and sent once."""
    card = await opened(world)
    world.play.faults.answer(SEND, 429, body={"code": 20429, "message": "Too many", "status": 429}, times=6)
    world.play.faults.answer(SEND, 201, body=["nonsense"], after_effect=True)
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])
    await reply(world, card, "Next")
    await eventually(lambda: received(world) == ["Yes", "Next"])
    assert lines(world, card) == []


async def _fail(world: World, eventually: Eventually, card: Any, words: str) -> tuple[Any, Any]:
    """A reply that Twilio refuses, and the line that says so."""
    world.play.faults.answer(SEND, 400, body={"code": 21611, "message": "Queue full", "status": 400})
    post = await reply(world, card, words)
    said = await eventually(lambda: line(world, card, "waiting to leave this inbox's number"))
    await eventually(lambda: FAILED in marks(post))
    return post, said


async def test_retry_sends_the_newest_wording(world: World, eventually: Eventually) -> None:
    """A reply failed and was then edited: Retry sends what stands in the thread, not what stood there before."""
    card = await opened(world)
    post, said = await _fail(world, eventually, card, "It costs $1")
    await world.play.edit(ANA, CHANNEL, post.ts, "It costs $10")
    await world.play.press(ANA, CHANNEL, said.ts, "retry")
    await eventually(lambda: received(world) == ["It costs $10"])


@pytest.mark.parametrize("how", ["deleted", "a note"])
async def test_retry_sends_nothing_that_was_taken_back(world: World, eventually: Eventually, how: str) -> None:
    """A reply failed and was then deleted, or edited into a note: nobody can send it by Retry."""
    card = await opened(world)
    post, said = await _fail(world, eventually, card, "Yes")
    if how == "deleted":
        await world.play.delete(ANA, CHANNEL, post.ts)
    else:
        await world.play.edit(ANA, CHANNEL, post.ts, "// never mind")
    await world.play.press(ANA, CHANNEL, said.ts, "retry")
    await world.play.quiet()
    assert received(world) == []
    assert waits(world.roots()[0])


async def test_what_certainly_failed_did_not_arrive(world: World, eventually: Eventually) -> None:
    """Nobody knew, then Twilio said that it failed: `It arrived` no longer settles it."""
    world.play.receipts.hold = True
    world.play.faults.drop(SEND, after_effect=True)
    world.play.faults.answer("twilio.messages.list", 503, times=None)
    card = await opened(world)
    post = await reply(world, card, "Yes")
    asked = await eventually(lambda: line(world, card, "could not find out"))
    await world.play.receipt(sms(world)[0], "failed", 30003)
    await eventually(lambda: FAILED in marks(post))
    await world.play.press(ANA, CHANNEL, asked.ts, "it_arrived")
    await world.play.quiet()
    assert waits(world.roots()[0])


async def test_a_second_attempt_is_not_taken_for_the_first(world: World, eventually: Eventually) -> None:
    """The first attempt failed, the second never reached Twilio: the first one's text is not taken for the second."""
    card = await opened(world)
    world.play.receipts.hold = True
    await reply(world, card, "Yes")
    first = await eventually(lambda: next(iter(sms(world)), None))
    await world.play.receipt(first, "failed", 30003)
    said = await eventually(lambda: line(world, card, "could not be reached"))
    world.play.faults.drop(SEND)
    await world.play.press(ANA, CHANNEL, said.ts, "retry")
    await eventually(lambda: line(world, card, "could not find out whether this text went out"))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_answer_to_a_reply_and_its_edit_do_not_block_each_other(world: World, eventually: Eventually) -> None:
    """Twilio's answer is written down while somebody edits: both locks are taken in one order, so neither fails."""
    card = await opened(world)
    held = world.play.faults.hold(SEND)
    post = await reply(world, card, "Yes")
    await eventually(lambda: held.held == 1)
    workspace_id = world.bridge.workspace.id
    async with world.bridge.database.write() as session:
        message = await messages.find_by_ts(session, workspace_id, CHANNEL, post.ts)
        assert message is not None
        await conversations.lock_of(session, message)
        held.release()
        await asyncio.sleep(0.3)
        assert await deliveries.find(session, outbox.reply_id(message)) is not None
    await reply(world, card, "Next")
    await eventually(lambda: received(world) == ["Yes", "Next"])
