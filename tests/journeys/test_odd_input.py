"""What nobody expects to come in: it is taken as well as can be, and loses no text."""

import asyncio

import pytest

from playground.seed import NUMBER
from tests.conftest import Eventually, World
from tests.journeys.scene import opened, quoted, received, reply
from tests.journeys.screen import ALICE, BOB


@pytest.mark.parametrize("count", ["x", "-1", "", "2 ", "99999999999"])
async def test_a_strange_count_of_pictures_keeps_no_text_out(world: World, eventually: Eventually, count: str) -> None:
    """Twilio's count is no number, or a mad one: the text is shown all the same."""
    await world.play.text(ALICE, NUMBER, "Look at this", NumMedia=count)
    card = await eventually(lambda: next(iter(world.roots()), None))
    assert quoted(card) == ["Look at this"]


async def test_characters_that_no_database_holds_keep_nothing_back(world: World, eventually: Eventually) -> None:
    """NUL and half an emoji, in a text and in a reply: what is readable arrives."""
    card = await opened(world, body="Is\0 it ready?")
    assert quoted(card) == ["Is it ready?"]
    await reply(world, card, "Y\0es \ud83d!")
    await eventually(lambda: received(world) == ["Yes ?!"])


async def test_a_request_that_cannot_be_stored_harms_no_neighbour(world: World, eventually: Eventually) -> None:
    """Of two that are stored together one is refused by the database: the other is taken in."""
    await opened(world)
    answers = await asyncio.gather(
        world.bridge.intake.take("twilio.inbound", "broken", {"Body": object()}),
        world.play.text(BOB, NUMBER, "And mine?"),
        return_exceptions=True,
    )
    assert isinstance(answers[0], Exception)
    await eventually(lambda: len(world.roots()) == 2)
