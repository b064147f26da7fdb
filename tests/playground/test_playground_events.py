"""What the app is told of what people do: signed, once, and again when it does not answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

if TYPE_CHECKING:
    from pathlib import Path

    from playground import Playground
    from tests.playground.conftest import App

ROOM = "C0CUSTOMERS"


async def test_a_message_event_has_what_slack_puts_in(play: Playground, app: App) -> None:
    root = await play.post("U0ANA", ROOM, "hello")
    reply = await play.post("U0BEN", ROOM, "see <@U0ANA> &amp; <https://a.test|here> :wave:", thread_ts=root.ts)
    envelope, event = app.slack[1], app.slack[1]["event"]
    assert envelope["type"] == "event_callback"
    assert envelope["authorizations"][0]["user_id"] == "U0BRIDGE"
    assert (event["user"], event["ts"], event["thread_ts"]) == ("U0BEN", reply.ts, root.ts)
    assert event["parent_user_id"] == "U0ANA"
    kinds = [one["type"] for one in event["blocks"][0]["elements"][0]["elements"]]
    assert kinds == ["text", "user", "text", "link", "text", "emoji"]
    assert "subtype" not in event


async def test_a_broadcast_an_edit_a_deletion_a_reaction(play: Playground, app: App) -> None:
    root = await play.post("U0ANA", ROOM, "root")
    reply = await play.post("U0ANA", ROOM, "loud", thread_ts=root.ts, broadcast=True)
    assert app.slack[-1]["event"]["subtype"] == "thread_broadcast"
    assert app.slack[-1]["event"]["root"]["ts"] == root.ts
    await play.edit("U0ANA", ROOM, reply.ts, "louder")
    event = app.slack[-1]["event"]
    assert (event["subtype"], event["previous_message"]["text"]) == ("message_changed", "loud")
    assert (event["message"]["text"], event["message"]["edited"]["user"]) == ("louder", "U0ANA")
    await play.react("U0BEN", ROOM, reply.ts, "eyes")
    assert app.slack[-1]["event"]["item_user"] == "U0ANA"
    await play.delete("U0ANA", ROOM, reply.ts)
    assert app.slack[-1]["event"]["deleted_ts"] == reply.ts
    with pytest.raises(LookupError):
        await play.edit("U0BEN", ROOM, root.ts, "not mine")


async def test_people_come_go_and_change(play: Playground, app: App) -> None:
    await play.leave("U0BEN", ROOM)
    await play.join("U0BEN", ROOM)
    await play.change_person("U0BEN", deleted=True)
    kinds = [one["event"].get("subtype") or one["event"]["type"] for one in app.slack]
    assert kinds == ["member_left_channel", "member_joined_channel", "channel_join", "user_change"]
    assert app.slack[-1]["event"]["user"]["deleted"]
    for nobody in ("U0NOBODY", "U0BEN"):
        with pytest.raises(LookupError):
            await play.post(nobody, ROOM, "boo")


async def test_strangers_mentions_and_previews(play: Playground, app: App) -> None:
    """People of other teams are marked so; a mention is an event of its own; a preview is a change nobody made."""
    play.add_person("U0FAR", "Far Away", team="T0FAR")
    play.core.subscriptions = {"message.channels", "member_joined_channel", "app_mention"}
    await play.join("U0FAR", ROOM)
    post = await play.post("U0FAR", ROOM, "<@U0BRIDGE> see <https://a.test>")
    assert [one["event"]["type"] for one in app.slack[-2:]] == ["message", "app_mention"]
    assert app.slack[-2]["event"]["user_team"] == "T0FAR"
    await play.unfurl(ROOM, post.ts)
    event = app.slack[-1]["event"]
    assert (event["subtype"], "edited" in event["message"]) == ("message_changed", False)


async def test_what_happens_where_the_bot_is_not_stays_there(play: Playground, app: App) -> None:
    play.add_channel("C0OTHER", "other", ["U0ANA"], bot=False)
    await play.post("U0ANA", "C0OTHER", "among us")
    assert app.slack == []


async def test_an_event_is_sent_again_until_it_is_taken(play: Playground, app: App) -> None:
    """Retries carry the same event_id, a number and the reason."""
    failing = [500, 404]
    app.on_slack = lambda _: web.Response(status=failing.pop(0) if failing else 200)
    await play.post("U0ANA", ROOM, "hello")
    await play.until(lambda: len(app.slack) == 3)
    assert len({one["event_id"] for one in app.slack}) == 1
    assert [one.get("X-Slack-Retry-Num") for one in app.headers] == [None, "1", "2"]
    assert app.headers[1]["X-Slack-Retry-Reason"] == "http_error"


async def test_an_answer_that_takes_too_long_is_none(play: Playground, app: App) -> None:
    play.answer_within = 0.05
    slow = [True]

    async def answer(payload: dict[str, Any]) -> web.Response:
        if slow and slow.pop():
            await asyncio.sleep(0.2)
        return web.Response()

    app.on_slack = answer
    await play.post("U0ANA", ROOM, "hello")
    await play.until(lambda: len(app.slack) == 2)
    assert app.headers[1]["X-Slack-Retry-Reason"] == "http_timeout"
    assert [one.status for one in play.sent] == [None, 200]


async def test_an_event_can_be_sent_again_by_hand(play: Playground, app: App) -> None:
    event_id = await play.event({"type": "tokens_revoked", "tokens": {}})
    assert event_id is not None
    await play.redeliver_event(event_id)
    assert [one["event_id"] for one in app.slack] == [event_id] * 2
    assert app.headers[1]["X-Slack-Retry-Num"] == "1"


async def test_a_manifest_says_which_events_and_commands_there_are(play: Playground, app: App, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yml"
    manifest.write_text(
        "features:\n"
        "  bot_user: {display_name: Bridge}\n"
        "  slash_commands: [{command: /mine, description: Yours, usage_hint: '[open]'}]\n"
        "  shortcuts: [{callback_id: note, name: Note, type: message}, {callback_id: new, name: New, type: global}]\n"
        "settings:\n"
        "  event_subscriptions: {bot_events: [message.channels]}\n"
    )
    play.load_manifest(manifest)
    assert play.commands == [{"command": "/mine", "hint": "[open]", "description": "Yours"}]
    assert play.core.shortcuts == [{"callback_id": "note", "name": "Note", "description": ""}]
    post = await play.post("U0ANA", ROOM, "heard")
    await play.react("U0ANA", ROOM, post.ts, "eyes")
    assert [one["event"]["type"] for one in app.slack] == ["message"]
    with pytest.raises(LookupError, match="not a valid command"):
        await play.command("U0ANA", ROOM, "/yours")


async def test_until_tells_what_happened_instead(play: Playground, app: App) -> None:
    await play.post("U0ANA", ROOM, "hello")
    with pytest.raises(AssertionError, match=r"(?s)len\(app.slack\) == 7.*event message -> 200"):
        await play.until(lambda: len(app.slack) == 7, timeout=0.05)


async def test_quiet_waits_for_what_is_still_going_on(play: Playground, app: App) -> None:
    play.wait_for_events = False
    await play.post("U0ANA", ROOM, "hello")
    await play.quiet(0.05)
    assert len(app.slack) == 1
