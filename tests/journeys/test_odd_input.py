"""What nobody expects to come in: it is taken as well as can be, and loses no text."""

import asyncio

import aiohttp
import pytest

from desk import errand
from playground.seed import CHANNEL, NUMBER
from tests.conftest import Eventually, World
from tests.journeys.scene import opened, pass_time, quoted, received, reply
from tests.journeys.screen import ALICE, BOB


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who could not be asked about is asked about again after moments."""
    monkeypatch.setattr(errand, "_FIRST_SECONDS", 0.05)


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


@pytest.mark.parametrize(("method", "path"), [("GET", "/twilio/inbound"), ("POST", "/twilio/other"), ("GET", "/")])
async def test_a_wrong_address_says_nothing_that_could_be_texted(world: World, method: str, path: str) -> None:
    """Twilio texts what an answer says to the customer; a webhook that was set up wrong gets an empty page."""
    async with (
        aiohttp.ClientSession() as client,
        client.request(method, f"{world.bridge.settings.public_url}{path}") as answer,
    ):
        assert answer.status in {404, 405}
        assert await answer.text() == ""


async def test_a_newcomer_is_asked_about_until_slack_answers(world: World, eventually: Eventually) -> None:
    """Somebody unknown replies while Slack cannot say who they are and gives up: the reply goes out later."""
    card = await opened(world)
    world.play.add_person("U0NEW", "Nina New")
    world.play.world.channels[CHANNEL].members.append("U0NEW")
    world.play.faults.answer("users.info", error="internal_error", times=5)
    await reply(world, card, "I am new here", "U0NEW")

    def sent() -> bool:
        pass_time(world, seconds=2)
        return received(world) == ["I am new here"]

    await eventually(sent)
