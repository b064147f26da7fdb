"""The control API of the page, and the program."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from typing import TYPE_CHECKING, Any

from playground.control_actions import stored

if TYPE_CHECKING:
    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from playground import Playground
    from tests.playground.conftest import App

ROOM = "C0CUSTOMERS"
OURS = "+15550100000"


async def done(play: Playground, session: aiohttp.ClientSession, **given: Any) -> Any:
    async with session.post(f"{play.url}/playground/do", json=given) as response:
        return await response.json()


async def state(play: Playground, session: aiohttp.ClientSession) -> dict[str, Any]:
    async with session.get(f"{play.url}/playground/state") as response:
        found: dict[str, Any] = await response.json()
        return found


async def test_what_is_done_shows_in_the_state(
    play: Playground, app: App, session: aiohttp.ClientSession, slack: AsyncWebClient
) -> None:
    picture = {"content_type": "image/png", "base64": base64.b64encode(b"png!").decode()}
    text = {"do": "text", "from": "+15550100001", "to": OURS, "body": "hello", "media": [picture]}
    assert (await done(play, session, **text))["result"]["status"] == 200
    posted = (await done(play, session, do="post", user="U0ANA", channel=ROOM, text="a < b @ben", plain=True))["result"]
    await done(play, session, do="react", user="U0BEN", channel=ROOM, ts=posted["ts"], name="eyes")
    menu = {"type": "users_select", "action_id": "who", "initial_user": "U0ANA"}
    blocks = [{"type": "actions", "block_id": "b", "elements": [menu]}]
    await slack.chat_postEphemeral(channel=ROOM, user="U0ANA", text="psst", blocks=blocks)
    await slack.views_publish(user_id="U0ANA", view={"type": "home", "blocks": blocks})
    shown = await state(play, session)
    post = shown["channels"][0]["posts"][0]
    assert (post["text"], post["reactions"]) == ("a &lt; b <@U0BEN>", {"eyes": ["U0BEN"]})
    assert shown["ephemerals"][0]["choices"] == {"b/who": {"value": "U0ANA", "text": "Ana Lopes"}}
    assert shown["homes"]["U0ANA"]["view"]["blocks"][0]["block_id"] == "b"
    assert shown["numbers"] == [OURS]
    one = shown["phones"][0]["texts"][0]
    assert (one["direction"], one["body"], one["status"], one["by"]) == ("in", "hello", "received", "person")
    async with session.get(play.url + one["media"][0]["url"]) as response:
        assert await response.read() == b"png!"


async def test_every_action_is_there(
    play: Playground, app: App, session: aiohttp.ClientSession, slack: AsyncWebClient
) -> None:
    """Each is done through the API once, and wrong ones are told in a sentence."""
    go = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "url": "https://a.test/"}
    options = [{"text": {"type": "plain_text", "text": "A"}, "value": "a"}]
    menu = {"type": "static_select", "action_id": "pick", "options": options}
    blocks = [{"type": "actions", "block_id": "b", "elements": [go, menu]}]
    ts = (await slack.chat_postMessage(channel=ROOM, text="x", blocks=blocks))["ts"]
    here = {"user": "U0ANA", "channel": ROOM, "ts": ts}
    assert (await done(play, session, do="press", action_id="go", **here))["result"] == {"url": "https://a.test/"}
    assert (await done(play, session, do="options", action_id="pick", **here))["result"] == options
    assert (await done(play, session, do="choose", action_id="pick", value="a", **here))["ok"]
    mine = (await done(play, session, do="post", user="U0ANA", channel=ROOM, text="typo"))["result"]["ts"]
    assert (await done(play, session, do="edit", user="U0ANA", channel=ROOM, ts=mine, text="typed"))["ok"]
    assert (await done(play, session, do="delete", user="U0ANA", channel=ROOM, ts=mine))["result"] is None
    assert (await done(play, session, do="command", user="U0ANA", channel=ROOM, command="/x"))["result"] is None
    assert (await done(play, session, do="shortcut", user="U0ANA", callback_id="new"))["ok"]
    title = {"type": "plain_text", "text": "T"}
    view = {"type": "modal", "title": title, "blocks": [{"type": "divider"}], "notify_on_close": True}
    for ending in ("submit", "close"):
        await play.shortcut("U0ANA", "new")
        opened = await slack.views_open(trigger_id=app.slack[-1]["trigger_id"], view=view)
        assert (await done(play, session, do=ending, user="U0ANA", view_id=opened["view"]["id"]))["ok"]
    assert app.slack[-1]["type"] == "view_closed"
    for going in ("leave", "join"):
        assert (await done(play, session, do=going, user="U0BEN", channel=ROOM))["ok"]
    assert (await done(play, session, do="open_home", user="U0ANA"))["result"] is None
    wrong = await done(play, session, do="press", action_id="nothing", **here)
    assert not wrong["ok"]
    assert "nothing" in wrong["error"]
    assert not (await done(play, session, do="dance"))["ok"]
    assert "'user'" in (await done(play, session, do="post"))["error"]


async def test_changes_are_told(play: Playground, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{play.url}/playground/events") as response:
        first = json.loads((await response.content.readline()).removeprefix(b"data: "))
        await response.content.readline()
        play.name_phone("+15550100001", "Pat")
        second = json.loads((await response.content.readline()).removeprefix(b"data: "))
        assert second["version"] > first["version"]


async def test_the_log_and_faults(
    play: Playground, app: App, session: aiohttp.ClientSession, slack: AsyncWebClient
) -> None:
    async with session.post(
        f"{play.url}/playground/fault", json={"fault": "answer", "method": "users.info", "status": 503}
    ) as response:
        assert (await response.json())["ok"]
    await slack.auth_test()
    await play.post("U0ANA", ROOM, "hello")
    async with session.get(f"{play.url}/playground/log") as response:
        log = await response.json()
    assert log["calls"][-1]["method"] == "auth.test"
    assert (log["sent"][-1]["kind"], log["sent"][-1]["about"], log["sent"][-1]["status"]) == ("event", "message", 200)
    assert play.settings.bot_token not in json.dumps(log)
    async with session.post(f"{play.url}/playground/fault", json={"fault": "none"}) as response:
        assert response.status == 400


async def test_only_files_of_the_page_are_served(play: Playground, session: aiohttp.ClientSession) -> None:
    for path in ("/page/..%2Fplayground.py", "/page/nothing.js"):
        async with session.get(play.url + path) as response:
            assert response.status == 404


def test_typed_text_is_stored_as_slack_stores_it(play: Playground) -> None:
    assert stored(play.world, "hi @Ana Lopes & @here <b> https://a.test/?a=1&b=2 #customers a@here") == (
        "hi <@U0ANA> &amp; <!here> &lt;b&gt; <https://a.test/?a=1&amp;b=2> <#C0CUSTOMERS|customers> a@here"
    )


async def test_the_program_says_where_things_are_and_that_a_port_is_taken(play: Playground) -> None:
    command = [sys.executable, "-m", "playground", "--port"]
    running = await asyncio.create_subprocess_exec(*command, "0", stdout=asyncio.subprocess.PIPE)
    assert running.stdout is not None
    line = (await running.stdout.readline()).decode()
    running.terminate()
    await running.wait()
    assert "The playground is at http://127.0.0.1:" in line
    taken = await asyncio.create_subprocess_exec(*command, str(play.port), stderr=asyncio.subprocess.PIPE)
    assert taken.stderr is not None
    assert b"Choose another --port" in await taken.stderr.read()
    assert await taken.wait() == 1
