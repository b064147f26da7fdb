"""What stands in Slack's channels and threads, message by message, in pages of the size that Slack allows us."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import patience
from bot.looking import ROOT_GONE
from desk.errand import Pause

LIMITED = 15  # messages in a page for an app outside the Marketplace, however many it asks for
_PAGE = 200


@dataclass(slots=True)
class Pages:
    """Reads with one call after the other. `is_limited`: Slack has given so few that we are outside its Marketplace."""

    client: AsyncWebClient
    pause: Pause
    is_limited: bool = False

    @property
    def size(self) -> int:
        """How many messages come with a call."""
        return LIMITED if self.is_limited else _PAGE

    async def read(self, method: str, **asked: Any) -> AsyncIterator[dict[str, Any]]:
        """The messages that `conversations.history` (the newest first) or `.replies` gives."""
        cursor = ""
        while True:
            answer = await patience.call(
                self.client, self.pause, method, cursor=cursor, limit=_PAGE, include_all_metadata=True, **asked
            )
            messages = answer["messages"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            self.is_limited = self.is_limited or bool(cursor and len(messages) <= LIMITED)
            for message in messages:
                yield message
            if not cursor:
                return

    async def has(self, channel_id: str, ts: str) -> bool:
        """Whether a message still stands in a channel, in whichever thread: a conversation may have several."""
        asked = {"channel": channel_id, "ts": ts, "oldest": ts, "latest": ts, "inclusive": True}
        try:
            async for message in self.read("conversations.replies", **asked):
                if message["ts"] == ts:
                    return True
        except SlackApiError as error:
            if error.response.get("error") not in ROOT_GONE:
                raise
        return False
