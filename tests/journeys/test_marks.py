"""What became of a reply stands on the rep's own message, and in words in the thread when it did not arrive."""

from playground.seed import CHANNEL
from tests.conftest import Eventually, World
from tests.journeys.scene import (
    DELIVERED,
    FAILED,
    LATE,
    line,
    lines,
    marks,
    opened,
    pass_time,
    received,
    reply,
    sms,
    waits,
    whispers,
)
from tests.journeys.screen import ALICE, ANA, BEN, buttons, unread


async def test_a_delivered_reply_is_ticked(world: World, eventually: Eventually) -> None:
    """One mark, when Twilio says delivered, and not before; nothing is written in the thread."""
    world.play.receipts.hold = True
    card = await opened(world)
    post = await reply(world, card, "Yes")
    [text] = await eventually(lambda: sms(world))
    for status in ("queued", "sent"):
        await world.play.receipt(text, status)
    await world.play.quiet()
    assert marks(post) == set()
    await world.play.receipt(text, "delivered")
    await eventually(lambda: marks(post) == {DELIVERED})
    assert lines(world, card) == []


async def test_receipts_may_come_in_any_order(world: World, eventually: Eventually) -> None:
    """Delivered first and the rest behind it, each twice, a failure last: the first final word stands."""
    world.play.receipts.hold = True
    card = await opened(world)
    post = await reply(world, card, "Yes")
    [text] = await eventually(lambda: sms(world))
    for status in ("delivered", "sent", "queued", "delivered", "sent"):
        await world.play.receipt(text, status)
    await world.play.receipt(text, "undelivered", 30003)
    await eventually(lambda: marks(post) == {DELIVERED})
    await world.play.quiet()
    assert marks(post) == {DELIVERED}
    assert lines(world, card) == []
    assert not waits(card)


async def test_receipts_may_come_before_the_answer(world: World, eventually: Eventually) -> None:
    """Twilio's answer hangs while its receipts come: the mark stands already, and the late answer changes nothing."""
    world.play.receipts.hold = True
    held = world.play.faults.hold("twilio.messages.create", times=2)
    card = await opened(world)
    good = await reply(world, card, "Yes")
    [text] = await eventually(lambda: sms(world))
    await world.play.receipt(text, "delivered")
    await eventually(lambda: marks(good) == {DELIVERED})
    held.release()
    await reply(world, card, "And tomorrow")
    await eventually(lambda: received(world) == ["Yes", "And tomorrow"])
    assert lines(world, card) == []


async def test_a_failure_before_the_answer_stands(world: World, eventually: Eventually) -> None:
    """A receipt of failure overtakes the answer: the reply stays failed, and is told once."""
    world.play.receipts.hold = True
    held = world.play.faults.hold("twilio.messages.create", times=1)
    card = await opened(world)
    post = await reply(world, card, "Yes")
    [text] = await eventually(lambda: sms(world))
    await world.play.receipt(text, "failed", 30005)
    await eventually(lambda: line(world, card, "does not know this number"))
    held.release()
    await reply(world, card, "Hello?")
    await eventually(lambda: received(world) == ["Yes", "Hello?"])
    assert FAILED in marks(post)
    assert len(lines(world, card)) == 1


async def test_a_reply_that_does_not_leave_gets_an_hourglass(world: World, eventually: Eventually) -> None:
    """After ten seconds ⏳; when it has been delivered ✅ beside it: marks are only ever added."""
    world.play.receipts.hold = True
    held = world.play.faults.hold("twilio.messages.create", times=1)
    card = await opened(world)
    post = await reply(world, card, "Yes")
    await eventually(lambda: held.held)
    pass_time(world, seconds=4)
    await world.play.quiet()
    assert marks(post) == set()
    pass_time(world, seconds=7)
    await eventually(lambda: marks(post) == {LATE})
    held.release()
    await world.play.receipt(sms(world)[0], "delivered")
    await eventually(lambda: marks(post) == {LATE, DELIVERED})


async def test_a_reply_that_left_in_time_gets_no_hourglass(world: World, eventually: Eventually) -> None:
    """Ten seconds later nothing is added to one that is on its way, or that was taken back."""
    world.play.receipts.hold = True
    card = await opened(world)
    post = await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])
    await world.play.quiet()
    pass_time(world, seconds=11)
    later = await reply(world, card, "// a note to see time pass")
    await eventually(lambda: marks(later))
    assert marks(post) == set()


async def test_a_failed_reply_says_why_and_can_be_retried_once(world: World, eventually: Eventually) -> None:
    """❗, the reason in words to its author, and Retry: one more text, and who presses second is told who was first."""
    world.play.receipts.plan(ALICE, "undelivered", 30003)
    card = await opened(world)
    post = await reply(world, card, "Yes")
    await eventually(lambda: FAILED in marks(post))
    told = await eventually(lambda: line(world, card, "could not be reached"))
    assert told.text.startswith(f"❗ <@{ANA}>")
    assert buttons(told) == ["Retry"]
    await eventually(lambda: waits(card))
    world.play.receipts.plan(ALICE, "delivered")
    await world.play.press(BEN, CHANNEL, told.ts, "retry")
    await eventually(lambda: DELIVERED in marks(post))
    assert received(world) == ["Yes", "Yes"]
    await world.play.press(ANA, CHANNEL, told.ts, "retry")
    await eventually(lambda: any("Ben" in words and "first" in words for words in whispers(world, ANA)))
    await eventually(lambda: not waits(card))
    assert line(world, card, f"<@{BEN}> tries this text again.")
    await world.play.quiet()
    assert received(world) == ["Yes", "Yes"]


async def test_a_retry_that_fails_can_be_retried(world: World, eventually: Eventually) -> None:
    """Each failure has a line and a Retry of its own; the old one does nothing any more."""
    world.play.receipts.plan(ALICE, "undelivered", 30003)
    card = await opened(world)
    await reply(world, card, "Yes")
    first = await eventually(lambda: line(world, card, "could not be reached"))
    await world.play.press(ANA, CHANNEL, first.ts, "retry")
    last = await eventually(lambda: next((p for p in world.thread(card.ts) if p.ts > first.ts and buttons(p)), None))
    world.play.receipts.plan(ALICE, "delivered")
    await world.play.press(ANA, CHANNEL, first.ts, "retry")
    await world.play.press(ANA, CHANNEL, last.ts, "retry")
    await eventually(lambda: received(world) == ["Yes"] * 3)
    await eventually(lambda: not waits(card))
    await world.play.quiet()
    assert received(world) == ["Yes"] * 3


async def test_a_refusal_by_twilio_is_told_at_once(world: World, eventually: Eventually) -> None:
    """What Twilio does not take never left: ❗ and words, without Retry where it makes no sense."""
    card = await opened(world, "78787", "Your code is 1234")
    post = await reply(world, card, "Thanks")
    await eventually(lambda: FAILED in marks(post))
    told = await eventually(lambda: line(world, card, "❗"))
    assert "nothing was sent" in told.text
    assert buttons(told) == []
    assert received(world, "78787") == []


async def test_an_opt_out_that_we_have_not_heard_of(world: World, eventually: Eventually) -> None:
    """Twilio refuses with 21610: said in words, without Retry, and the card says that the contact has opted out."""
    card = await opened(world)
    world.play.world.opted_out.add(("+15550100000", ALICE))
    post = await reply(world, card, "Hello")
    await eventually(lambda: FAILED in marks(post))
    told = await eventually(lambda: line(world, card, "texted STOP, so this text was not delivered"))
    assert buttons(told) == []
    await eventually(lambda: "Texted STOP" in str(card.blocks) and waits(card))
    await reply(world, card, "Hello?")
    await eventually(lambda: line(world, card, "so the reply was not sent"))


async def test_waiting_and_unread_return_after_a_failure(world: World, eventually: Eventually) -> None:
    """The owner answered and had read everything; when the answer fails the customer waits and is unread again."""
    world.play.receipts.hold = True
    card = await opened(world)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await reply(world, card, "Yes")
    [text] = await eventually(lambda: sms(world))
    await eventually(lambda: not waits(card))
    assert await unread(world, ANA) == 0
    await world.play.receipt(text, "undelivered", 30007)
    await eventually(lambda: waits(card))
    assert await unread(world, ANA) == 1
