"""Receipts that come when people have decided already: what the customer has, and who decided what, is told truly."""

import pytest

from playground.seed import CHANNEL
from playground.world import Post
from sms import gateway
from tests.conftest import Eventually, World
from tests.journeys.scene import DELIVERED, line, lines, marks, opened, received, reply, sms, whispers
from tests.journeys.screen import ANA, BEN

SEND = "twilio.messages.create"

pytestmark = pytest.mark.usefixtures("soon")


async def uncertain(world: World, eventually: Eventually) -> tuple[Post, Post, Post]:
    """A reply that has arrived, of which we know nothing: its card, the rep's message, and the line that asks."""
    world.play.receipts.hold = True
    card = await opened(world)
    world.play.faults.answer("twilio.messages.list", 503, times=None)
    world.play.faults.drop(SEND, after_effect=True)
    post = await reply(world, card, "Come at five")
    return card, post, await eventually(lambda: line(world, card, "could not find out whether this text went out"))


async def test_that_the_first_has_left_is_told_when_the_second_has_too(world: World, eventually: Eventually) -> None:
    """It was sent again, and then the receipt of the first comes: the customer has it twice, which is said once."""
    card, _, asked = await uncertain(world, eventually)
    await world.play.press(BEN, CHANNEL, asked.ts, "send_again")
    await eventually(lambda: received(world) == ["Come at five"] * 2)
    await world.play.quiet()
    for status in ("sent", "delivered"):
        await world.play.receipt(sms(world)[0], status)
    await eventually(lambda: line(world, card, "may have gone out twice"))
    await world.play.quiet()
    assert len([one for one in lines(world, card) if "twice" in one]) == 1


async def test_the_second_is_taken_back_when_the_first_is_heard_of_in_time(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits to be sent again while the receipt of the first comes: it is not sent, and the first one counts."""
    card, post = await _sent_again_but_not_yet(world, eventually, monkeypatch)
    await world.play.receipt(sms(world)[0], "delivered")
    await eventually(lambda: DELIVERED in marks(post))
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Come at five", "Yes"])
    assert not [one for one in lines(world, card) if "twice" in one]


async def test_who_retries_what_somebody_took_for_arrived_is_named(world: World, eventually: Eventually) -> None:
    """Ben says that it arrived, a receipt that it did not, and Ana tries again: Ben's next press is told so."""
    card, _, asked = await uncertain(world, eventually)
    await world.play.press(BEN, CHANNEL, asked.ts, "it_arrived")
    await eventually(lambda: line(world, card, "arrived"))
    await world.play.receipt(sms(world)[0], "undelivered", 30003)
    failed = await eventually(lambda: line(world, card, "❗"))
    await world.play.press(ANA, CHANNEL, failed.ts, "retry")
    await eventually(lambda: line(world, card, f"<@{ANA}> tries this text again"))
    await eventually(lambda: received(world) == ["Come at five"] * 2)
    await world.play.press(BEN, CHANNEL, failed.ts, "retry")
    await eventually(lambda: any("Ana" in one and "Retry" in one for one in whispers(world, BEN)))


async def test_what_was_changed_while_it_waited_to_be_sent_again_is_told(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its author edits it, and then the first turns out to have arrived: they hear that it came too late."""
    _, post = await _sent_again_but_not_yet(world, eventually, monkeypatch)
    await world.play.edit(ANA, CHANNEL, post.ts, "Come at six")
    await world.play.quiet()
    await world.play.receipt(sms(world)[0], "delivered")
    await eventually(lambda: DELIVERED in marks(post))
    await eventually(lambda: any("before the edit" in one for one in whispers(world, ANA)))
    assert received(world) == ["Come at five"]


async def test_what_was_deleted_while_it_waited_to_be_sent_again_is_told(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its author deletes it, and then the first turns out to have arrived: once, and the author hears of it."""
    card, post = await _sent_again_but_not_yet(world, eventually, monkeypatch)
    await world.play.delete(ANA, CHANNEL, post.ts)
    await world.play.quiet()
    await world.play.receipt(sms(world)[0], "delivered")
    await eventually(lambda: any("customer has it" in one for one in whispers(world, ANA)))
    assert received(world) == ["Come at five"]
    assert not [one for one in lines(world, card) if "twice" in one]


async def _sent_again_but_not_yet(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> tuple[Post, Post]:
    """The card, and a reply of which nobody knew whether it left: it waits to be sent again."""
    card, post, asked = await uncertain(world, eventually)
    monkeypatch.setattr(gateway, "_RETRY_SECONDS", 5.0)
    refused = world.play.faults.answer(SEND, 429, body={"code": 20429, "message": "Too Many Requests", "status": 429})
    await world.play.press(BEN, CHANNEL, asked.ts, "send_again")
    await eventually(lambda: refused.times == 0)
    await world.play.quiet()
    return card, post


@pytest.mark.parametrize("has_left", [True, False])
async def test_a_retry_whose_answer_is_lost_is_not_taken_for_the_first_try(
    world: World, eventually: Eventually, *, has_left: bool
) -> None:
    """A receipt said that the first one failed: the second is found, or asked about, for what it is itself."""
    card, post, _ = await uncertain(world, eventually)
    await world.play.receipt(sms(world)[0], "undelivered", 30003)
    failed = await eventually(lambda: line(world, card, "❗"))
    world.play.faults.clear()
    world.play.faults.drop(SEND, after_effect=has_left)
    await world.play.press(BEN, CHANNEL, failed.ts, "retry")
    if has_left:
        await eventually(lambda: len(received(world)) == 2)
        await world.play.receipt(sms(world)[1], "delivered")
        await eventually(lambda: DELIVERED in marks(post))
    else:
        await eventually(lambda: len([one for one in lines(world, card) if "could not find out" in one]) == 2)
