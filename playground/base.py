"""The parts of a playground put together; what people do with it stands in `writing`, `pressing` and `texting`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground import shapes
from playground.core import Core
from playground.slack import Slack
from playground.slack_out import SlackOut
from playground.socket_mode import Sockets

if TYPE_CHECKING:
    from playground.core import Settings
    from playground.world import Channel, Post, World


class Base:
    """The world, its log, its faults, and both services."""

    def __init__(self, settings: Settings) -> None:
        self.core = Core(settings)
        self.sockets = Sockets(self.core)
        self.out = SlackOut(self.core, self.sockets)
        self.slack = Slack(self.core, self.out, self.sockets)

    @property
    def world(self) -> World:
        return self.core.world

    def channel(self, channel: str, user: str) -> Channel:
        """Return a channel that a person is in; LookupError otherwise."""
        person = self.world.people.get(user)
        if person is None or person.deleted:
            raise LookupError(f"There is no person {user} who can act.")
        found = self.world.channels.get(channel)
        if found is None or user not in found.members:
            raise LookupError(f"{user} is not in a channel {channel}.")
        return found

    def find_post(self, channel: str, user: str, ts: str) -> Post:
        """Return a post that a person can see; LookupError otherwise."""
        post = self.channel(channel, user).find(ts)
        if post is None:
            raise LookupError(f"There is no message {ts} in {channel}.")
        return post

    def permalink(self, post: Post) -> str:
        """Return the link to a post, as Slack gives it."""
        return shapes.permalink(self.core, post)
