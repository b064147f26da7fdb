"""How requests reach us: signed HTTP or a socket, the same handlers, and an answer to whatever Slack sends."""

import asyncio
import json
import time
from typing import Any

import aiohttp
from sqlmodel import select

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.slack_out import signature
from storage.models import RawRequest
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import line, opened, quoted, received, reply
from tests.journeys.screen import ALICE, ANA, BEN


async def test_socket_mode_does_the_same(start: Start, play: Playground, eventually: Eventually) -> None:
    """With an app token everything comes through the socket: replies, notes, presses, menus, commands."""
    async with start(slack_app_token=play.settings.app_token) as world:
        await eventually(lambda: play.sockets.live)
        card = await opened(world)
        await play.press(ANA, CHANNEL, card.ts, "claim")
        await eventually(lambda: line(world, card, f"<@{ANA}> claimed this conversation."))
        assert BEN in [option["value"] for option in await play.options(ANA, CHANNEL, card.ts, "assign")]
        await reply(world, card, "Yes, it is.")
        await eventually(lambda: received(world) == ["Yes, it is."])
        await reply(world, card, "// nice person")
        offer = (await eventually(lambda: play.ephemerals(ANA)))[0]
        await play.press(ANA, CHANNEL, offer.ts, "send_as_sms")
        await eventually(lambda: received(world)[1:] == ["nice person"])
        shown = await play.command(ANA, CHANNEL, "/mine")
        assert "(415) 555-0123" in str(shown)
        shown = await play.command(ANA, CHANNEL, "/sms", "payload")
        assert "payload" in str(shown)
        slack = [sent for sent in play.sent if sent.kind not in {"sms", "status"}]
        assert {sent.via for sent in slack} == {"socket"}
        assert {sent.status for sent in slack} == {200}


async def test_a_socket_that_slack_renews_is_renewed(start: Start, play: Playground, eventually: Eventually) -> None:
    """Slack asks for a new connection now and then: the conversation goes on over it."""
    async with start(slack_app_token=play.settings.app_token) as world:
        await eventually(lambda: play.sockets.live)
        card = await opened(world)
        old = play.sockets.live[0]
        await play.sockets.disconnect()
        await eventually(lambda: play.sockets.live and play.sockets.live[0] is not old)
        await reply(world, card, "Still here")
        await eventually(lambda: received(world) == ["Still here"])


async def test_what_slack_sends_that_we_do_not_know_is_acknowledged(world: World) -> None:
    """Events, buttons, menus, commands, shortcuts and modals of another version get 200, and change nothing."""
    play = world.play
    play.core.subscriptions = None
    about = {**play.out.common(ANA), "trigger_id": "1.2.3"}
    view = {"id": "V1", "type": "modal", "callback_id": "unknown", "blocks": [], "state": {"values": {}}}
    press = {"type": "button", "action_id": "unknown", "block_id": "unknown", "value": "1"}
    for event in (
        {"type": "pin_added", "user": ANA, "channel_id": CHANNEL},
        {"type": "app_rate_limited"},
        {"type": "message", "subtype": "huddle_thread", "channel": CHANNEL, "ts": "1.2", "user": ANA},
        {"type": "message", "subtype": "message_changed", "channel": CHANNEL, "ts": "1.2"},
        {"type": "reaction_added", "user": ANA, "item": {"type": "file", "file": "F1"}},
    ):
        await play.event(event)
        assert (play.sent[-1].status, play.sent[-1].attempt) == (200, 1)
    payloads: list[dict[str, Any]] = [
        {"type": "block_actions", "actions": [press], "channel": {"id": CHANNEL}, "container": {}},
        {"type": "block_suggestion", "action_id": "unknown", "block_id": "unknown", "value": ""},
        {"type": "view_submission", "view": view},
        {"type": "view_closed", "view": view},
        {"type": "shortcut", "callback_id": "unknown"},
        {"type": "message_action", "callback_id": "unknown", "channel": {"id": CHANNEL}, "message": {"ts": "1.2"}},
    ]
    for payload in payloads:
        answer = await play.out.interactive({**about, **payload}, "unknown")
        assert answer.status == 200, payload
    form = {
        "team_id": "T0PLAY",
        "user_id": ANA,
        "channel_id": CHANNEL,
        "command": "/other",
        "text": "",
        "api_app_id": "A",
    }
    assert (await play.out.command(form)).status == 200
    await play.quiet()
    assert world.posts == []


async def test_slack_can_check_the_address(world: World) -> None:
    """The challenge with which Slack verifies the request URL is answered."""
    status, body = await _post(world, json.dumps({"type": "url_verification", "challenge": "abc", "token": "t"}))
    assert status == 200
    assert "abc" in body


async def test_what_slack_has_not_signed_is_refused_and_leaves_nothing(world: World) -> None:
    """No signature, a wrong one, one of an hour ago: 401, nothing is stored and nothing is sent."""
    card = await opened(world)
    event = {
        "type": "message",
        "channel": CHANNEL,
        "user": ANA,
        "text": "Forged",
        "ts": world.play.world.new_ts(),
        "thread_ts": card.ts,
    }
    body = json.dumps({"type": "event_callback", "team_id": "T0PLAY", "event_id": "Ev1", "event": event})
    secret = world.play.settings.signing_secret
    now, old = str(int(time.time())), str(int(time.time()) - 3600)
    for headers in (
        {},
        {"X-Slack-Request-Timestamp": now},
        {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature("another", now, body.encode())},
        {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature(secret, now, b"{}")},
        {"X-Slack-Request-Timestamp": old, "X-Slack-Signature": signature(secret, old, body.encode())},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": signature(secret, "soon", body.encode())},
    ):
        assert (await _post(world, body, headers))[0] == 401
    async with world.bridge.database.read() as rows:
        stored = (await rows.exec(select(RawRequest))).all()
    assert [row.source for row in stored] == ["twilio.inbound"]
    await world.play.quiet()
    assert received(world) == []


async def test_a_command_may_contain_the_word_payload(world: World) -> None:
    """`/sms payload`, and a press on what a customer wrote with that word in it, are understood."""
    shown = await world.play.command(ANA, CHANNEL, "/sms", "payload")
    assert "“payload” is not something /sms knows" in str(shown)
    shown = await world.play.command(ANA, CHANNEL, "/mine", "payload=1&payload=2")
    assert "payload=1&payload=2" in str(shown)
    card = await opened(world, body="The payload=heavy&payload=big did not arrive")
    assert quoted(card) == ["The payload=heavy&payload=big did not arrive"]
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    assert "payload=heavy" in str(await world.play.command(ANA, CHANNEL, "/mine"))


async def test_what_comes_at_the_same_moment_is_all_there(world: World, eventually: Eventually) -> None:
    """Texts and replies that come together are each answered, stored and passed on, once."""
    card = await opened(world)
    texts, replies = [f"in {n}" for n in range(8)], [f"out {n}" for n in range(8)]
    await asyncio.gather(
        *(world.play.text(ALICE, NUMBER, body) for body in texts), *(reply(world, card, body) for body in replies)
    )
    await eventually(lambda: sorted(received(world)) == replies)
    await eventually(lambda: sorted(body for post in world.thread(card.ts) for body in quoted(post)) == texts)


async def _post(world: World, body: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Post to the bridge as Slack, signed unless headers are given."""
    if headers is None:
        now = str(int(time.time()))
        secret = world.play.settings.signing_secret
        headers = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature(secret, now, body.encode())}
    kind = {"Content-Type": "application/json"}
    url = f"{world.play.core.app_url}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers={**kind, **headers}) as answer:
        return answer.status, await answer.text()
