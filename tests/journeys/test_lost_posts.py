"""What a lost database had posted still stands in Slack after a restore, and is pressed: nobody else is concerned."""

from functools import partial
from typing import Any

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL
from tests.conftest import Eventually, Start
from tests.journeys.conftest import Backup
from tests.journeys.scene import line, lines, marks, opened, received, reply, whispers
from tests.journeys.screen import ANA, BEN, BOB, mine, words

AWAY = {"code": 20003, "message": "Authenticate", "status": 401}
OUT_OF_DATE = "What you pressed is being brought up to date, so nothing was done. Try again in a moment."

pytestmark = [
    pytest.mark.usefixtures("soon", "hurried"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


async def test_retry_sends_what_stands_above_it(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """Two replies had failed; the one to Bob is tried again, and Alice is not texted."""
    async with start() as world:
        [alice] = world.roots()
        bob = await opened(world, BOB, "Hello?")
        play.faults.answer("twilio.messages.create", 401, body=AWAY, times=2)
        for card, text in ((bob, "For Bob"), (alice, "For Alice")):
            await reply(world, card, text)
            await eventually(partial(line, world, card, "❗"))
        await play.quiet(0.3)
    failed = line(world, bob, "❗")
    yesterday.restore()
    play.world.ahead += 300
    play.faults.answer("twilio.messages.create", 401, body=AWAY, times=2)
    async with start() as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        await eventually(lambda: len([call for call in play.calls if call.method == "twilio.messages.create"]) == 4)
        await play.quiet(0.3)
        await play.press(ANA, CHANNEL, failed.ts, "retry")
        await eventually(lambda: received(world, BOB) == ["For Bob"])
        await play.quiet()
        assert received(world) == []
        assert line(world, bob, "tries this text again")
        assert not line(world, alice, "tries this text again")


async def test_a_note_is_sent_to_nobody_else(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """The offer below Bob's note is about that note."""
    async with start() as world:
        [alice] = world.roots()
        bob = await opened(world, BOB, "Hello?")
        offers: list[Any] = []
        for card, text in ((bob, "// we can come at three"), (alice, "// difficult")):
            note = await reply(world, card, text)
            await eventually(lambda: len(play.ephemerals(ANA)) > len(offers))
            await eventually(partial(marks, note))
            offers.append(play.ephemerals(ANA)[-1])
    yesterday.restore()
    play.world.ahead += 300
    async with start() as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        await eventually(lambda: len(play.ephemerals(ANA)) == 4)
        await play.press(ANA, CHANNEL, offers[0].ts, "send_as_sms")
        await eventually(lambda: received(world, BOB) == ["we can come at three"])
        await play.quiet()
        assert received(world) == []


async def test_what_was_not_read_back_yet_is_not_sent(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """Who presses is told privately, and nothing is sent to anybody."""
    async with start() as world:
        bob = await opened(world, BOB, "Hello?")
        play.faults.answer("twilio.messages.create", 401, body=AWAY)
        await reply(world, bob, "For Bob")
        failed = await eventually(lambda: line(world, bob, "❗"))
        await play.quiet(0.3)
    yesterday.restore()
    play.world.ahead += 300
    play.faults.answer("twilio.messages.list", 503, times=None)
    async with start() as world:
        await play.press(ANA, CHANNEL, failed.ts, "retry")
        assert whispers(world, ANA) == [OUT_OF_DATE]
        await play.quiet()
        assert received(world, BOB) == []


async def test_a_card_acts_on_its_own_conversation(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """The card of the lost life has the number that another conversation has now: it waits until it is recognised."""
    async with start() as world:
        bob = await opened(world, BOB, "Hello?")
        await play.quiet(0.3)
    yesterday.restore()
    play.world.ahead += 300
    play.faults.answer("twilio.messages.list", 503, times=None)
    async with start() as world:
        carol = await opened(world, "+14155550125", "Anybody?")
        for action_id in ("claim", "close"):
            await play.press(ANA, CHANNEL, bob.ts, action_id)
        await play.choose(ANA, CHANNEL, bob.ts, "assign", BEN)
        assert whispers(world, ANA) == [OUT_OF_DATE] * 3
        assert lines(world, carol) == []
        play.faults.clear()
        await eventually(lambda: not world.bridge.threads._is_behind)

        async def is_claimed() -> bool:
            await play.press(ANA, CHANNEL, bob.ts, "claim")
            return OUT_OF_DATE not in whispers(world, ANA)[-1:]

        await play.until(is_claimed, timeout=20)
        await eventually(lambda: line(world, bob, "claimed"))
        assert "0124" in await mine(world, ANA)
        assert "0125" not in await mine(world, ANA)


async def test_a_row_acts_on_its_own_conversation(start: Start, play: Playground, yesterday: Backup) -> None:
    """A queue that was on the screen lists Bob under the number that Carol has now: the press does nothing to her."""
    async with start() as world:
        await opened(world, BOB, "Hello?")
        shown = await play.command(ANA, CHANNEL, "/unassigned")
        assert shown is not None
        await play.quiet(0.3)
    yesterday.restore()
    play.world.ahead += 300
    play.faults.answer("twilio.messages.list", 503, times=None)
    async with start() as world:
        carol = await opened(world, "+14155550125", "Anybody?")
        await play.press(ANA, CHANNEL, shown.ts, "claim", nth=1)
        assert OUT_OF_DATE in whispers(world, ANA)
        assert "0125" in words(shown.blocks)
        assert lines(world, carol) == []
        assert "0125" not in await mine(world, ANA)
