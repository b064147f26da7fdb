"""A reply that was missed leaves before one that an event has told since, however long it takes to be found."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL
from tests.conftest import Eventually, Start, World
from tests.journeys.downtime import is_read, pass_time
from tests.journeys.scene import LATE, marks, opened, received, reply, stuck, unheard
from tests.journeys.screen import ALICE, ANA, BEN, BOB

CAROL = "+14155550125"
HISTORY, REPLIES = "conversations.history", "conversations.replies"

pytestmark = pytest.mark.usefixtures("soon", "hurried")


@pytest.mark.parametrize("slow", [HISTORY, REPLIES])
async def test_after_a_restart(start: Start, play: Playground, eventually: Eventually, slow: str) -> None:
    """One was written while nobody listened, the next one right after the start, while Slack is slow to be read."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
    await play.post(ANA, CHANNEL, "One", thread_ts=card.ts)
    held = play.faults.hold(slow)
    async with start() as world:
        await eventually(lambda: held.held)
        await reply(world, card, "Two")
        await play.quiet()
        assert received(world) == []
        held.release()
        await eventually(lambda: received(world) == ["One", "Two"])


async def test_after_a_reconnect(start: Start, play: Playground, eventually: Eventually) -> None:
    """Slack had no connection to us when one was written, and has one again when the next one is."""
    async with start(slack_app_token=play.settings.app_token) as world:
        await eventually(lambda: play.sockets.live)
        card = await opened(world)
        await eventually(lambda: is_read(world))
        connecting, held = play.faults.hold("apps.connections.open"), play.faults.hold(HISTORY)
        await play.sockets.disconnect()
        await eventually(lambda: connecting.held)
        with unheard(world):
            await reply(world, card, "One")
        connecting.release()
        await eventually(lambda: held.held)
        await reply(world, card, "Two")
        await play.quiet()
        assert received(world) == []
        held.release()
        await eventually(lambda: received(world) == ["One", "Two"])


async def test_after_an_event_that_we_refused(
    world: World, play: Playground, database_url: str, eventually: Eventually
) -> None:
    """The database could not store one, nor when Slack told it again; it can store the next one."""
    card = await opened(world)
    await eventually(lambda: is_read(world))
    held = play.faults.hold(HISTORY)
    async with stuck(database_url):
        await reply(world, card, "One")
        await play.quiet()
    await eventually(lambda: held.held)
    await reply(world, card, "Two")
    await play.quiet()
    assert received(world) == []
    held.release()
    await eventually(lambda: received(world) == ["One", "Two"])


async def test_nobody_waits_for_a_thread_that_need_not_be_read(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """The roots tell that nobody wrote to Bob meanwhile: his reply goes at once, while Alice's thread is read."""
    async with start() as world:
        cards = [await opened(world, phone) for phone in (ALICE, BOB)]
        await eventually(lambda: is_read(world))
    pass_time(play, minutes=10)
    await play.post(ANA, CHANNEL, "One", thread_ts=cards[0].ts)
    held = play.faults.hold(REPLIES)
    async with start() as world:
        await eventually(lambda: held.held)
        await reply(world, cards[0], "Two")
        await reply(world, cards[1], "Hello Bob")
        await eventually(lambda: received(world, BOB) == ["Hello Bob"])
        assert received(world) == []
        held.release()
        await eventually(lambda: received(world) == ["One", "Two"])


async def test_a_thread_that_is_waited_for_is_read_first(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Something was missed in three threads; the one in which a new reply waits is read before those that are newer."""
    people = (ALICE, BOB, CAROL)
    async with start() as world:
        cards = [await opened(world, phone) for phone in people]
        await eventually(lambda: is_read(world))
    pass_time(play, minutes=10)
    for card in cards:
        await play.post(ANA, CHANNEL, "One", thread_ts=card.ts)
    held, before = play.faults.hold(HISTORY), len(play.calls)
    async with start() as world:
        await eventually(lambda: held.held)
        await reply(world, cards[0], "Two", BEN)
        await play.quiet()
        await world.bridge.intake.finish()  # it is stored, and may still wait for its turn
        held.release()
        await eventually(lambda: received(world) == ["One", "Two"])
        await eventually(lambda: is_read(world))
    read = [call.params["ts"] for call in play.calls[before:] if call.method == REPLIES]
    assert read[0] == cards[0].ts
    assert set(read) == {card.ts for card in cards}


async def test_the_wait_is_a_minute_at_most(start: Start, play: Playground, eventually: Eventually) -> None:
    """Slack cannot be read: the reply that we know of goes all the same, and its author has seen that it waits."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
    play.faults.answer("conversations.*", 503, times=None)
    async with start() as world:
        post = await reply(world, card, "Two")
        await play.quiet()
        pass_time(play, seconds=11)
        await eventually(lambda: LATE in marks(post))
        assert received(world) == []
        pass_time(play, seconds=50)
        await eventually(lambda: received(world) == ["Two"])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_another_replica_reads_the_thread(start: Start, play: Playground, eventually: Eventually) -> None:
    """The replica that has taken the reply cannot read Slack; the other one has, and lets it go."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
    await play.post(ANA, CHANNEL, "One", thread_ts=card.ts)
    held = play.faults.hold(HISTORY, times=1)
    async with start() as one:
        await eventually(lambda: held.held)
        await reply(one, card, "Two")
        await play.quiet()
        async with start():
            await eventually(lambda: received(one) == ["One", "Two"])
        held.release()


async def test_a_missed_reply_that_cannot_be_used_yet_still_goes_first(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """It is from somebody who joined meanwhile: the next one waits until the directory has heard of them, too."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
    play.connect(None)
    play.add_person("U0NORA", "Nora")
    await play.join("U0NORA", CHANNEL)
    await play.post("U0NORA", CHANNEL, "One", thread_ts=card.ts)
    directory, history = play.faults.hold("conversations.members", times=None), play.faults.hold(HISTORY)
    async with start() as world:
        await eventually(lambda: history.held)
        await reply(world, card, "Two")
        history.release()
        await eventually(lambda: is_read(world))
        await play.quiet()
        assert received(world) == []
        directory.release()
        await eventually(lambda: received(world) == ["One", "Two"])
