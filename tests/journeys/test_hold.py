"""A reply can be taken back and changed until it is handed to Twilio."""

from playground.seed import CHANNEL, NUMBER
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import (
    NOTE,
    lines,
    marks,
    opened,
    pass_time,
    received,
    reply,
    shape,
    sms,
    unheard,
    waits,
    whispers,
)
from tests.journeys.screen import ALICE, ANA, BEN


async def test_the_hold_ends_by_itself(start: Start, eventually: Eventually) -> None:
    """With a hold of a second the reply leaves a second after it was written, by itself."""
    async with start(reply_hold_seconds=1) as world:
        card = await opened(world)
        post = await reply(world, card, "In a moment")
        [text] = await eventually(lambda: sms(world))
        assert text.at - float(post.ts) >= 1


async def test_deleting_within_the_hold_sends_nothing(start: Start, eventually: Eventually) -> None:
    """A reply deleted in time never leaves, and the customer waits again; the next one is not harmed."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        post = await reply(world, card, "Oh no")
        await eventually(lambda: not waits(card))
        await world.play.delete(ANA, CHANNEL, post.ts)
        await eventually(lambda: waits(card))
        await reply(world, card, "That is better")
        pass_time(world, seconds=61)
        await eventually(lambda: received(world) == ["That is better"])
        assert lines(world, card) == []
        assert whispers(world, ANA) == []


async def test_editing_within_the_hold_changes_what_is_sent(start: Start, eventually: Eventually) -> None:
    """The newest wording leaves, once; edits that Slack tells of late or twice change nothing."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        post = await reply(world, card, "At *nein*")
        before = shape(world, post)
        with unheard(world):
            await world.play.edit(ANA, CHANNEL, post.ts, "At ten")
        old = world.play.slack.changed_event(post, before)
        await world.play.edit(ANA, CHANNEL, post.ts, "At *nine*")
        await world.play.event(old)
        await world.play.event(old)
        pass_time(world, seconds=61)
        await eventually(lambda: received(world) == ["At nine"])


async def test_an_edit_can_make_a_note_of_a_held_reply(start: Start, eventually: Eventually) -> None:
    """With `//` before it, or a colleague in it, it stays inside; so does one that became too long, which is said."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        first, second = await reply(world, card, "He is rude"), await reply(world, card, "Can you help?")
        third = await reply(world, card, "Long")
        await world.play.edit(ANA, CHANNEL, first.ts, "// He is rude")
        await world.play.edit(ANA, CHANNEL, second.ts, "Can you help <@U0BEN>?")
        await world.play.edit(ANA, CHANNEL, third.ts, "x" * 1601)
        await reply(world, card, "We are on it")
        pass_time(world, seconds=61)
        await eventually(lambda: received(world) == ["We are on it"])
        await eventually(lambda: NOTE in marks(first) and NOTE in marks(second))
        await eventually(lambda: any("1,601 characters" in line for line in lines(world, card)))


async def test_an_edit_that_arrives_before_its_message_is_applied(start: Start, eventually: Eventually) -> None:
    """Slack's events come in any order: the newest of two early edits is what is sent, and a late older one is not."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        with unheard(world):
            post = await reply(world, card, "First &amp; worst")
            written, before = world.play.slack.message_event(post), shape(world, post)
            await world.play.edit(ANA, CHANNEL, post.ts, "Second")
            second = world.play.slack.changed_event(post, before)
            await world.play.edit(ANA, CHANNEL, post.ts, "Third *best* &amp; last")
            third = world.play.slack.changed_event(post, before)
        for event in (third, written, second):
            await world.play.event(event)
        pass_time(world, seconds=61)
        await eventually(lambda: received(world) == ["Third best & last"])


async def test_an_early_edit_can_make_a_note(start: Start, eventually: Eventually) -> None:
    """The edit that adds `note:` comes before its message: nothing is sent."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        with unheard(world):
            post = await reply(world, card, "Careful with this one")
            written, before = world.play.slack.message_event(post), shape(world, post)
            await world.play.edit(ANA, CHANNEL, post.ts, "note: Careful with this one")
            edited = world.play.slack.changed_event(post, before)
        for event in (edited, written):
            await world.play.event(event)
        await reply(world, card, "Hello")
        pass_time(world, seconds=61)
        await eventually(lambda: received(world) == ["Hello"])
        await eventually(lambda: NOTE in marks(post))


async def test_a_deletion_that_arrives_before_its_message_is_applied(start: Start, eventually: Eventually) -> None:
    """Nothing is sent, and nothing is said; not even when an edit comes behind it."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        with unheard(world):
            post = await reply(world, card, "Never mind")
            written, before = world.play.slack.message_event(post), shape(world, post)
            await world.play.edit(ANA, CHANNEL, post.ts, "Never, never mind")
            edited = world.play.slack.changed_event(post, before)
            await world.play.delete(ANA, CHANNEL, post.ts)
        for event in (world.play.slack.changed_event(post, before, "message_deleted"), edited, written):
            await world.play.event(event)
        await reply(world, card, "Hello")
        pass_time(world, seconds=61)
        await eventually(lambda: received(world) == ["Hello"])


async def test_what_has_left_cannot_be_changed_and_the_author_is_told(world: World, eventually: Eventually) -> None:
    """An edit or deletion after the text has left does not reach the customer; its author alone hears so."""
    card = await opened(world)
    first = await reply(world, card, "At ten")
    pass_time(world, minutes=1)
    second = await reply(world, card, "Bring cash", BEN)
    await eventually(lambda: received(world) == ["At ten", "Bring cash"])
    await world.play.edit(ANA, CHANNEL, first.ts, "At nine")
    await eventually(lambda: any("wording from before the edit" in words for words in whispers(world, ANA)))
    await world.play.delete(BEN, CHANNEL, second.ts)
    await eventually(lambda: any("the customer has it" in words for words in whispers(world, BEN)))
    assert (len(whispers(world, ANA)), len(whispers(world, BEN))) == (1, 1)
    assert lines(world, card) == [f"<@{ANA}>, Ben answered here."]
    assert received(world) == ["At ten", "Bring cash"]


async def test_held_replies_leave_in_the_order_in_which_they_were_written(start: Start, eventually: Eventually) -> None:
    """Slack tells of them the other way round; the customer reads them in the order of the thread."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        with unheard(world):
            posts = [await reply(world, card, text) for text in ("One", "Two", "Three")]
        for post in reversed(posts):
            await world.play.event(world.play.slack.message_event(post))
        pass_time(world, seconds=61)
        await eventually(lambda: len(received(world)) == 3)
        assert received(world) == ["One", "Two", "Three"]


async def test_a_held_reply_keeps_nothing_else_waiting(start: Start, eventually: Eventually) -> None:
    """While a reply is held the customer's next text is shown, and a restart does not lose the reply."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        await reply(world, card, "Held over a restart")
        await world.play.text(ALICE, NUMBER, "Anybody?")
        await eventually(lambda: len(world.thread(card.ts)) == 2)
        assert received(world) == []
    async with start(reply_hold_seconds=60) as world:
        await world.play.quiet()
        assert received(world) == []
        pass_time(world, seconds=61)
        await eventually(lambda: received(world) == ["Held over a restart"])
