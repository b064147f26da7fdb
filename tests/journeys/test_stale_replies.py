"""A reply that could not leave for an hour is not sent by itself: the thread asks."""

from typing import Any

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from sms import gateway
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import line, marks, opened, pass_time, received, reply, waits, whispers
from tests.journeys.screen import ALICE, ANA, BEN, buttons, words

SEND = "twilio.messages.create"
PATIENCE = {"code": 20429, "message": "Too Many Requests", "status": 429}
ASKS = "written more than an hour ago"

pytestmark = pytest.mark.usefixtures("soon", "hurried")


async def _kept_back(world: World, eventually: Eventually, body: str = "Come at five") -> tuple[Any, Any, Any]:
    """Twilio could not take a reply for an hour: the card, the reply and the line that asks."""
    refusing = world.play.faults.answer(SEND, 429, body=PATIENCE, times=None)
    card = await opened(world)
    post = await reply(world, card, body)
    await eventually(lambda: any(call.method == SEND for call in world.play.calls))
    await eventually(lambda: not waits(world.roots()[0]))
    pass_time(world, minutes=61)
    asked = await eventually(lambda: line(world, card, ASKS))
    refusing.release()
    return card, post, asked


async def test_the_thread_asks_and_the_customer_waits(world: World, eventually: Eventually) -> None:
    """Its author is mentioned and sees what it was about; nothing is sent, and it answers nothing."""
    card, _, asked = await _kept_back(world, eventually)
    assert f"<@{ANA}>" in asked.text
    assert "Come at five" in words(asked.blocks)
    assert buttons(asked) == ["Send now", "Don't send"]
    await eventually(lambda: waits(world.roots()[0]))
    await world.play.quiet()
    assert received(world) == []
    await reply(world, card, "Next")
    await eventually(lambda: received(world) == ["Next"])


async def test_send_now_sends_it_once(world: World, eventually: Eventually) -> None:
    """The first press counts, whoever presses; the second is told who it was, and it is not asked about again."""
    card, _, asked = await _kept_back(world, eventually)
    await world.play.press(BEN, CHANNEL, asked.ts, "send_now")
    await eventually(lambda: received(world) == ["Come at five"])
    await eventually(lambda: line(world, card, f"<@{BEN}> sent this reply now."))
    for press in ("send_now", "dont_send"):
        await world.play.press(ANA, CHANNEL, asked.ts, press)
    await eventually(lambda: sum("Ben" in told and "Send now" in told for told in whispers(world, ANA)) == 2)
    await eventually(lambda: not waits(world.roots()[0]))
    await world.play.quiet()
    assert received(world) == ["Come at five"]


async def test_dont_send_settles_it(world: World, eventually: Eventually) -> None:
    """It is never sent, also not by a second press or by an edit; the customer still waits."""
    card, post, asked = await _kept_back(world, eventually)
    await world.play.press(ANA, CHANNEL, asked.ts, "dont_send")
    await eventually(lambda: line(world, card, f"<@{ANA}> decided not to send this reply."))
    await world.play.press(BEN, CHANNEL, asked.ts, "send_now")
    await eventually(lambda: any("Ana" in told and "Don't send" in told for told in whispers(world, BEN)))
    await world.play.edit(ANA, CHANNEL, post.ts, "Come at six")
    await world.play.quiet()
    assert received(world) == []
    assert waits(world.roots()[0])


async def test_an_edit_changes_what_send_now_sends(world: World, eventually: Eventually) -> None:
    """The reply is put right while the thread asks: what stands there is what is sent."""
    _, post, asked = await _kept_back(world, eventually)
    await world.play.edit(ANA, CHANNEL, post.ts, "Come at six")
    await world.play.press(ANA, CHANNEL, asked.ts, "send_now")
    await eventually(lambda: received(world) == ["Come at six"])


@pytest.mark.parametrize("how", ["deleted", "a note"])
async def test_what_was_taken_back_is_not_sent(world: World, eventually: Eventually, how: str) -> None:
    """Its author deletes the reply, or makes it a note: nobody can send it any more, and is told so."""
    _, post, asked = await _kept_back(world, eventually)
    if how == "deleted":
        await world.play.delete(ANA, CHANNEL, post.ts)
    else:
        await world.play.edit(ANA, CHANNEL, post.ts, "// never mind")
    for press in ("send_now", "dont_send"):
        await world.play.press(BEN, CHANNEL, asked.ts, press)
    await eventually(lambda: sum("taken back" in told for told in whispers(world, BEN)) == 2)
    await world.play.quiet()
    assert received(world) == []


async def test_who_stopped_meanwhile_is_not_texted(world: World, eventually: Eventually) -> None:
    """The customer has opted out since: Send now says so."""
    _, _, asked = await _kept_back(world, eventually)
    await world.play.text(ALICE, NUMBER, "STOP")
    await world.play.press(ANA, CHANNEL, asked.ts, "send_now")
    await eventually(lambda: any("opted out" in told for told in whispers(world, ANA)))
    assert received(world) == []


async def test_what_is_found_late_is_asked_about(start: Start, play: Playground, eventually: Eventually) -> None:
    """Replies were written while nobody listened: the one of two hours ago is asked about, the new one is sent."""
    async with start() as world:
        card = await opened(world)
    old = await play.post(ANA, CHANNEL, "Come at five", thread_ts=card.ts)
    note = await play.post(ANA, CHANNEL, "// nice", thread_ts=card.ts)
    play.world.ahead += 2 * 3600
    await play.post(BEN, CHANNEL, "Still there?", thread_ts=card.ts)
    async with start() as world:
        asked = await eventually(lambda: line(world, card, ASKS))
        await eventually(lambda: received(world) == ["Still there?"])
        await eventually(lambda: marks(note))
        assert marks(old) == set()
        await play.press(ANA, CHANNEL, asked.ts, "send_now")
        await eventually(lambda: received(world) == ["Still there?", "Come at five"])


async def test_what_waited_in_the_rows_is_asked_about(start: Start, play: Playground, eventually: Eventually) -> None:
    """A held reply was stored, and the bridge was down for hours before its hold was over."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        await reply(world, card, "Come at five")
    play.world.ahead += 3 * 3600
    async with start() as world:
        await eventually(lambda: line(world, card, ASKS))
        await play.quiet()
        assert received(world) == []


async def test_what_another_database_sent_is_not_asked_about(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """An old reply is found in the thread, and the very text at Twilio: it went out long ago, so nobody is asked."""
    async with start() as world:
        card = await opened(world)
        await play.quiet()
        settings = world.bridge.settings
    await play.post(ANA, CHANNEL, "Come at five", thread_ts=card.ts)
    twilio = gateway.open_client(settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_url)
    await twilio.messages.create_async(to=ALICE, from_=NUMBER, body="Come at five")
    await gateway.close_client(twilio)
    play.world.ahead += 2 * 3600
    async with start() as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        await eventually(lambda: not waits(world.roots()[0]))
        await play.quiet(0.5)
        assert line(world, card, ASKS) is None
        assert received(world) == ["Come at five"]
