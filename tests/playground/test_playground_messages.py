"""The Web API of messages, as slack_sdk calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

if TYPE_CHECKING:
    import aiohttp

    from playground import Playground
    from tests.playground.conftest import App

ROOM = "C0CUSTOMERS"


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    error: str = caught.value.response["error"]
    return error


def button(action_id: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "Go"}, **more}


async def test_a_post_is_there_with_block_ids_and_its_event(play: Playground, app: App, slack: AsyncWebClient) -> None:
    """A bot's post is in the channel; the app is told of it with bot_id and without a subtype."""
    sent = await slack.chat_postMessage(channel=ROOM, text="hi", blocks=[{"type": "actions", "elements": [button()]}])
    post = play.world.channels[ROOM].posts[-1]
    assert (post.ts, post.text, post.bot_id) == (sent["ts"], "hi", "B0BRIDGE")
    assert post.blocks[0]["block_id"]
    await play.until(lambda: app.events("message"))
    event = app.events("message")[0]
    assert event["bot_id"] == "B0BRIDGE"
    assert "subtype" not in event


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0OTHER", "text": "x"}, "not_in_channel"),
        ({"channel": ROOM, "text": ""}, "no_text"),
        ({"channel": ROOM, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": ROOM, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": ROOM, "text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"channel": ROOM, "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": ROOM, "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
    ],
)
async def test_a_post_is_refused_like_slack_does(
    play: Playground, slack: AsyncWebClient, given: dict[str, Any], error: str
) -> None:
    play.add_channel("C0OTHER", "other", ["U0ANA"], bot=False)
    assert await refusal(slack.api_call("chat.postMessage", json=given)) == error
    assert play.world.channels[ROOM].posts == []


async def test_bad_blocks_are_told_where(slack: AsyncWebClient) -> None:
    """The answer names the place, as Slack's does."""
    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel=ROOM, text="x", blocks=[{"type": "section", "text": "bare"}])
    assert "/blocks/0/text" in caught.value.response["response_metadata"]["messages"][0]


async def test_updates(play: Playground, app: App, slack: AsyncWebClient) -> None:
    """Only own messages can be changed; text alone takes the blocks away; the app is told."""
    mine = (await slack.chat_postMessage(channel=ROOM, text="hi", blocks=[{"type": "divider"}]))["ts"]
    theirs = (await play.post("U0ANA", ROOM, "hello")).ts
    await slack.chat_update(channel=ROOM, ts=mine, text="changed")
    post = play.world.channels[ROOM].posts[0]
    assert (post.text, post.blocks) == ("changed", [])
    assert await refusal(slack.chat_update(channel=ROOM, ts=theirs, text="x")) == "cant_update_message"
    assert await refusal(slack.chat_update(channel=ROOM, ts="1.000001", text="x")) == "message_not_found"
    assert await refusal(slack.chat_update(channel=ROOM, ts=mine, text="x" * 4001)) == "msg_too_long"
    await play.until(lambda: [e for e in app.events("message") if e.get("subtype") == "message_changed"])


async def test_a_deleted_root_with_replies_is_a_tombstone(play: Playground, slack: AsyncWebClient) -> None:
    root = (await slack.chat_postMessage(channel=ROOM, text="root"))["ts"]
    await slack.chat_postMessage(channel=ROOM, text="reply", thread_ts=root)
    await slack.chat_delete(channel=ROOM, ts=root)
    assert await refusal(slack.chat_update(channel=ROOM, ts=root, text="x")) == "message_not_found"
    replies = (await slack.conversations_replies(channel=ROOM, ts=root))["messages"]
    assert [one.get("subtype", one["text"]) for one in replies] == ["tombstone", "reply"]
    lonely = (await slack.chat_postMessage(channel=ROOM, text="alone"))["ts"]
    await slack.chat_delete(channel=ROOM, ts=lonely)
    assert await refusal(slack.chat_postMessage(channel=ROOM, text="x", thread_ts=lonely)) == "thread_not_found"
    assert [post.text for post in play.thread(ROOM, root)] == ["reply"]
    await slack.chat_delete(channel=ROOM, ts=play.thread(ROOM, root)[0].ts)
    assert play.world.channels[ROOM].posts == []


async def test_history_pages_and_metadata_only_when_asked_for(play: Playground, slack: AsyncWebClient) -> None:
    metadata = {"event_type": "made", "event_payload": {"id": "7"}}
    root = (await slack.chat_postMessage(channel=ROOM, text="0", metadata=metadata))["ts"]
    for number in range(1, 4):
        await slack.chat_postMessage(channel=ROOM, text=str(number))
    await slack.chat_postMessage(channel=ROOM, text="quiet", thread_ts=root)
    await slack.chat_postMessage(channel=ROOM, text="loud", thread_ts=root, reply_broadcast=True)
    first = await slack.conversations_history(channel=ROOM, limit=3)
    assert [one["text"] for one in first["messages"]] == ["loud", "3", "2"]
    rest = await slack.conversations_history(
        channel=ROOM, cursor=first["response_metadata"]["next_cursor"], include_all_metadata=True
    )
    assert [one["text"] for one in rest["messages"]] == ["1", "0"]
    assert rest["messages"][-1]["metadata"] == metadata
    assert rest["messages"][-1]["reply_count"] == 2
    thread = await slack.conversations_replies(channel=ROOM, ts=root)
    assert [one["text"] for one in thread["messages"]] == ["0", "quiet", "loud"]
    assert "metadata" not in thread["messages"][0]
    assert [getattr(post, "text", "") for post in play.visible("U0ANA", ROOM)] == ["0", "1", "2", "3", "loud"]


async def test_ephemerals_reactions_and_links(play: Playground, slack: AsyncWebClient) -> None:
    root = (await slack.chat_postMessage(channel=ROOM, text="root"))["ts"]
    reply = (await slack.chat_postMessage(channel=ROOM, text="reply", thread_ts=root))["ts"]
    link = (await slack.chat_getPermalink(channel=ROOM, message_ts=reply))["permalink"]
    assert link == f"{play.url}/archives/{ROOM}/p{reply.replace('.', '')}?thread_ts={root}&cid={ROOM}"
    await slack.chat_postEphemeral(channel=ROOM, user="U0ANA", text="psst")
    assert [one.text for one in play.ephemerals("U0ANA")] == ["psst"]
    assert play.ephemerals("U0BEN") == []
    play.add_person("U0OUT", "Outsider")
    assert await refusal(slack.chat_postEphemeral(channel=ROOM, user="U0OUT", text="x")) == "user_not_in_channel"
    await slack.reactions_add(channel=ROOM, timestamp=reply, name="eyes")
    assert await refusal(slack.reactions_add(channel=ROOM, timestamp=reply, name="eyes")) == "already_reacted"
    assert await refusal(slack.reactions_add(channel=ROOM, timestamp=reply, name="no such")) == "invalid_name"
    assert await refusal(slack.reactions_remove(channel=ROOM, timestamp=reply, name="wave")) == "no_reaction"
    assert play.thread(ROOM, root)[1].reactions == {"eyes": ["U0BRIDGE"]}


async def test_people_channels_and_groups(play: Playground, slack: AsyncWebClient) -> None:
    members = (await slack.conversations_members(channel=ROOM, limit=2))["members"]
    assert members == ["U0ANA", "U0BEN"]
    people = {one["id"]: one for one in (await slack.users_list())["members"]}
    assert people["U0GUS"]["is_restricted"]
    assert await refusal(slack.users_info(user="U0NOBODY")) == "user_not_found"
    assert await refusal(slack.usergroups_users_list(usergroup="S0REPS")) == "plan_upgrade_required"
    play.world.user_groups["S0REPS"] = ["U0ANA"]
    assert (await slack.usergroups_users_list(usergroup="S0REPS"))["users"] == ["U0ANA"]
    assert [one["id"] for one in (await slack.users_conversations())["channels"]] == [ROOM]
    direct = (await slack.conversations_open(users="U0ANA"))["channel"]["id"]
    await slack.chat_postMessage(channel="U0ANA", text="hello you")
    assert play.world.channels[direct].posts[0].text == "hello you"


async def test_tokens_and_methods_are_checked(play: Playground, session: aiohttp.ClientSession) -> None:
    for token, method, error in (
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        ("", "auth.test", "not_authed"),
        (play.settings.bot_token, "chat.shout", "unknown_method"),
        (play.settings.bot_token, "apps.connections.open", "not_allowed_token_type"),
    ):
        client = AsyncWebClient(token=token, base_url=play.slack_api_url, session=session, retry_handlers=[])
        assert await refusal(client.api_call(method)) == error
    assert "token" not in play.calls[-1].params


async def test_files_go_up_in_three_calls_and_down_with_the_token(
    play: Playground, app: App, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    root = (await slack.chat_postMessage(channel=ROOM, text="root"))["ts"]
    await slack.files_upload_v2(channel=ROOM, thread_ts=root, filename="a.png", content=b"png!", initial_comment="see")
    post = play.thread(ROOM, root)[1]
    assert (post.text, post.files[0].content, post.files[0].mimetype) == ("see", b"png!", "image/png")
    given = await play.post("U0ANA", ROOM, "mine", files=[("b.txt", "text/plain", b"words")])
    event = next(one for one in app.events("message") if one["ts"] == given.ts)
    assert event["subtype"] == "file_share"
    url = event["files"][0]["url_private"]
    async with session.get(url, headers={"Authorization": f"Bearer {play.settings.bot_token}"}) as response:
        assert await response.read() == b"words"
    async with session.get(url) as response:
        assert (response.status, response.content_type) == (200, "text/html")
