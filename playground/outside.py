"""All that people do in Slack and on their phones, and all that there is to see of it, without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.pressing import Pressing
from playground.texting import Texting
from playground.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from playground.core import Call, Sent
    from playground.faults import Faults
    from playground.world import Ephemeral, Json, Post, View


class Outside(Writing, Pressing, Texting):
    """A local Slack and Twilio as the people in it know them."""

    @property
    def url(self) -> str:
        return self.core.url

    @property
    def slack_api_url(self) -> str:
        return f"{self.core.url}/api/"

    @property
    def twilio_api_url(self) -> str:
        return self.core.url

    @property
    def faults(self) -> Faults:
        return self.core.faults

    @property
    def calls(self) -> list[Call]:
        """Every request to the playground's APIs, oldest first."""
        return self.core.calls

    @property
    def sent(self) -> list[Sent]:
        """Every request to the app, oldest first."""
        return self.core.sent

    @property
    def commands(self) -> list[Json]:
        """The slash commands: {"command", "hint", "description"}. While empty, every command is known."""
        return self.core.commands

    @commands.setter
    def commands(self, commands: list[Json]) -> None:
        self.core.commands = commands
        self.core.changed()

    @property
    def wait_for_events(self) -> bool:
        """Whether an action waits for the answer to the first delivery of its event."""
        return self.core.wait_for_events

    @wait_for_events.setter
    def wait_for_events(self, value: bool) -> None:
        self.core.wait_for_events = value

    @property
    def answer_within(self) -> float:
        """Seconds that Slack waits for an answer."""
        return self.core.answer_within

    @answer_within.setter
    def answer_within(self, seconds: float) -> None:
        self.core.answer_within = seconds

    def thread(self, channel: str, ts: str) -> list[Post]:
        """List a thread: root, then replies, oldest first, without deleted ones."""
        return self.world.channels[channel].thread(ts)

    def visible(self, user: str, channel: str) -> list[Post | Ephemeral]:
        """List what a person sees in a channel outside threads, by time: roots, broadcasts, their own ephemerals."""
        place = self.world.channels[channel]
        if user not in place.members:
            return []
        posts = [post for post in place.posts if not post.is_reply or post.broadcast]
        private = [one for one in self.ephemerals(user) if one.channel == channel and one.thread_ts is None]
        return sorted([*posts, *private], key=lambda shown: shown.ts)

    def ephemerals(self, user: str) -> list[Ephemeral]:
        """List what only this person sees, oldest first."""
        return [one for one in self.world.ephemerals if one.user == user]

    @property
    def views(self) -> list[View]:
        """Every open modal, bottom first."""
        return list(self.world.views.values())

    def home(self, user: str) -> View | None:
        return self.world.homes.get(user)

    async def until(self, condition: Callable[[], Any], timeout: float = 5) -> Any:  # noqa: ASYNC109
        """Wait until a condition (plain or async) gives something true; return that. AssertionError after `timeout`."""
        return await self.core.until(condition, timeout)

    async def quiet(self, seconds: float = 0.2) -> None:
        """Wait until nothing has changed for so long: before saying that something did not happen."""
        await self.core.quiet(seconds)
