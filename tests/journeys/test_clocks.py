"""Clocks differ between machines, and one may be wrong for a while: nothing is doubled or lost for that."""

from datetime import UTC, datetime, timedelta

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from storage import database
from tests.conftest import Eventually, Start, World, run_bridge
from tests.journeys.downtime import is_read, pass_time, texts
from tests.journeys.scene import opened, quoted, received, reply, unheard
from tests.journeys.screen import ALICE

pytestmark = pytest.mark.usefixtures("soon", "hurried")


@pytest.mark.parametrize("seconds", [100, -100])
async def test_a_post_is_recognised_by_a_database_whose_clock_is_wrong(
    play: Playground, database_url: str, eventually: Eventually, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """The answer to a post is lost: it is found in Slack although it seems to be older than its attempt."""
    wrong = {dialect: f"{seconds} + {clock}" for dialect, clock in database._CLOCKS.items()}
    monkeypatch.setattr(database, "_CLOCKS", wrong)
    async with run_bridge(play, database_url) as world:
        card = await opened(world)
        play.faults.drop("chat.postMessage", after_effect=True)
        await play.text(ALICE, NUMBER, "Once")
        await eventually(lambda: any(call.method == "conversations.replies" for call in play.calls))
        await play.text(ALICE, NUMBER, "Next")
        await eventually(lambda: ["Next"] in [quoted(post) for post in world.thread(card.ts)])
        assert [quoted(post) for post in play.thread(CHANNEL, card.ts)[1:]] == [["Once"], ["Next"]]


def _set_clock(world: World, monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    """Our machine's clock alone is ahead of everybody else's."""
    monkeypatch.setattr(world.clock, "now", lambda: datetime.fromtimestamp(world.play.world.now(), UTC) + ahead)


@pytest.mark.parametrize("ahead", [timedelta(minutes=4), timedelta(hours=3)])
async def test_what_was_missed_is_found_although_our_clock_was_ahead(
    start: Start, play: Playground, eventually: Eventually, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    """It is ahead while we read back, and right again by the next time: a text and a reply in between are not lost."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
        pass_time(play, hours=1)
        _set_clock(world, monkeypatch, ahead)
        await _read(world, eventually)
        _set_clock(world, monkeypatch, timedelta())
        pass_time(play, seconds=10)
        with unheard(world):
            await play.text(ALICE, NUMBER, "Hello?")
            await reply(world, card, "Come at five")
        pass_time(play, minutes=30)
        await _read(world, eventually)
        await eventually(lambda: texts(world, card) == ["Hello?"])
        await eventually(lambda: received(world) == ["Come at five"])


async def _read(world: World, eventually: Eventually) -> None:
    """What the schedule does every now and then."""
    await world.bridge.texts.read_due()
    seen = len(_readings(world))
    await world.bridge.threads.keep_up()
    await eventually(lambda: len(_readings(world)) > seen)
    await world.play.quiet()


def _readings(world: World) -> list[str]:
    return [call.method for call in world.play.calls if call.method == "conversations.history"]
