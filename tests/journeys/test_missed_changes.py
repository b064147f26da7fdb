"""What a rep took back while nobody listened is read back, too: it is not sent, whoever presses."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL
from tests.conftest import Eventually, Start
from tests.journeys.downtime import is_read, pass_time
from tests.journeys.scene import line, opened, received, reply, whispers
from tests.journeys.screen import ANA, BEN

pytestmark = pytest.mark.usefixtures("soon", "hurried")


@pytest.mark.parametrize("change", ["delete", "note"])
async def test_what_its_author_took_back_unheard_is_not_sent_again(
    start: Start, play: Playground, eventually: Eventually, change: str
) -> None:
    """Nobody knows whether it left; it is deleted, or made a note, while nobody listens: `Send again` sends nothing."""
    async with start() as world:
        card = await opened(world)
        play.faults.drop("twilio.messages.create")
        post = await reply(world, card, "Come")
        asked = await eventually(lambda: line(world, card, "could not find out whether this text went out"))
        await play.quiet()
    pass_time(play, minutes=10)
    if change == "delete":
        await play.delete(ANA, CHANNEL, post.ts)
    else:
        await play.edit(ANA, CHANNEL, post.ts, "// never mind")
    async with start() as world:
        await eventually(lambda: is_read(world))
        await play.press(BEN, CHANNEL, asked.ts, "send_again")
        await eventually(lambda: whispers(world, BEN))
        await play.quiet()
        assert received(world) == []
