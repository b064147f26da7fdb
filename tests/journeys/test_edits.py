"""A reply is changed after a try to send it has begun: what leaves is what its author wants, or they are told."""

from typing import Any

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL
from playground.world import Post
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import NOTE, line, marks, opened, received, reply, waits, whispers
from tests.journeys.screen import ANA, BEN

SEND = "twilio.messages.create"
PATIENCE = {"code": 20429, "message": "Too Many Requests", "status": 429}
REFUSED = {"code": 20003, "message": "Authenticate", "status": 401}
PERHAPS = "nobody knows whether this text had already left"

pytestmark = pytest.mark.usefixtures("soon")


async def _trying(world: World, body: str, *, status: int = 429, refusal: Any = PATIENCE) -> tuple[Any, Post]:
    """A reply that Twilio takes a moment to refuse: the card and the reply, while it does."""
    card = await opened(world)
    slow = world.play.faults.delay(SEND, 1.5, times=1)
    world.play.faults.answer(SEND, status, body=refusal)
    post = await reply(world, card, body)
    await world.play.until(lambda: slow.times == 0)
    return card, post


async def test_an_edit_between_two_tries_is_what_is_sent(world: World, eventually: Eventually) -> None:
    """Twilio asks for patience while the author corrects a price: the customer has only the right one."""
    _, post = await _trying(world, "It is 10 dollars")
    await world.play.edit(ANA, CHANNEL, post.ts, "It is 100 dollars")
    await world.play.edit(ANA, CHANNEL, post.ts, "It is *110* dollars")
    await eventually(lambda: received(world) == ["It is 110 dollars"])
    await world.play.quiet()
    assert whispers(world, ANA) == []


async def test_what_became_a_note_between_two_tries_is_not_sent(world: World, eventually: Eventually) -> None:
    """It is kept as a note, and the next reply does not wait for it."""
    card, post = await _trying(world, "She is difficult")
    await world.play.edit(ANA, CHANNEL, post.ts, "// She is difficult")
    await eventually(lambda: NOTE in marks(post))
    await eventually(lambda: any("Kept as a note" in one for one in whispers(world, ANA)))
    await eventually(lambda: waits(world.roots()[0]))
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])


async def test_what_became_too_long_between_two_tries_is_not_sent(world: World, eventually: Eventually) -> None:
    """The thread says so; shortened once more, it is sent."""
    card, post = await _trying(world, "Yes")
    await world.play.edit(ANA, CHANNEL, post.ts, "Yes" * 600)
    await eventually(lambda: line(world, card, "1,800 characters"))
    await world.play.edit(ANA, CHANNEL, post.ts, "Yes, yes")
    await eventually(lambda: received(world) == ["Yes, yes"])


async def test_retry_sends_what_was_edited_during_a_refused_try(world: World, eventually: Eventually) -> None:
    """Twilio refuses it for good after the edit: Retry sends the newest wording."""
    card, post = await _trying(world, "Wrong", status=401, refusal=REFUSED)
    await world.play.edit(ANA, CHANNEL, post.ts, "Right")
    failed = await eventually(lambda: line(world, card, "❗"))
    await world.play.press(BEN, CHANNEL, failed.ts, "retry")
    await eventually(lambda: received(world) == ["Right"])


@pytest.mark.parametrize("how", ["deleted", "a note"])
async def test_retry_of_what_was_taken_back_during_a_refused_try(
    world: World, eventually: Eventually, how: str
) -> None:
    """Nobody wants it any more: nothing is sent, and whoever presses is told why."""
    card, post = await _trying(world, "Wrong", status=401, refusal=REFUSED)
    await _take_back(world, post, how)
    failed = await eventually(lambda: line(world, card, "❗"))
    await world.play.press(BEN, CHANNEL, failed.ts, "retry")
    await eventually(lambda: any("taken back" in one for one in whispers(world, BEN)))
    await world.play.quiet()
    assert line(world, card, "tries this text again") is None
    assert received(world) == []


async def test_an_edit_on_its_way_is_told_once_the_old_words_have_left(world: World, eventually: Eventually) -> None:
    """The call is under way and succeeds: the author hears that the customer has the old wording, when that is so."""
    card = await opened(world)
    held = world.play.faults.hold(SEND)
    post = await reply(world, card, "Wrong")
    await eventually(lambda: held.held == 1)
    await world.play.edit(ANA, CHANNEL, post.ts, "// Right")
    await world.play.quiet()
    assert whispers(world, ANA) == []
    held.release()
    await eventually(lambda: any("wording from before the edit" in one for one in whispers(world, ANA)))
    assert received(world) == ["Wrong"]
    assert NOTE not in marks(post)


async def test_an_edit_of_what_is_only_looked_for_is_what_is_sent(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """After a restart Twilio is asked first whether an old reply has left; it is edited before Twilio answers."""
    async with start(reply_hold_seconds=400) as world:
        card = await opened(world)
        post = await reply(world, card, "Wrong")
        await play.quiet()
    play.world.ahead += 900
    held = play.faults.hold("twilio.messages.list", times=None)
    async with start() as world:
        await eventually(lambda: held.held)
        await play.edit(ANA, CHANNEL, post.ts, "Right")
        await play.quiet()
        held.release()
        await eventually(lambda: received(world) == ["Right"])
        await play.quiet()
        assert whispers(world, ANA) == []


async def _uncertain(world: World, eventually: Eventually) -> tuple[Any, Post, Any]:
    """A reply of which nobody knows whether it left: the card, the reply and the line that asks."""
    card = await opened(world)
    world.play.faults.drop(SEND)
    post = await reply(world, card, "Come at five")
    asked = await eventually(lambda: line(world, card, "could not find out"))
    return card, post, asked


async def _take_back(world: World, post: Post, how: str) -> None:
    if how == "deleted":
        await world.play.delete(ANA, CHANNEL, post.ts)
    else:
        await world.play.edit(ANA, CHANNEL, post.ts, "// never mind")


@pytest.mark.parametrize("how", ["deleted", "a note"])
async def test_send_again_of_what_was_taken_back_sends_nothing(world: World, eventually: Eventually, how: str) -> None:
    """The author is told that nobody knows; whoever presses, that it was taken back; the thread says nothing."""
    card, post, asked = await _uncertain(world, eventually)
    await _take_back(world, post, how)
    await eventually(lambda: any(PERHAPS in one for one in whispers(world, ANA)))
    await world.play.press(BEN, CHANNEL, asked.ts, "send_again")
    await eventually(lambda: any("taken back" in one for one in whispers(world, BEN)))
    await world.play.quiet()
    assert line(world, card, "sent this text again") is None
    assert received(world) == []


async def test_send_again_sends_the_newest_wording(world: World, eventually: Eventually) -> None:
    """Nobody knows whether the old wording left; what is sent again is what stands there now."""
    _, post, asked = await _uncertain(world, eventually)
    await world.play.edit(ANA, CHANNEL, post.ts, "Come at six")
    await eventually(lambda: any(PERHAPS in one for one in whispers(world, ANA)))
    await world.play.press(BEN, CHANNEL, asked.ts, "send_again")
    await eventually(lambda: received(world) == ["Come at six"])


async def test_the_author_hears_when_what_they_deleted_arrived(world: World, eventually: Eventually) -> None:
    """Somebody knows that the customer has it: now the author is told that it is so."""
    card, post, asked = await _uncertain(world, eventually)
    await world.play.delete(ANA, CHANNEL, post.ts)
    await eventually(lambda: any(PERHAPS in one for one in whispers(world, ANA)))
    assert not any("the customer has it" in one for one in whispers(world, ANA))
    await world.play.press(BEN, CHANNEL, asked.ts, "it_arrived")
    await eventually(lambda: line(world, card, "says that this text arrived"))
    await eventually(lambda: any("the customer has it" in one for one in whispers(world, ANA)))
