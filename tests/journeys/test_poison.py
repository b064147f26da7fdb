"""What Slack takes in no form is said in plain words, counted, and keeps nobody waiting."""

from dataclasses import replace
from datetime import datetime

import pytest

from desk.delivery import Settled
from playground.seed import CHANNEL, NUMBER
from storage.claims import Claimed
from storage.database import Session
from storage.states import Kind
from tests.conftest import Eventually, World
from tests.journeys.scene import line, opened, pass_time, quoted, received, reply
from tests.journeys.screen import ALICE, ANA, BEN, BOB, told

POST = "chat.postMessage"


async def health(world: World, by: str = ANA) -> str:
    """What `/sms health` tells somebody."""
    await world.play.command(by, CHANNEL, "/sms", "health")
    return told(world.play, by)


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long"])
async def test_a_text_that_slack_refuses_is_told_and_delays_nobody(
    world: World, eventually: Eventually, error: str
) -> None:
    """The thread says that there was one, when it came and where it can be read; the next one is shown."""
    card = await opened(world)
    world.play.faults.answer(POST, error=error, times=2)
    poison = await world.play.text(ALICE, NUMBER, "Poison")
    told_ = await eventually(lambda: line(world, card, "A text of the customer could not be shown here"))
    assert "because Slack refused it. It came in <!date^" in told_.text
    assert told_.text.endswith(f"Read it in Twilio's console: {poison.sid}.")
    await world.play.text(ALICE, NUMBER, "Is anybody there?")
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)] == [[], ["Is anybody there?"]])
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])
    shown = await health(world)
    assert "1 post could not be shown: Slack refused what we drew of it" in shown
    assert "(415) 555-0123" in shown
    assert "Poison" not in shown


@pytest.mark.usefixtures("soon")
async def test_a_refusal_that_nobody_has_heard_of_holds_a_text_up_for_some_tries_only(
    world: World, eventually: Eventually
) -> None:
    """Slack says no in a word of its own, again and again: the thread says so, and the next text is shown."""
    card = await opened(world)
    world.play.faults.answer(POST, error="cannot_reply_to_message", times=5)
    await world.play.text(ALICE, NUMBER, "Odd")
    await eventually(lambda: line(world, card, "A text of the customer could not be shown here"))
    await world.play.text(ALICE, NUMBER, "Is anybody there?")
    await eventually(lambda: quoted(world.thread(card.ts)[-1]) == ["Is anybody there?"])


async def test_what_follows_from_a_post_may_fail_without_holding_up_its_channel(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text is posted, but what is to be written down then cannot be: the others in the channel are shown."""
    await opened(world)
    effect = world.bridge.courier.effects[Kind.TEXT]
    unlucky: list[object] = []

    async def settle(session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
        unlucky.append(unlucky or claimed.delivery.id)
        if claimed.delivery.id == unlucky[0]:
            raise ValueError("no such luck")

    changed = {**world.bridge.courier.effects, Kind.TEXT: replace(effect, settle=settle)}
    monkeypatch.setattr(world.bridge.courier, "effects", changed)
    await world.play.text(ALICE, NUMBER, "First")
    await eventually(lambda: unlucky)
    await world.play.text(BOB, NUMBER, "Hello")
    other = await eventually(lambda: world.roots()[1] if len(world.roots()) == 2 else None)
    await world.play.text(BOB, NUMBER, "Anybody?")
    await eventually(lambda: [quoted(post) for post in world.thread(other.ts)] == [["Anybody?"]])


async def test_a_refused_card_leaves_a_plain_one_to_go_on_below(world: World, eventually: Eventually) -> None:
    """The thread has a root all the same: what comes behind it is shown, replies go out, and a redraw heals it."""
    world.play.faults.answer(POST, error="invalid_blocks", times=2)
    world.play.faults.answer("chat.update", error="invalid_blocks")
    poison = await world.play.text(ALICE, NUMBER, "Poison")
    await world.play.text(ALICE, NUMBER, "Second")
    [card] = await eventually(world.roots)
    assert poison.sid in card.text
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)] == [["Second"]])
    await reply(world, card, "Hello")
    await eventually(lambda: received(world) == ["Hello"])
    await eventually(lambda: "Owner: Ana" in str(card.blocks))
    assert "1 post could not be shown" in await health(world)


async def test_a_refused_line_is_told_once(world: World, eventually: Eventually) -> None:
    """And when even that is refused, nothing more is said: the conversation goes on."""
    card = await opened(world)
    world.play.faults.answer(POST, error="invalid_blocks", times=2)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await eventually(lambda: line(world, card, "Something that belongs here could not be shown"))
    world.play.faults.answer(POST, error="invalid_blocks", times=4)
    await world.play.press(BEN, CHANNEL, card.ts, "close")
    await world.play.press(BEN, CHANNEL, world.play.ephemerals(BEN)[-1].ts, "close_anyway")
    await world.play.text(ALICE, NUMBER, "Hello?")
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)][-1] == ["Hello?"])
    assert len([post for post in world.thread(card.ts) if "could not be shown" in post.text]) == 1


async def test_what_could_not_be_shown_matters_for_a_week(world: World, eventually: Eventually) -> None:
    """Or until the conversation is closed."""
    card = await opened(world)
    world.play.faults.answer(POST, error="invalid_blocks", times=2)
    await world.play.text(ALICE, NUMBER, "Poison")
    await eventually(lambda: line(world, card, "could not be shown"))
    assert "1 post could not be shown" in await health(world)
    pass_time(world, days=8)
    assert "All is well" in await health(world)


async def test_a_number_that_cannot_be_texted_shows_in_health(world: World, eventually: Eventually) -> None:
    """With Twilio's reason in words, while the conversation is open."""
    card = await opened(world)
    refusal = {"code": 21614, "message": "Not a mobile number", "status": 400}
    world.play.faults.answer("twilio.messages.create", 400, body=refusal)
    await reply(world, card, "Hello")
    await eventually(lambda: line(world, card, "This is not a mobile number"))
    shown = await health(world)
    assert "1 reply did not go out" in shown
    assert "(415) 555-0123>: This is not a mobile number" in shown
    await world.play.press(ANA, CHANNEL, card.ts, "close")
    await world.play.press(ANA, CHANNEL, world.play.ephemerals(ANA)[-1].ts, "close_anyway")
    assert "All is well" in await health(world)
