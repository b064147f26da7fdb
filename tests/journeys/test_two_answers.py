"""Two people answer the same customer: the second can take theirs back, and the owner hears of it (rules 3 and 9)."""

from functools import partial
from typing import Any

from playground.seed import CHANNEL, NUMBER
from playground.world import Post
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import (
    FAILED,
    lines,
    marks,
    opened,
    pass_time,
    received,
    reply,
    unheard,
    waits,
    whispers,
)
from tests.journeys.screen import ALICE, ANA, BEN, BOB, CHLOE, buttons, told

ASKED = f"<@{ANA}> has just answered here, too. Yours waits 30 seconds: is it still needed?"
HELPED = f"<@{ANA}>, Ben answered here."


async def both_answer(world: World, card: Any, eventually: Eventually) -> Post:
    """Ana answers, Ben a moment later; his post, once he was asked."""
    await reply(world, card, "It is ready, come by *any* time")
    await eventually(lambda: received(world) == ["It is ready, come by any time"])
    post = await reply(world, card, "Not yet", BEN)
    await eventually(lambda: whispers(world, BEN) == [ASKED])
    return post


def is_asked(world: World, user: str, times: int) -> bool:
    """Whether somebody was asked so often whether theirs is still needed."""
    return len(whispers(world, user)) == times


def asked(world: World, user: str = BEN) -> str:
    """Where somebody can press."""
    return world.play.ephemerals(user)[-1].ts


async def test_the_second_of_two_answers_waits_and_goes_by_itself(world: World, eventually: Eventually) -> None:
    """Its author alone is told whose was there and how it began; after thirty seconds it leaves."""
    card = await opened(world)
    await both_answer(world, card, eventually)
    shown = world.play.ephemerals(BEN)[-1]
    assert shown.thread_ts == card.ts
    assert "It is ready, come by any time" in told(world.play, BEN)
    assert buttons(shown) == ["Cancel", "Send now"]
    assert whispers(world, ANA) == []
    pass_time(world, seconds=15)
    await world.play.quiet()
    assert len(received(world)) == 1
    pass_time(world, seconds=16)
    await eventually(lambda: received(world) == ["It is ready, come by any time", "Not yet"])


async def test_the_first_of_two_waits_when_slack_tells_of_it_second(world: World, eventually: Eventually) -> None:
    """Its author has not seen the other either, which has left by then."""
    card = await opened(world)
    await world.play.quiet(1)  # what was missed before the start is read back
    with unheard(world):
        post = await reply(world, card, "Not yet", BEN)
    await reply(world, card, "It is ready")
    await eventually(lambda: received(world) == ["It is ready"])
    await world.play.event(world.play.slack.message_event(post))
    await eventually(lambda: whispers(world, BEN) == [ASKED])
    assert whispers(world, ANA) == []
    await world.play.press(BEN, CHANNEL, asked(world), "cancel")
    pass_time(world, seconds=60)
    await world.play.quiet()
    assert received(world) == ["It is ready"]


async def test_cancel_takes_it_back_and_an_edit_sends_it_after_all(world: World, eventually: Eventually) -> None:
    """It is marked as not sent; its author edits it, and that goes out."""
    card = await opened(world)
    post = await both_answer(world, card, eventually)
    await world.play.press(BEN, CHANNEL, asked(world), "cancel")
    assert whispers(world, BEN) == ["Not sent. Edit your message to send it after all."]
    await eventually(lambda: FAILED in marks(post))
    pass_time(world, seconds=31)
    await world.play.quiet()
    assert len(received(world)) == 1
    await world.play.edit(BEN, CHANNEL, post.ts, "Not before noon")
    await eventually(lambda: received(world)[1:] == ["Not before noon"])


async def test_what_is_cancelled_answers_nothing(start: Start, eventually: Eventually) -> None:
    """The customer's text that came in between waits again."""
    async with start(reply_hold_seconds=1) as world:
        card = await opened(world)
        await reply(world, card, "It is")
        await eventually(lambda: received(world) == ["It is"])
        await world.play.text(ALICE, NUMBER, "Really?")
        await eventually(lambda: waits(card))
        await reply(world, card, "Yes", BEN)
        await eventually(lambda: not waits(card))
        await world.play.press(BEN, CHANNEL, asked(world), "cancel")
        await eventually(lambda: waits(card))


async def test_send_now_ends_the_hold(world: World, eventually: Eventually) -> None:
    """It leaves at once; who presses a second time is told that it is decided."""
    card = await opened(world)
    await both_answer(world, card, eventually)
    old = world.play.ephemerals(BEN)[-1].blocks
    await world.play.press(BEN, CHANNEL, asked(world), "send_at_once")
    assert whispers(world, BEN) == ["It leaves now."]
    await eventually(lambda: received(world)[1:] == ["Not yet"])
    world.play.ephemerals(BEN)[-1].blocks = old  # as another window still shows it
    await world.play.press(BEN, CHANNEL, asked(world), "cancel")
    assert "Ben was first: “Send now”." in whispers(world, BEN)[-1]
    assert received(world)[1:] == ["Not yet"]


async def test_a_press_after_it_left_by_itself_is_told_so(world: World, eventually: Eventually) -> None:
    """Nothing is stopped, nothing is sent again."""
    card = await opened(world)
    post = await both_answer(world, card, eventually)
    pass_time(world, seconds=31)
    await eventually(lambda: received(world)[1:] == ["Not yet"])
    for button in ("cancel", "send_at_once"):
        await world.play.press(BEN, CHANNEL, world.play.ephemerals(BEN)[0].ts, button)
        assert "is on its way already" in whispers(world, BEN)[-1]
    await world.play.quiet()
    assert len(received(world)) == 2
    assert FAILED not in marks(post)


async def test_deleting_or_editing_within_the_longer_hold_works_as_ever(world: World, eventually: Eventually) -> None:
    """The edit is what leaves, what is deleted does not, and pressing about it says so."""
    card = await opened(world)
    post = await both_answer(world, card, eventually)
    await world.play.edit(BEN, CHANNEL, post.ts, "At noon")
    other = await reply(world, card, "Never mind", BEN)
    await eventually(lambda: len(whispers(world, BEN)) == 2)
    await world.play.delete(BEN, CHANNEL, other.ts)
    await world.play.press(BEN, CHANNEL, asked(world), "send_at_once")
    assert "taken back" in whispers(world, BEN)[-1]
    pass_time(world, seconds=31)
    await eventually(lambda: received(world)[1:] == ["At noon"])


async def test_nobody_is_asked_about_their_own_or_an_old_answer(world: World, eventually: Eventually) -> None:
    """Nor about another customer's, a note, or what was taken back."""
    card, other = await opened(world), await opened(world, BOB)
    await reply(world, card, "One")
    await reply(world, card, "Two")
    await reply(world, other, "Hello Bob", BEN)
    await reply(world, other, "// a note", CHLOE)
    await eventually(lambda: (received(world), received(world, BOB)) == (["One", "Two"], ["Hello Bob"]))
    pass_time(world, seconds=31)
    await reply(world, card, "Three", BEN)
    await eventually(lambda: received(world)[2:] == ["Three"])
    assert not any("just answered" in one for user in (ANA, BEN, CHLOE) for one in whispers(world, user))


async def test_two_who_answer_in_turn_do_not_hold_each_other_for_ever(world: World, eventually: Eventually) -> None:
    """Each waits its thirty seconds, in the order of the thread."""
    card = await opened(world)
    await reply(world, card, "One")
    for who, text, asked_before in ((BEN, "Two", 0), (ANA, "Three", 0), (BEN, "Four", 1)):
        pass_time(world, seconds=10)
        await reply(world, card, text, who)
        await eventually(partial(is_asked, world, who, asked_before + 1))
    await eventually(lambda: received(world) == ["One"])
    pass_time(world, seconds=21)
    await eventually(lambda: received(world) == ["One", "Two"])
    pass_time(world, seconds=10)
    await eventually(lambda: received(world) == ["One", "Two", "Three"])
    pass_time(world, seconds=10)
    await eventually(lambda: received(world) == ["One", "Two", "Three", "Four"])


async def test_the_owner_is_told_when_somebody_else_has_answered(world: World, eventually: Eventually) -> None:
    """Once until they write there again, and once an hour; never of a note or of what did not go."""
    card = await opened(world)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await reply(world, card, "// she is on it", BEN)
    await reply(world, card, "It is", BEN)
    await eventually(lambda: HELPED in lines(world, card))
    await reply(world, card, "Come by", BEN)
    await eventually(lambda: len(received(world)) == 2)
    pass_time(world, minutes=61)
    await reply(world, card, "Are you there?", BEN)
    await eventually(lambda: len(received(world)) == 3)
    await reply(world, card, "// thank you")
    pass_time(world, minutes=1)
    await reply(world, card, "Still there?", BEN)
    await eventually(lambda: lines(world, card).count(HELPED) == 2)
    await reply(world, card, "// I have it")
    await reply(world, card, "One more", BEN)
    await eventually(lambda: len(received(world)) == 5)
    await world.play.quiet()
    assert lines(world, card).count(HELPED) == 2


async def test_a_new_owner_is_told_anew(world: World, eventually: Eventually) -> None:
    """What the owner before was told is not what they know."""
    card = await opened(world)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await reply(world, card, "It is", BEN)
    await eventually(lambda: HELPED in lines(world, card))
    await world.play.choose(ANA, CHANNEL, card.ts, "assign", CHLOE)
    await reply(world, card, "Come by", BEN)
    await eventually(lambda: f"<@{CHLOE}>, Ben answered here." in lines(world, card))
