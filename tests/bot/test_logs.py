"""What the logs say: lines of JSON with ids, and nothing that a customer or a colleague wrote."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import redirect_stderr

import aiohttp
import pytest

from bot import logs
from playground import elements
from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import at_work
from tests.journeys.screen import ALICE, ANA, BOB, arrive, said

UNCONNECTED = "+15550100009"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, as an admin would have it on standard error."""
    written = io.StringIO()
    with redirect_stderr(written):
        logs.configure()
        yield written
    logs.configure(stream=False)


async def a_day(world: World, eventually: Eventually) -> None:
    """Texts, replies, a note, a name; a refusal, lost answers, a stale press, a forged webhook, an alert."""
    play = world.play
    at_work(world)
    card = await arrive(world, eventually, "Blue teapot arrived broken")
    await play.press(ANA, CHANNEL, card.ts, "claim")
    await play.post(ANA, CHANNEL, "A green teapot is on its way", thread_ts=card.ts)
    await play.post(ANA, CHANNEL, "// ask the purple depot", thread_ts=card.ts)
    await eventually(lambda: any(text.by == "app" for text in play.phone(ALICE)))
    await play.press(ANA, CHANNEL, card.ts, "more", value="rename")
    await play.submit(ANA, play.views[0].id, {"name": "Alice Ames"})
    refusal = {"code": 21211, "message": f"The 'To' number {ALICE} is not valid: orange teapot", "status": 400}
    play.faults.answer("twilio.messages.create", 400, refusal)
    await play.post(ANA, CHANNEL, "An orange teapot", thread_ts=card.ts)
    await said(world, eventually, card, "❗")
    play.faults.drop("chat.postMessage", after_effect=True)
    play.faults.answer("chat.update", 500, {"ok": False, "error": "fatal_error"})
    await play.text(ALICE, NUMBER, "Is the white teapot lost?")
    await said(world, eventually, card, "white teapot")
    await play.until(lambda: any(call.method == "conversations.replies" for call in play.calls))
    await play.text(BOB, UNCONNECTED, "Red teapot to nowhere")
    block, element = elements.find(card.blocks, "close")
    action = {"type": "button", "block_id": re.sub(r"c\d+", "c", block["block_id"]), "action_id": "close"}
    await play._act(ANA, card, {**action, "text": element["text"]})
    async with aiohttp.ClientSession() as outsider:
        form = {"From": ALICE, "To": NUMBER, "Body": "Yellow teapot", "MessageSid": "SM1"}
        headers = {"X-Twilio-Signature": "bm90IG91cnM="}
        async with outsider.post(f"{play.core.app_url}/twilio/inbound", data=form, headers=headers) as answer:
            assert answer.status == 403
    await arrive(world, eventually, "Grey teapot?", BOB)
    world.clock.move(minutes=20)
    await eventually(lambda: any("for an owner" in post.text for post in world.posts))
    logging.getLogger("some.library").warning("teapot of %s", ALICE)
    await play.quiet(0.3)


async def test_a_days_logs_quote_nobody(
    play: Playground, start: Start, eventually: Eventually, log: io.StringIO
) -> None:
    """Neither bodies nor whole numbers, names or tokens, whatever goes well or wrong; each line has ids to follow."""
    play.add_number(UNCONNECTED)
    async with start(backlog_check_seconds=0.2) as world:
        await a_day(world, eventually)
        settings = world.bridge.settings
    text = log.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {line["event"] for line in lines} >= {"text received", "delivery done", "delivery unknown", "handler failed"}
    for quoted in ("teapot", "depot", "Ames", "Traceback"):
        assert quoted not in text
    digits = re.sub(r"[ ().+-]", "", re.sub(r'"timestamp": "[^"]*"', "", text))
    for number in (ALICE, BOB, NUMBER, UNCONNECTED):
        assert number[-10:] not in digits
    for token in (
        settings.slack_bot_token,
        settings.slack_signing_secret,
        settings.twilio_auth_token,
        settings.twilio_account_sid,
    ):
        assert token not in text
    for line in lines:
        assert {"event", "level"} <= set(line)
        if line["event"].startswith("delivery"):
            assert re.fullmatch(r"[0-9a-f-]{36}", line["delivery"])
            assert "conversation" in line
        if line["event"] == "text received":
            assert {"conversation", "message"} <= set(line)
