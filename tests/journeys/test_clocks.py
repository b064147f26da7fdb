"""Clocks differ between machines: nothing is doubled for that."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from storage import database
from tests.conftest import Eventually, run_bridge
from tests.journeys.scene import opened, quoted
from tests.journeys.screen import ALICE

pytestmark = pytest.mark.usefixtures("soon")


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
