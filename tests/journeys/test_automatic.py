"""What the bridge texts by itself is shown in the thread before it leaves, and answers nothing."""

from typing import Any

import pytest

from desk import composed
from playground.seed import CHANNEL, NUMBER
from storage import conversations, inboxes
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import (
    DELIVERED,
    line,
    lines,
    marks,
    opened,
    pass_time,
    quoted,
    received,
    reply,
    waits,
    whispers,
)
from tests.journeys.screen import ALICE, ANA

POST = "chat.postMessage"
BODY = "We are back at <nine> & happy to help."


async def _send_by_itself(world: World, card: Any, cause: str = "SM1", body: str = BODY) -> None:
    async with world.bridge.database.write() as session:
        thread = await conversations.find_thread(session, world.bridge.workspace.id, CHANNEL, card.ts)
        assert thread is not None
        conversation = await conversations.lock(session, thread.workspace_id, thread.conversation_id)
        inbox = await inboxes.get(session, conversation.workspace_id, conversation.inbox_id)
        await composed.compose(
            session,
            conversation,
            inbox,
            body=body,
            author=None,
            cause=cause,
            now=world.clock.now(),
        )


async def test_it_is_shown_sent_once_and_answers_nothing(start: Start, eventually: Eventually) -> None:
    """It is not held, bears the marks of a reply, mentions nobody, and the customer goes on waiting for a person."""
    async with start(reply_hold_seconds=600) as world:
        card = await opened(world)
        for _ in range(2):
            await _send_by_itself(world, card)
        await eventually(lambda: received(world) == [BODY])
        shown = await eventually(lambda: line(world, card, "Sent by itself"))
        assert quoted(shown) == [BODY]
        await eventually(lambda: DELIVERED in marks(shown))
        await world.play.quiet()
        assert received(world) == [BODY]
        assert waits(world.roots()[0])
        assert whispers(world, ANA) == []
        assert len(world.thread(card.ts)) == 1


async def test_an_answer_before_it_stands(world: World, eventually: Eventually) -> None:
    """A rep has answered; what the bridge sends after that does not make the customer wait again."""
    card = await opened(world)
    await reply(world, card, "It is")
    await eventually(lambda: not waits(world.roots()[0]))
    await _send_by_itself(world, card)
    await eventually(lambda: received(world) == ["It is", BODY])
    await world.play.quiet()
    assert not waits(world.roots()[0])


@pytest.mark.usefixtures("soon")
async def test_what_slack_could_not_show_for_an_hour_is_dropped(world: World, eventually: Eventually) -> None:
    """It makes no sense any more: neither shown nor sent; what was said behind it is shown."""
    card = await opened(world)
    away = world.play.faults.answer(POST, error="is_archived", times=None)
    await _send_by_itself(world, card)
    await eventually(lambda: len([call for call in world.play.calls if call.method == POST]) > 1)
    await world.play.text(ALICE, NUMBER, "Hello?")
    pass_time(world, minutes=61)
    away.release()
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)] == [["Hello?"]])
    await world.play.quiet()
    assert received(world) == []


@pytest.mark.usefixtures("soon")
async def test_what_twilio_could_not_take_for_an_hour_is_dropped(world: World, eventually: Eventually) -> None:
    """Its line stands in the thread already, so the thread is told that it did not leave; nobody is asked."""
    card = await opened(world)
    patience = {"code": 20429, "message": "Too Many Requests", "status": 429}
    refusing = world.play.faults.answer("twilio.messages.create", 429, body=patience, times=None)
    await _send_by_itself(world, card)
    await eventually(lambda: line(world, card, "Sent by itself"))
    await eventually(lambda: any(call.method == "twilio.messages.create" for call in world.play.calls))
    pass_time(world, minutes=61)
    dropped = await eventually(lambda: line(world, card, "more than an hour late"))
    refusing.release()
    assert "actions" not in {block["type"] for block in dropped.blocks}
    await world.play.quiet()
    assert received(world) == []


async def test_it_never_reaches_one_who_stopped(world: World, eventually: Eventually) -> None:
    """STOP came while its line was on its way: it is not sent, and the thread says so."""
    card = await opened(world)
    held = world.play.faults.hold(POST)
    await _send_by_itself(world, card)
    await eventually(lambda: held.held)
    await world.play.text(ALICE, NUMBER, "STOP")
    held.release()
    await eventually(lambda: line(world, card, "❗"))
    assert received(world) == []
    assert len([said for said in lines(world, card) if "Sent by itself" in said]) == 1
