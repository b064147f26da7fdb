"""Reading Slack without haste: a call that is limited is made again after as long as Slack asks to be left alone."""

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from desk.errand import Pause

_LIMITED = ("ratelimited", "rate_limited")
_SECONDS = 5.0


async def call(client: AsyncWebClient, pause: Pause, method: str, **asked: Any) -> AsyncSlackResponse:
    """One call that only reads; what is empty is left out. Raises what Slack refuses, and whatever `pause` raises."""
    while True:
        try:
            return await client.api_call(method, params={name: value for name, value in asked.items() if value})
        except SlackApiError as error:
            if error.response.get("error") not in _LIMITED:
                raise
            await pause(float(error.response.headers.get("Retry-After") or _SECONDS))
