"""What can be read again at Slack and Twilio, within their limits."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER

ANA, PHONE = "U0ANA", "+14155550123"


async def test_an_app_outside_the_marketplace_reads_little(play: Playground) -> None:
    """15 messages however many are asked for, and one call of each method in its minute; others are not limited."""
    play.faults.outside_marketplace, play.faults.window = True, 5.0
    slack = AsyncWebClient(play.settings.bot_token, base_url=play.slack_api_url, retry_handlers=[])
    root = await play.post(ANA, CHANNEL, "Root")
    for number in range(20):
        await play.post(ANA, CHANNEL, str(number), thread_ts=root.ts)
    first = await slack.conversations_replies(channel=CHANNEL, ts=root.ts, limit=200)
    assert [message["text"] for message in first["messages"]] == ["Root", *(str(number) for number in range(15))]
    cursor = first["response_metadata"]["next_cursor"]
    with pytest.raises(SlackApiError) as refused:
        await slack.conversations_replies(channel=CHANNEL, ts=root.ts, limit=200, cursor=cursor)
    assert refused.value.response["error"] == "ratelimited"
    assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 5
    assert [message["text"] for message in (await slack.conversations_history(channel=CHANNEL))["messages"]] == ["Root"]
    play.faults.clear()
    second = await slack.conversations_replies(channel=CHANNEL, ts=root.ts, limit=200, cursor=cursor)
    assert [message["text"] for message in second["messages"]][1:] == [str(number) for number in range(15, 20)]


async def test_time_can_pass_that_nobody_waited_for(play: Playground) -> None:
    """An hour later, what is written in Slack and texted is an hour younger."""
    before, text_before = await play.post(ANA, CHANNEL, "Now"), await play.text(PHONE, NUMBER, "Now")
    play.world.ahead = 3600
    after, text_after = await play.post(ANA, CHANNEL, "Later"), await play.text(PHONE, NUMBER, "Later")
    assert 3600 <= float(after.ts) - float(before.ts) < 3660
    assert 3600 <= text_after.at - text_before.at < 3660
