"""Faults, rate limits and Socket Mode."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from playground.core import Failed

if TYPE_CHECKING:
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest
    from slack_sdk.web.async_client import AsyncWebClient

    from playground import Playground

ROOM = "C0CUSTOMERS"


def texts(play: Playground) -> list[str]:
    return [post.text for post in play.world.channels[ROOM].posts]


async def test_a_wrong_answer(play: Playground, slack: AsyncWebClient) -> None:
    """Before the effect nothing happens; after it, it happened all the same."""
    play.faults.answer("chat.*", 503, times=1)
    with pytest.raises(SlackApiError):
        await slack.chat_postMessage(channel=ROOM, text="one")
    assert texts(play) == []
    play.faults.answer("chat.postMessage", error="internal_error", after_effect=True)
    with pytest.raises(SlackApiError, match="internal_error"):
        await slack.chat_postMessage(channel=ROOM, text="two")
    assert texts(play) == ["two"]
    await slack.chat_postMessage(channel=ROOM, text="three")


@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_dropped_connection(play: Playground, slack: AsyncWebClient, *, after_effect: bool) -> None:
    play.faults.drop("chat.postMessage", after_effect=after_effect)
    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel=ROOM, text="one")
    assert texts(play) == (["one"] if after_effect else [])
    await slack.chat_postMessage(channel=ROOM, text="two")


async def test_a_delay_and_an_answer_held_back(play: Playground, slack: AsyncWebClient) -> None:
    held = play.faults.hold("chat.postMessage")
    sending = asyncio.create_task(slack.chat_postMessage(channel=ROOM, text="one"))
    await play.until(lambda: held.held == 1)
    assert texts(play) == ["one"]
    assert not sending.done()
    held.release()
    assert (await sending)["ok"]
    play.faults.delay("chat.postMessage", 0.1)
    sending = asyncio.create_task(slack.chat_postMessage(channel=ROOM, text="two"))
    await asyncio.sleep(0.03)
    assert texts(play) == ["one"]
    await sending


async def test_posts_are_limited_per_channel(play: Playground, slack: AsyncWebClient) -> None:
    play.add_channel("C0OTHER", "other", ["U0ANA"])
    play.faults.limits = True
    for _ in range(2):
        await slack.chat_postMessage(channel=ROOM, text="x")
    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel=ROOM, text="x")
    answer = caught.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    await slack.chat_postMessage(channel="C0OTHER", text="x")


async def test_methods_are_limited_by_the_minute(play: Playground, slack: AsyncWebClient) -> None:
    play.faults.limits = True
    for _ in range(20):
        await slack.users_list()
    with pytest.raises(SlackApiError) as caught:
        await slack.users_list()
    assert 1 <= int(caught.value.response.headers["Retry-After"]) <= 60
    await slack.users_info(user="U0ANA")


class Socket:
    """A Socket Mode client that keeps what it got and acknowledges it with `answer`; None keeps silent."""

    def __init__(self, client: SocketModeClient) -> None:
        self.client = client
        self.got: list[SocketModeRequest] = []
        self.answer: dict[str, Any] | None = {}
        client.socket_mode_request_listeners.append(self.listen)

    async def listen(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.got.append(request)
        if self.answer is not None:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.answer or None))


async def test_socket_mode(play: Playground, slack: AsyncWebClient) -> None:
    """Envelopes go through the socket; the acknowledgement's payload is the answer; silence brings a retry."""
    client = SocketModeClient(app_token=play.settings.app_token, web_client=slack)
    socket = Socket(client)
    await client.connect()  # type: ignore[no-untyped-call]
    try:
        await play.until(lambda: play.sockets.live)
        await play.post("U0ANA", ROOM, "hello")
        assert socket.got[0].type == "events_api"
        assert socket.got[0].payload["event"]["text"] == "hello"
        socket.answer = {"text": "here you are"}
        await play.command("U0ANA", ROOM, "/mine")
        assert [one.text for one in play.ephemerals("U0ANA")] == ["here you are"]
        play.answer_within = 0.05
        socket.answer = None
        await play.post("U0ANA", ROOM, "again")
        await play.until(lambda: len(socket.got) == 4)
        assert [one.retry_attempt for one in socket.got[2:]] == [0, 1]
        with pytest.raises(Failed, match="operation_timeout"):
            await play.command("U0ANA", ROOM, "/mine")
    finally:
        await client.close()  # type: ignore[no-untyped-call]
    await play.until(lambda: not play.sockets.live)
