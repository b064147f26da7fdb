"""Presses, menus, commands, modals and Home, and the answers to them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from playground.core import Failed

if TYPE_CHECKING:
    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from playground import Playground
    from tests.playground.conftest import App

ROOM = "C0CUSTOMERS"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.title()), "value": value}


def card(block_id: str = "card-1", owner: str | None = None) -> list[dict[str, Any]]:
    menu: dict[str, Any] = {"type": "external_select", "action_id": "assign", "min_query_length": 0}
    if owner:
        menu["initial_option"] = option(owner)
    return [
        {
            "type": "actions",
            "block_id": block_id,
            "elements": [
                {"type": "button", "action_id": "claim", "text": plain("Claim"), "value": "7"},
                {"type": "button", "action_id": "open", "text": plain("Open"), "url": "https://a.test/"},
                menu,
                {"type": "overflow", "action_id": "more", "options": [option("release"), option("name")]},
            ],
        }
    ]


def answering(**answer: Any) -> web.Response:
    return web.json_response(answer)


async def test_a_press_on_a_card(play: Playground, app: App, slack: AsyncWebClient) -> None:
    ts = (await slack.chat_postMessage(channel=ROOM, text="card", blocks=card()))["ts"]
    assert await play.press("U0ANA", ROOM, ts, "claim") is None
    payload = app.slack[-1]
    assert payload["type"] == "block_actions"
    assert payload["actions"][0] | {"action_ts": "", "text": ""} == {
        "type": "button",
        "block_id": "card-1",
        "action_id": "claim",
        "value": "7",
        "action_ts": "",
        "text": "",
    }
    assert (payload["message"]["ts"], payload["container"]["is_ephemeral"]) == (ts, False)
    assert (payload["user"]["id"], payload["channel"]["id"]) == ("U0ANA", ROOM)
    assert payload["trigger_id"]
    assert await play.press("U0ANA", ROOM, ts, "open") == "https://a.test/"
    await play.press("U0ANA", ROOM, ts, "more", value="name")
    assert app.slack[-1]["actions"][0]["selected_option"]["value"] == "name"
    for wrong in ({"action_id": "close"}, {"action_id": "claim", "nth": 1}, {"action_id": "more", "value": "x"}):
        with pytest.raises(LookupError):
            await play.press("U0ANA", ROOM, ts, **wrong)


async def test_a_press_nobody_takes_is_shown_as_failed(play: Playground, app: App, slack: AsyncWebClient) -> None:
    ts = (await slack.chat_postMessage(channel=ROOM, text="card", blocks=card()))["ts"]
    app.on_slack = lambda _: web.Response(status=404)
    with pytest.raises(Failed, match="operation_failed"):
        await play.press("U0ANA", ROOM, ts, "claim")
    play.answer_within = 0.05
    app.on_slack = lambda _: asyncio.sleep(0.1, web.Response())
    with pytest.raises(Failed, match="operation_timeout"):
        await play.press("U0ANA", ROOM, ts, "claim")


async def test_an_ephemeral_has_no_message_and_can_be_replaced(
    play: Playground, app: App, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    ts = (await slack.chat_postEphemeral(channel=ROOM, user="U0ANA", text="queue", blocks=card()))["message_ts"]
    await play.press("U0ANA", ROOM, ts, "claim")
    payload = app.slack[-1]
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"]
    with pytest.raises(LookupError):
        await play.press("U0BEN", ROOM, ts, "claim")
    async with session.post(payload["response_url"], json={"replace_original": True, "text": "done"}) as answer:
        assert await answer.text() == "ok"
    assert [one.text for one in play.ephemerals("U0ANA")] == ["done"]
    async with session.post(payload["response_url"], json={"text": "x", "blocks": [{"type": "?"}]}) as answer:
        assert (await answer.json())["error"] == "invalid_blocks"
    for _ in range(3):
        async with session.post(payload["response_url"], json={"text": "and more"}) as answer:
            assert answer.status == 200
    async with session.post(payload["response_url"], json={"delete_original": True}) as answer:
        assert answer.status == 200
    assert [one.text for one in play.ephemerals("U0ANA")] == ["and more"] * 3
    async with session.post(payload["response_url"], json={"text": "sixth"}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (404, "used_url")


async def test_a_menu_asks_the_app(play: Playground, app: App, slack: AsyncWebClient) -> None:
    ts = (await slack.chat_postMessage(channel=ROOM, text="card", blocks=card()))["ts"]
    app.on_slack = lambda payload: (
        answering(options=[option("ana"), option("ben")]) if payload["type"] == "block_suggestion" else web.Response()
    )
    assert [one["value"] for one in await play.options("U0ANA", ROOM, ts, "assign", "b")] == ["ana", "ben"]
    assert (app.slack[-1]["value"], app.slack[-1]["message"]["ts"]) == ("b", ts)
    await play.choose("U0ANA", ROOM, ts, "assign", "ben")
    assert app.slack[-1]["actions"][0]["selected_option"] == option("ben")
    assert app.slack[-1]["state"]["values"]["card-1"]["assign"]["selected_option"] == option("ben")
    with pytest.raises(LookupError, match="not offered"):
        await play.choose("U0ANA", ROOM, ts, "assign", "chloe")
    app.on_slack = lambda _: answering(options=[option("x" * 76)])
    with pytest.raises(Failed, match="invalid_options"):
        await play.options("U0ANA", ROOM, ts, "assign")
    app.on_slack = lambda _: answering(option_groups=[{"label": plain("You"), "options": [option("ana")]}])
    assert (await play.options("U0ANA", ROOM, ts, "assign"))[0]["group"] == "You"


async def test_a_menu_keeps_its_choice_unless_its_block_id_changes(
    play: Playground, app: App, slack: AsyncWebClient
) -> None:
    ts = (await slack.chat_postMessage(channel=ROOM, text="card", blocks=card("a", "ana")))["ts"]
    assert play.shown_choice(ROOM, ts, "assign") == {"value": "ana", "text": "Ana"}
    await slack.chat_update(channel=ROOM, ts=ts, text="card", blocks=card("a", "ben"))
    assert play.shown_choice(ROOM, ts, "assign")["value"] == "ana"
    await slack.chat_update(channel=ROOM, ts=ts, text="card", blocks=card("b", "ben"))
    assert play.shown_choice(ROOM, ts, "assign")["value"] == "ben"
    await slack.chat_update(channel=ROOM, ts=ts, text="card", blocks=card("c"))
    assert play.shown_choice(ROOM, ts, "assign") is None


async def test_commands(play: Playground, app: App) -> None:
    play.commands = [{"command": "/mine", "hint": "", "description": ""}]
    assert await play.command("U0ANA", ROOM, "/mine", "open") is None
    sent = app.slack[-1]
    assert (sent["command"], sent["text"], sent["user_id"], sent["channel_id"]) == ("/mine", "open", "U0ANA", ROOM)
    app.on_slack = lambda _: web.Response(text="plain words")
    shown = await play.command("U0ANA", ROOM, "/mine")
    assert shown is not None
    assert play.ephemerals("U0ANA") == [shown]
    app.on_slack = lambda _: answering(response_type="in_channel", text="all of you")
    await play.command("U0ANA", ROOM, "/mine")
    assert play.world.channels[ROOM].posts[-1].text == "all of you"
    app.on_slack = lambda _: answering(text="x", blocks=[{"type": "header", "text": "bare"}])
    with pytest.raises(Failed, match="invalid_command_response"):
        await play.command("U0ANA", ROOM, "/mine")
    with pytest.raises(LookupError):
        await play.command("U0ANA", ROOM, "/yours")


def modal(**more: Any) -> dict[str, Any]:
    named = {"type": "plain_text_input", "action_id": "name", "max_length": 10}
    return {
        "type": "modal",
        "callback_id": "rename",
        "title": plain("Name"),
        "submit": plain("Save"),
        "blocks": [
            {"type": "input", "block_id": "who", "label": plain("Name"), "element": named},
            {
                "type": "input",
                "block_id": "when",
                "optional": True,
                "label": plain("When"),
                "element": {"type": "static_select", "action_id": "at", "options": [option("now"), option("later")]},
            },
        ],
        **more,
    }


async def opened(app: App, play: Playground, slack: AsyncWebClient) -> str:
    await play.shortcut("U0ANA", "rename")
    view_id: str = (await slack.views_open(trigger_id=app.slack[-1]["trigger_id"], view=modal()))["view"]["id"]
    return view_id


async def test_a_modal_is_filled_in(play: Playground, app: App, slack: AsyncWebClient) -> None:
    view_id = await opened(app, play, slack)
    with pytest.raises(Failed, match="missing_input"):
        await play.submit("U0ANA", view_id, {})
    with pytest.raises(Failed, match="10 characters"):
        await play.submit("U0ANA", view_id, {"who": "much too long"})
    app.on_slack = lambda _: answering(response_action="errors", errors={"who": "not that"})
    assert await play.submit("U0ANA", view_id, {"who": "Zed", "at": "now"}) == {"who": "not that"}
    values = app.slack[-1]["view"]["state"]["values"]
    assert values["who"]["name"] == {"type": "plain_text_input", "value": "Zed"}
    assert values["when"]["at"]["selected_option"] == option("now")
    app.on_slack = lambda _: answering(response_action="push", view=modal(callback_id="second"))
    assert await play.submit("U0ANA", view_id, {"who": "Zoe"}) == {}
    assert [view.view["callback_id"] for view in play.views] == ["rename", "second"]
    app.on_slack = lambda _: answering(response_action="clear")
    await play.submit("U0ANA", play.views[-1].id, {"who/name": "Zoe"})
    assert play.views == []


async def test_a_trigger_works_once(play: Playground, app: App, slack: AsyncWebClient) -> None:
    await opened(app, play, slack)
    for trigger, error in ((app.slack[-1]["trigger_id"], "exchanged_trigger_id"), ("1.2.x", "invalid_trigger_id")):
        with pytest.raises(SlackApiError, match=error):
            await slack.views_open(trigger_id=trigger, view=modal())


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": plain("x" * 25)},
        {"submit": None},
        {"private_metadata": "x" * 3001},
        {"blocks": [{"type": "section"}]},
        {"colour": "red"},
    ],
)
async def test_a_bad_view_is_refused(play: Playground, app: App, slack: AsyncWebClient, wrong: dict[str, Any]) -> None:
    await play.shortcut("U0ANA", "rename")
    view = {key: value for key, value in modal(**wrong).items() if value is not None}
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await slack.views_open(trigger_id=app.slack[-1]["trigger_id"], view=view)


async def test_home_is_published_and_pressed(play: Playground, app: App, slack: AsyncWebClient) -> None:
    assert await play.open_home("U0ANA") is None
    await slack.views_publish(user_id="U0ANA", view={"type": "home", "blocks": card()})
    home = await play.open_home("U0ANA")
    assert home is not None
    assert app.slack[-1]["event"]["view"]["id"] == home.id
    await play.press("U0ANA", None, home.id, "claim")
    assert app.slack[-1]["container"] == {"type": "view", "view_id": home.id}
    assert "response_url" not in app.slack[-1]


async def test_a_message_shortcut_can_answer(play: Playground, app: App, slack: AsyncWebClient) -> None:
    post = await play.post("U0ANA", ROOM, "hello")
    await play.shortcut("U0BEN", "as_sms", ROOM, post.ts)
    payload = app.slack[-1]
    assert (payload["type"], payload["message"]["text"]) == ("message_action", "hello")
    await AsyncWebhookClient(payload["response_url"], retry_handlers=[]).send(text="for Ben")
    assert [one.text for one in play.ephemerals("U0BEN")] == ["for Ben"]
