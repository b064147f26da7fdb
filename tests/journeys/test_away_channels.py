"""The bot was not in a channel for a while: what was written there meanwhile counts once it is invited again."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL
from playground.world import BOT_USER
from tests.conftest import Eventually, Start
from tests.journeys.downtime import RECOVERED, is_read, pass_time
from tests.journeys.scene import DELIVERED, lines, marks, opened, received, reply
from tests.journeys.screen import ANA

pytestmark = pytest.mark.usefixtures("soon", "hurried")


async def test_replies_are_sent_once_it_is_back(start: Start, play: Playground, eventually: Eventually) -> None:
    """Nobody noticed that it was removed: what was written meanwhile goes out, before what is written then, once."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
        await play.leave(BOT_USER, CHANNEL)
        post = await reply(world, card, "It is ready")
        pass_time(play, minutes=30)
        await play.join(BOT_USER, CHANNEL)
        await reply(world, card, "See you")
        await eventually(lambda: received(world) == ["It is ready", "See you"])
        await eventually(lambda: marks(post) >= {DELIVERED, RECOVERED})
        await play.quiet()
    async with start() as world:
        await eventually(lambda: is_read(world))
        await play.quiet()
        assert received(world) == ["It is ready", "See you"]


async def test_readings_meanwhile_do_not_pass_over_it(start: Start, play: Playground, eventually: Eventually) -> None:
    """The threads were read while it was away, also at a start: what they could not show is read afterwards."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
    pass_time(play, minutes=5)
    await play.leave(BOT_USER, CHANNEL)
    await play.post(ANA, CHANNEL, "It is ready", thread_ts=card.ts)
    for _ in range(2):
        pass_time(play, minutes=5)
        async with start() as world:
            await eventually(lambda: is_read(world))
            assert received(world) == []
    await play.join(BOT_USER, CHANNEL)
    async with start() as world:
        await eventually(lambda: received(world) == ["It is ready"])


@pytest.mark.parametrize("starts_between", [False, True])
async def test_whoever_listened_meanwhile_reads_from_before(
    start: Start, play: Playground, eventually: Eventually, *, starts_between: bool
) -> None:
    """Socket Mode: all events seemed to come while it was away, since Slack sends none of such a channel."""
    token = play.settings.app_token
    async with start(slack_app_token=token) as world:
        await eventually(lambda: play.sockets.live)
        card = await opened(world)
        await eventually(lambda: is_read(world))
        await play.leave(BOT_USER, CHANNEL)
        await reply(world, card, "It is ready")
        pass_time(play, minutes=30)
        await world.bridge.threads.keep_up()
        if not starts_between:
            await play.join(BOT_USER, CHANNEL)
            await eventually(lambda: received(world) == ["It is ready"])
    if starts_between:
        async with start(slack_app_token=token) as world:
            await eventually(lambda: play.sockets.live)
            await eventually(lambda: is_read(world))
            await play.join(BOT_USER, CHANNEL)
            await eventually(lambda: received(world) == ["It is ready"])


async def test_what_is_old_by_then_is_asked(start: Start, play: Playground, eventually: Eventually) -> None:
    """It was away for hours: the thread asks, and customers have nothing that is out of date."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
        await play.leave(BOT_USER, CHANNEL)
        await reply(world, card, "Come at five")
        pass_time(play, hours=3)
        await play.join(BOT_USER, CHANNEL)
        await eventually(lambda: any("more than an hour ago" in line for line in lines(world, card)))
        assert received(world) == []


async def test_a_held_reply_that_was_deleted_meanwhile_stays(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Its author took it back while the bot could not hear of it, and before the hold was over."""
    async with start(reply_hold_seconds=300) as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
        post = await reply(world, card, "Oops")
        await play.leave(BOT_USER, CHANNEL)
        await play.delete(ANA, CHANNEL, post.ts)
        await play.join(BOT_USER, CHANNEL)
        await reply(world, card, "Good morning")
        await eventually(lambda: is_read(world))
        pass_time(play, minutes=6)
        world.bridge.courier.wake()
        await eventually(lambda: received(world) == ["Good morning"])


async def test_a_permission_comes_back(start: Start, play: Playground, eventually: Eventually) -> None:
    """Slack refused to show the channel at a start, and shows it at the next one."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
    await play.post(ANA, CHANNEL, "It is ready", thread_ts=card.ts)
    play.faults.answer("conversations.history", error="missing_scope", times=None)
    async with start() as world:
        await eventually(lambda: is_read(world))
    play.faults.clear()
    pass_time(play, minutes=30)
    async with start() as world:
        await eventually(lambda: received(world) == ["It is ready"])
